import { web } from "@gen/core/web";
import * as ort from "onnxruntime-web/wasm";
import { expect, it } from "vitest";
import wanted from "./fixtures/page.json" with { type: "json" };
import { trainAndSample } from "./page.js";

ort.env.wasm.numThreads = 1;

it("trains in a page on WebGPU with nearly these losses", async () => {
  await using runtime = await web({ device: "webgpu" });
  const { losses } = await trainAndSample(runtime, ort);
  losses.forEach((loss, i) => expect(Math.abs(loss / wanted.losses[i]! - 1)).toBeLessThan(1e-3));
});
