import { exportFiles } from "@gen/core/onnx";
import { web } from "@gen/core/web";
import * as ort from "onnxruntime-web/wasm";
import { expect, it } from "vitest";
import { exportedFiles } from "../src/index.js";
import wanted from "./fixtures/samples.json" with { type: "json" };
import { apart, feeds, filled, generated, model, SIZES } from "./same-samples.js";

ort.env.wasm.numThreads = 1;

it("sampler.onnx draws in a page, by ONNX Runtime alone, the trainer's pictures of the same seed", async () => {
  await using runtime = await web({ device: "wasm" });
  const store = await filled(runtime);
  const { sampler } = exportedFiles(model, { sampler: SIZES.sampler });
  const request = { family: "diffusion", name: "same", files: { sampler: sampler! } };
  const files = await exportFiles(request, { runtime, store }, []);
  const session = await ort.InferenceSession.create(files.get("sampler.onnx")!);
  const int64 = (name: string): ort.Tensor => new ort.Tensor("int64", [BigInt(Number(feeds[name]!.data[0]))], []);
  const { samples } = await session.run({
    seed: int64("seed"),
    n: int64("n"),
    steps: int64("steps"),
    label: new ort.Tensor("int32", feeds["label"]!.data as Int32Array, [SIZES.n]),
    guidance: new ort.Tensor("float32", [1.5], []),
  });
  expect(samples!.dims).toEqual([SIZES.n, 1, 8, 8]);
  expect(apart(samples!.data as Float32Array, wanted.seeded)).toBeLessThan(1e-4);
  await session.release();
  expect(apart(await generated(runtime, store), wanted.keyed)).toBeLessThan(1e-4);
});
