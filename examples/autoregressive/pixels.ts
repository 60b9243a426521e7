/**
 * PixelCNN (van den Oord, Kalchbrenner & Kavukcuoglu 2016, arXiv:1601.06759). A picture is as probable as its pixels one after the
 * other,  p(x) = Π_i p(x_i | x_1 … x_{i−1}).  It learns letters in black and white, then draws the lower half of some anew.
 */
import { batches, evaluate, fit, key, ndarray, trainStep, type Dataset } from "@gen/core";
import { adam } from "@gen/core/optim";
import { exportFolder, node } from "@gen/core/node";
import { completePixels, pixelCnn, pixelFields, pixelFiles, pixelLogProb, type PixelBatch } from "@gen/autoregressive";
import { grid } from "@gen/data";
import { glyphs, writePng } from "@gen/data/node";

/** The first 200 rows of a set, without labels. */
const some = (all: Dataset): Dataset => ({
  length: 200,
  fields: { x: all.fields["x"]! },
  rows: async (indices) => ({ x: (await all.rows(indices))["x"]! }),
});
const [train, test] = [some(glyphs()), some(glyphs({ split: "test" }))];

const shape = train.fields["x"]!.shape;
const model = pixelCnn({ shape, hidden: 8, blocks: 2, head: 16 });
const step = trainStep({
  model,
  batch: pixelFields(model, { n: 8, pixels: "u8" }),
  loss: (batch, scope) => model.loss(batch as unknown as PixelBatch, scope), // −log p(x), nats, exact
  optimizer: adam({ learningRate: 3e-3 }),
});

await using runtime = await node();
const store = await runtime.init(model, { key: key(0) });
const data = batches(train, { size: 8, key: key(1) });
for await (const { n, loss } of fit(step, { runtime, store, data, steps: 60 })) {
  if (n % 20 === 0) console.log(`step ${n}: ${loss.toFixed(1)} nats`);
}
const { nats, bitsPerDim } = await evaluate(pixelLogProb(model, { n: 50, pixels: "u8" }), test, { runtime, store });
console.log(`unseen letters: ${nats!.mean.toFixed(1)} nats, ${bitsPerDim!.mean.toFixed(3)} bits/dim`);

const { x } = await test.rows(Array.from({ length: 12 }, (_, i) => 16 * i));
const halves = ndarray(
  Float32Array.from(x!.data as Uint8Array, (v) => v / 255),
  [12, ...shape],
);
const known = ndarray(new Array<number>(12).fill((shape[1]! / 2) * shape[2]!), [12], "i32"); // pixels that are given
const feeds = { x: halves, known };
const { completed } = await runtime.run(completePixels(model, { n: 12 }), { store, feeds, key: key(2) });
await writePng("completed.png", grid(completed!, { columns: 6, scale: 2 }));

const request = { family: "autoregressive", name: "letters", files: pixelFiles(model) };
await exportFolder("letters", request, { runtime, store });
