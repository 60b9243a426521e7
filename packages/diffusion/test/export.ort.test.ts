import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { batches, fit, key, ndarray, trainStep, type NdArray, type Runtime, type Store } from "@gen/core";
import { exportFolder, node, openFolder } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { diffusionLoss, exportedFiles, fields, sampleOfSeed } from "../src/index.js";
import { blobs, labels, tiny, whole } from "./models.js";

const model = tiny();
let runtime: Runtime;
let store: Store;
let folder: string;

beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "diffusion-"));
  store = await runtime.init(model, { key: key(0) });
  const step = trainStep({
    model,
    batch: fields(model, { n: 128 }),
    loss: (batch, scope) => diffusionLoss(model, batch, { scope }),
    optimizer: adam({ learningRate: 5e-3 }),
  });
  const data = batches(blobs(2048), { size: 128, key: key(1) });
  for await (const { loss } of fit(step, { runtime, store, data, steps: 400, key: key(2) }))
    expect(loss).toBeLessThan(10);
  await exportFolder(
    folder,
    { family: "diffusion", name: "blobs", files: exportedFiles(model, { sampler: "dpm-solver-2m" }) },
    { runtime, store },
  );
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

it("exports eight files, each held against the trainer", async () => {
  const files = [
    "bound.onnx",
    "complete.onnx",
    "decode.onnx",
    "edit.onnx",
    "encode.onnx",
    "logprob.onnx",
    "network.onnx",
    "sampler.onnx",
  ];
  expect((await readdir(folder)).sort()).toEqual(["card.json", ...files].sort());
  const { card } = await openFolder(folder);
  expect(card.parity.map(({ file }) => file).sort()).toEqual(files);
  expect(card.files["sampler.onnx"]!.inputs.map(({ name }) => name).sort()).toEqual([
    "guidance",
    "label",
    "n",
    "seed",
    "steps",
  ]);
});

it.each([
  { n: 6, steps: 12, guidance: 1 },
  { n: 2, steps: 1, guidance: 1 },
  { n: 4, steps: 7, guidance: 2.5 },
])("samples in a process without our code as the trainer does: %o", async ({ n, steps, guidance }) => {
  const label = Array.from({ length: n }, (_, i) => i % 2);
  const feeds = {
    seed: whole(3),
    n: whole(n),
    steps: whole(steps),
    label: labels(label),
    guidance: ndarray([guidance], []),
  };
  const program = sampleOfSeed(model, { n, steps, sampler: "dpm-solver-2m" });
  const { samples } = await runtime.run(program, { store, feeds });
  const script = join(import.meta.dirname, "sample.mjs");
  const given = JSON.stringify({ seed: 3, n, steps, label, guidance });
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder, given]);
  const { dims, data } = JSON.parse(stdout) as { dims: number[]; data: number[] };
  expect(dims).toEqual([n, 2]);
  data.forEach((v, i) => expect(Math.abs(v - Number(samples!.data[i]))).toBeLessThan(1e-4 * (1 + Math.abs(v))));
});

const ORT_TYPES = { f32: "float32", i32: "int32", i64: "int64" } as const;

/** An array of ours as one of ONNX Runtime's. */
function tensorOf({ dtype, data, shape }: NdArray): Tensor {
  return new Tensor(ORT_TYPES[dtype as keyof typeof ORT_TYPES], data as Float32Array, shape);
}

it.each(["sampler", "complete", "edit", "bound", "decode", "encode", "logprob"])(
  "%s.onnx fails, and gives no NaN, for steps that are none",
  async (name) => {
    const session = await InferenceSession.create(join(folder, `${name}.onnx`), { logSeverityLevel: 4 });
    const given = Object.entries(exportedFiles(model)[name]!.example({ n: 2, steps: 3 }));
    const feeds = Object.fromEntries(given.map(([field, array]) => [field, tensorOf(array)]));
    for (const { data } of Object.values(await session.run(feeds)))
      expect((data as Float32Array).every((v) => Number.isFinite(v))).toBe(true);
    for (const none of [0, -1])
      await expect(session.run({ ...feeds, steps: tensorOf(whole(none)) })).rejects.toThrow("out of data bounds");
    await session.release();
  },
);

it("has learned: the samples of a class lie where its rows do", async () => {
  const n = 400;
  const feeds = {
    seed: whole(5),
    n: whole(n),
    steps: whole(20),
    label: labels(Array.from({ length: n }, (_, i) => i % 2)),
    guidance: ndarray([1], []),
  };
  const { samples } = await runtime.run(sampleOfSeed(model, { n, steps: 20, sampler: "dpm-solver-2m" }), {
    store,
    feeds,
  });
  const x = samples!.data;
  const mean = (first: number): number =>
    Array.from({ length: n / 2 }, (_, i) => Number(x[4 * i + first])).reduce((a, b) => a + b, 0) / (n / 2);
  [-1, 0.5, 1, -0.5].forEach((wanted, k) => expect(Math.abs(mean(k) - wanted)).toBeLessThan(0.15));
});
