/** @file PixelCNN++ in colour: its later channels follow the earlier ones of a pixel, in training, in draws and in exported files. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arrays, batches, fit, key, ndarray, trainStep, uniformDraws } from "@gen/core";
import { exportFolder, node } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { expect, it } from "vitest";
import { logisticMixture, pixelCnnPlusPlus, pixelFields, pixelFiles, type PixelBatch } from "../../src/index.js";
import { alone } from "../alone.js";
import { numbers } from "../statistics.js";

const [SIDE, ROWS, BATCH, LEVELS] = [4, 512, 32, 8];
const PLACES = SIDE * SIDE;

const reds = uniformDraws(key(8), ROWS * PLACES);

/** Every pixel has a red of its own, half as bright a green, and for blue what red and green leave of white. */
const pixelOf = (red: number): [number, number, number] => [red, Math.floor(red / 2), LEVELS - 1 - red];

const coloured = arrays({
  x: ndarray(
    Uint8Array.from({ length: ROWS * 3 * PLACES }, (_, i) => {
      const [row, channel, place] = [Math.floor(i / (3 * PLACES)), Math.floor(i / PLACES) % 3, i % PLACES];
      const red = Math.floor(LEVELS * reds[row * PLACES + place]!);
      return Math.round((255 / (LEVELS - 1)) * pixelOf(red)[channel]!);
    }),
    [ROWS, 3, SIDE, SIDE],
    "u8",
  ),
});

it("draws colours that belong together, and so do its files without our code", async () => {
  await using runtime = await node({ threads: 1 });
  const model = pixelCnnPlusPlus({
    shape: [3, SIDE, SIDE],
    law: logisticMixture({ channels: 3, levels: LEVELS, components: 4 }),
    ...{ channels: 8, blocks: 1, scales: 1 },
  });
  const store = await runtime.init(model, { key: key(0) });
  const step = trainStep({
    model,
    batch: pixelFields(model, { n: BATCH, pixels: "u8" }),
    loss: (batch, scope) => model.loss(batch as unknown as PixelBatch, scope),
    optimizer: adam({ learningRate: 1e-2 }),
  });
  const data = batches(coloured, { size: BATCH, key: key(1) });
  let last = Infinity;
  for await (const { loss } of fit(step, { runtime, store, data, steps: 250 })) last = loss;
  expect(last).toBeGreaterThan(PLACES * Math.log(LEVELS)); // the entropy of the reds: no model can do better
  expect(last).toBeLessThan(1.35 * PLACES * Math.log(LEVELS)); // 2.7 times as much apart, less what 4 components tell

  const folder = await mkdtemp(join(tmpdir(), "colour-"));
  try {
    const files = pixelFiles(model);
    await exportFolder(folder, { family: "autoregressive", name: "colour", files }, { runtime, store });
    const inputs = files["sampler"]!.example({ n: 12 });
    const [{ samples }] = (await alone(folder, [{ file: "sampler.onnx", inputs }])) as [Record<string, number[]>];
    const ours = await runtime.run(files["sampler"]!.trace({ n: 12 }), { store, feeds: inputs });
    numbers(ours["samples"]!).forEach((v, i) => expect(samples![i]).toBeCloseTo(v, 5));
    const levels = samples!.map((v) => Math.round(v * (LEVELS - 1)));
    const pixels = Array.from({ length: 12 * PLACES }, (_, i) => {
      const first = Math.floor(i / PLACES) * 3 * PLACES + (i % PLACES);
      return [levels[first]!, levels[first + PLACES]!, levels[first + 2 * PLACES]!] as const;
    });
    const near = pixels.filter(([r, g, b]) => pixelOf(r).every((v, c) => Math.abs(v - [r, g, b][c]!) <= 1));
    expect(near.length).toBeGreaterThan(0.9 * pixels.length);
    expect(new Set(pixels.map(([r]) => r)).size).toBe(LEVELS);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
