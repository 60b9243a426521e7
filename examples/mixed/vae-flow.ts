/**
 * Flows on both sides of a variational autoencoder's code. The posterior is bent by planar transforms whose parameters the
 * encoder gives (Rezende & Mohamed 2015, arXiv:1505.05770), and the prior is a RealNVP (Dinh et al. 2017, arXiv:1605.08803):
 *
 *     log p(x) ≥ E_q[ log p(x|z) + log p(z) − log q(z|x) ]     log q(z|x) = log q₀(z₀|x) − Σ_k log |det ∂f_k|,  z = f_K(… f_1(z₀))
 *
 * Neither package knows the other: both speak core's contract (`Transport` and `Density` of `@gen/core/prob`).
 */
import { batches, evaluate, fit, key, trainStep } from "@gen/core";
import { exportFolder, node } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { grid } from "@gen/data";
import { glyphs, writePng } from "@gen/data/node";
import { PlanarStack, realNvp } from "@gen/flow";
import { bound, dense, exportedFiles, sample, Vae, type VaeOptions } from "@gen/vae";

const common = { shape: [1, 28, 28], latentDim: 16, architecture: dense({ hidden: [256] }) } satisfies VaeOptions;
const models = {
  plain: new Vae(common),
  flows: new Vae({
    ...common,
    posterior: ({ latentDim }) => new PlanarStack({ dim: latentDim, depth: 8, contextDim: 32 }),
    prior: ({ latentDim }) => realNvp({ dim: latentDim, depth: 4, hidden: [64] }),
  }),
};

const size = 64;
await using runtime = await node();
for (const [name, vae] of Object.entries(models)) {
  const step = trainStep({
    model: vae,
    batch: { x: { shape: [size, 1, 28, 28], dtype: "u8" } },
    loss: (batch, scope) => vae.loss(batch, scope), // nats for each picture
    optimizer: adam({ learningRate: 1e-3 }),
  });
  const store = await runtime.init(vae, { key: key(0) });
  const data = batches(glyphs(), { size, key: key(1) });
  for await (const { n, loss } of fit(step, { runtime, store, data, steps: 250, key: key(2) }))
    if (n % 125 === 0) console.log(`${name}, step ${n}: ${loss.toFixed(1)} nats`);

  const measure = bound(vae, { n: 256, pixels: "u8" });
  const { nats } = await evaluate(measure, glyphs({ split: "test" }), { runtime, store, key: key(3) });
  const error = nats!.standardError.toFixed(1);
  console.log(`${name}, unseen typefaces: −log p(x) ≤ ${nats!.mean.toFixed(1)} ± ${error} nats`);

  const { samples } = await runtime.run(sample(vae, { n: 32 }), { store, key: key(4) });
  await writePng(`${name}.png`, grid(samples!, { columns: 8, scale: 2 }));
  if (name === "plain") continue;
  const request = { family: "vae", name, metrics: { nats: nats!.mean }, files: exportedFiles(vae) };
  const card = await exportFolder(name, request, { runtime, store });
  console.log(`${name}/: ${Object.keys(card.files).join(", ")}`);
}
