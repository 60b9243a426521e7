/**
 * Flow matching in the plane (Lipman et al. 2023, arXiv:2210.02747): on x_t = (1 − t) x + t ε a network learns the
 * velocity x − ε, told which of two rings x lies on; a sampler goes from noise to data. In the exported file that is one
 * loop, with the count of steps and the weight of the condition as inputs.
 */
import { arrays, batches, fit, key, ndarray, normalDraws, trainStep, type NdArray } from "@gen/core";
import { adam } from "@gen/core/optim";
import { exportFolder, node } from "@gen/core/node";
import { Diffusion, diffusionLoss, exportedFiles, fields, MlpNetwork, sampleOfSeed, straight } from "@gen/diffusion";

/** Points near two circles, of radius 1 and 2. */
const rows = 10_000;
const labels = Int32Array.from({ length: rows }, (_, i) => i % 2);
const noise = normalDraws(key(0), 2 * rows).map((v) => 0.08 * v);
const points = noise.map((v, k) => {
  const i = Math.floor(k / 2);
  return (1 + labels[i]!) * (k % 2 === 0 ? Math.cos(i) : Math.sin(i)) + v;
});
const dataset = arrays({ x: ndarray(points, [rows, 2]), label: ndarray(labels, [rows], "i32") });

const model = new Diffusion({
  network: new MlpNetwork({ dim: 2, width: 96, conditionFeatures: 16 }),
  process: straight(),
  target: "velocity",
  condition: { classes: 2 },
});
const size = 256;
const step = trainStep({
  model,
  batch: fields(model, { n: size }),
  loss: (batch, scope) => diffusionLoss(model, batch, { scope }),
  optimizer: adam({ learningRate: 2e-3 }),
});

await using runtime = await node();
const store = await runtime.init(model, { key: key(1) });
const data = batches(dataset, { size, key: key(2) });
for await (const { n, loss } of fit(step, { runtime, store, data, steps: 1_000, key: key(3) })) {
  if (n % 300 === 0) console.log(`step ${n}: ${loss.toFixed(3)}`);
}

const n = 500;
const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");
const label = ndarray(labels.slice(0, n), [n], "i32");
const feeds = { seed: whole(7), n: whole(n), steps: whole(20), label, guidance: ndarray([1], []) };
const { samples } = await runtime.run(sampleOfSeed(model, { n, steps: 20, sampler: "heun" }), { store, feeds });
const xy = samples!.data as Float32Array;
const radii = Array.from({ length: n }, (_, i) => Math.hypot(xy[2 * i]!, xy[2 * i + 1]!));
for (const ring of [0, 1]) {
  const own = radii.filter((_, i) => i % 2 === ring);
  const near = own.filter((r) => Math.abs(r - 1 - ring) < 0.25).length / own.length;
  console.log(`${(100 * near).toFixed(1)} % of the samples of ring ${ring} lie on it`);
}

// The same samples from a file that needs none of our code.
const files = exportedFiles(model, { sampler: "heun", x: "points in the plane" });
const card = await exportFolder("rings", { family: "diffusion", name: "rings", files }, { runtime, store });
console.log(`rings/: ${Object.keys(card.files).join(", ")}`);
