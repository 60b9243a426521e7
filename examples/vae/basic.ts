/**
 * A variational autoencoder on letters (Kingma & Welling 2014, arXiv:1312.6114). A picture x has a code z, and
 *
 *     log p(x) ≥ E_{q(z|x)}[log p(x|z)] − KL(q(z|x) ‖ N(0, I))        q(z|x) = N(μ(x), diag σ²(x))
 *
 * The right side is what is learned; on typefaces that were never seen it says how well.
 */
import { batches, evaluate, fit, key, takeRows, trainStep } from "@gen/core";
import { adam } from "@gen/core/optim";
import { exportFolder, node } from "@gen/core/node";
import { grid } from "@gen/data";
import { glyphs, writePng } from "@gen/data/node";
import { bound, decode, dense, encode, exportedFiles, interpolate, Vae } from "@gen/vae";

const vae = new Vae({
  shape: [1, 28, 28],
  latentDim: 16,
  architecture: dense({ hidden: [256] }),
  likelihood: "bernoulli",
});

const size = 64;
const step = trainStep({
  model: vae,
  batch: { x: { shape: [size, 1, 28, 28], dtype: "u8" } },
  loss: (batch, scope) => vae.loss(batch, scope), // nats for each picture
  optimizer: adam({ learningRate: 1e-3 }),
});

const data = batches(glyphs(), { size, key: key(1) });
const held = glyphs({ split: "test" });

await using runtime = await node();
const store = await runtime.init(vae, { key: key(0) });
for await (const { n, loss, outputs } of fit(step, { runtime, store, data, steps: 500, key: key(2) })) {
  if (n % 100 === 0) console.log(`step ${n}: ${loss.toFixed(1)} nats, ${outputs["kl"]!.toFixed(1)} of them KL`);
}

const { nats, bitsPerDim } = await evaluate(bound(vae, { n: 256, pixels: "u8" }), held, {
  runtime,
  store,
  key: key(3),
});
const error = nats!.standardError.toFixed(1);
console.log(
  `unseen typefaces: −log p(x) ≤ ${nats!.mean.toFixed(1)} ± ${error} nats, ${bitsPerDim!.mean.toFixed(3)} bits/dim`,
);

// From the first letter of the held-out typefaces to the second, in eight steps.
const { x } = await held.rows([0, 1]);
const { mean } = await runtime.run(encode(vae, { n: 2, pixels: "u8" }), { store, feeds: { x: x! } });
const z = interpolate({ from: takeRows(mean!, [0]), to: takeRows(mean!, [1]), steps: 8 });
const walk = await runtime.run(decode(vae, { n: 8 }), { store, feeds: { z } });
await writePng("walk.png", grid(walk["x"]!, { columns: 8, scale: 3 }));

const request = { family: "vae", name: "letters", metrics: { nats: nats!.mean }, files: exportedFiles(vae) };
const card = await exportFolder("letters", request, { runtime, store });
console.log(`letters/: ${Object.keys(card.files).join(", ")}`);
