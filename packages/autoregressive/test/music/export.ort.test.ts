import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arrays, batches, fit, key, ndarray, trainStep, type Runtime, type Store } from "@gen/core";
import { exportFolder, node, openFolder } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rollFiles, RollModel, type RollBatch } from "../../src/index.js";
import { alone } from "../alone.js";
import { numbers } from "../statistics.js";

const [T, D, BATCH] = [8, 6, 16];
const model = new RollModel({ pitches: D, hidden: 16, noteHidden: 24 });
let runtime: Runtime;
let folder: string;
let store: Store;

/** A scale that goes up, from any of its notes, with a third above. */
const scales = arrays({
  x: ndarray(
    Uint8Array.from({ length: 64 * T * D }, (_, i) => {
      const [row, t, d] = [Math.floor(i / (T * D)), Math.floor(i / D) % T, i % D];
      return Number(d === (row + t) % D || d === (row + t + 2) % D);
    }),
    [64, T, D],
    "u8",
  ),
});

beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "music-"));
  store = await runtime.init(model, { key: key(0) });
  const step = trainStep({
    model,
    batch: { x: { shape: [BATCH, T, D], dtype: "u8" } },
    loss: (batch, scope) => model.loss(batch as RollBatch, scope),
    optimizer: adam({ learningRate: 1e-2 }),
  });
  const losses: number[] = [];
  const data = batches(scales, { size: BATCH, key: key(1) });
  for await (const { loss } of fit(step, { runtime, store, data, steps: 150 })) losses.push(loss);
  expect(losses[0]).toBeGreaterThan(3);
  expect(losses.at(-1)).toBeLessThan(Math.log(D) / T + 0.2); // the first step tells the rest
  const files = rollFiles(model, { low: 60 });
  await exportFolder(join(folder, "scales"), { family: "autoregressive", name: "scales", files }, { runtime, store });
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

it("is exported with parity, and its files give the trainer's numbers without our code", async () => {
  const { card } = await openFolder(join(folder, "scales"));
  expect(Object.keys(card.files).sort()).toEqual(["continue.onnx", "logprob.onnx", "sampler.onnx"]);
  expect(card.files["sampler.onnx"]!.inputs.map(({ name }) => name)).toEqual(["seed", "n", "steps"]);
  const sizes = { n: 4, steps: 5 };
  const requests = Object.entries(rollFiles(model)).map(([stem, file]) => {
    const inputs = file.example(sizes);
    return { file: `${stem}.onnx`, inputs, wanted: runtime.run(file.trace(sizes), { store, feeds: inputs }) };
  });
  const found = await alone(join(folder, "scales"), requests);
  for (const [i, { wanted }] of requests.entries()) {
    for (const [output, array] of Object.entries(await wanted)) {
      numbers(array).forEach((v, k) => expect(found[i]![output]![k]!).toBeCloseTo(v, 3));
    }
  }
});
