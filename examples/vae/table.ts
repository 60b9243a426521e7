/**
 * A table with gaps, learned from and filled in (Mattei & Frellsen 2019, arXiv:1812.02633). Each column is described by its
 * kind, numbers by normal distributions and words by categorical ones, and only what is known counts:
 *
 *     log p(x_known) ≥ E_{q(z|x_known)}[log p(x_known|z)] − KL(q(z|x_known) ‖ p(z))
 */
import { arrays, batches, fit, key, ndarray, trainStep, uniformDraws } from "@gen/core";
import { fitTable } from "@gen/core/codec";
import { adam } from "@gen/core/optim";
import { exportFolder, node } from "@gen/core/node";
import { complete, dense, exportedFiles, tableLikelihood, Vae } from "@gen/vae";

const columns = [
  { name: "rooms", kind: "integer", gaps: true },
  { name: "town", kind: "categorical", categories: ["Bonn", "Ulm"], gaps: true },
  { name: "area", kind: "real", rounding: 0.1, unit: "m²", gaps: true },
  { name: "price", kind: "integer", unit: "€" },
] as const;
const width = columns.length;

/** Flats whose price follows from town and area, a tenth of the words missing. */
const rows = 2000;
const u = uniformDraws(key(3), 6 * rows);
const x = new Float32Array(rows * width);
const mask = new Float32Array(rows * width).fill(1);
for (let i = 0; i < rows; i++) {
  const draw = (j: number): number => u[6 * i + j]!;
  const [count, town] = [1 + Math.floor(5 * draw(0)), Math.floor(2 * draw(1))];
  const area = 18 * count + Math.round(60 * draw(2)) / 10;
  x.set([count, town, area, Math.round(area * (town === 0 ? 3000 : 1500))], i * width);
  for (let j = 0; j < 3; j++) if (draw(3 + j) < 0.1) x[i * width + j] = mask[i * width + j] = 0;
}
const data = arrays({ x: ndarray(x, [rows, width]), mask: ndarray(mask, [rows, width]) });

const codec = await fitTable(data, { columns, gaps: "mask" });
const vae = new Vae({
  shape: codec.input,
  codec,
  likelihood: tableLikelihood(codec),
  latentDim: 4,
  architecture: dense({ hidden: [64] }),
});
const size = 64;
const step = trainStep({
  model: vae,
  batch: { x: [size, width], mask: [size, width] },
  loss: (batch, scope) => vae.loss(batch, scope), // nats for each row, in the units of its columns
  optimizer: adam({ learningRate: 5e-3 }),
});

await using runtime = await node();
const store = await runtime.init(vae, { key: key(0) });
const order = batches(data, { size, key: key(1) });
for await (const { n, loss } of fit(step, { runtime, store, data: order, steps: 1000, key: key(2) })) {
  if (n % 200 === 0) console.log(`step ${n}: ${loss.toFixed(2)} nats`);
}

// NaN is what is not known: a flat for 150,000 € in Ulm, and one of 4 rooms in Bonn.
const asked = ndarray([NaN, 1, NaN, 150_000, 4, 0, NaN, NaN], [2, width]);
const known = ndarray(
  Array.from(asked.data, (v) => Number(!Number.isNaN(v))),
  [2, width],
);
const program = complete(vae, { n: 2, rounds: 20, k: 100 });
const { completed } = await runtime.run(program, { store, key: key(4), feeds: { x: asked, mask: known } });
for (let row = 0; row < 2; row++) {
  const words = columns.map(({ name }, i) => `${name} ${Number(completed!.data[row * width + i]).toFixed(0)}`);
  console.log(words.join(", "));
}

const files = exportedFiles(vae);
const request = { family: "vae", name: "flats", files, codec: codec.describe().spec };
await exportFolder("flats", request, { runtime, store });
console.log("flats/complete.onnx fills in tables, flats/sampler.onnx invents rows: both need nothing but ONNX Runtime");
