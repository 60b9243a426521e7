/**
 * Latent diffusion (Rombach et al. 2022, arXiv:2112.10752) by composition: a VAE learns codes of letters, a diffusion model
 * learns how the codes lie, and what it draws is decoded. Neither knows of the other.
 */
import { arrays, batches, fit, key, trainStep } from "@gen/core";
import { fitStandardise } from "@gen/core/codec";
import { node } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { grid } from "@gen/data";
import { glyphs, writePng } from "@gen/data/node";
import { Diffusion, diffusionLoss, fields, MlpNetwork, sample, straight } from "@gen/diffusion";
import { decode, encode, Vae } from "@gen/vae";

await using runtime = await node();
const [latentDim, size, rows] = [16, 64, 2_000];

// 1. The codes.
const vae = new Vae({ shape: [1, 28, 28], latentDim });
const vaeStore = await runtime.init(vae, { key: key(0) });
const vaeStep = trainStep({
  model: vae,
  batch: { x: { shape: [size, 1, 28, 28], dtype: "u8" } },
  loss: (batch, scope) => vae.loss(batch, scope),
  optimizer: adam({ learningRate: 2e-3 }),
});
const letters = batches(glyphs(), { size, key: key(1) });
for await (const { n, loss } of fit(vaeStep, { runtime, store: vaeStore, data: letters, steps: 300, key: key(2) })) {
  if (n % 100 === 0) console.log(`VAE, step ${n}: ${loss.toFixed(1)} nats`);
}
const { x } = await glyphs().rows(Array.from({ length: rows }, (_, i) => i * 7));
const { mean } = await runtime.run(encode(vae, { n: rows, pixels: "u8" }), { store: vaeStore, feeds: { x: x! } });
const codes = arrays({ x: mean! });

// 2. How they lie.
const model = new Diffusion({
  network: new MlpNetwork({ dim: latentDim, width: 96 }),
  codec: await fitStandardise(codes),
  process: straight(),
  target: "velocity",
});
const store = await runtime.init(model, { key: key(3) });
const step = trainStep({
  model,
  batch: fields(model, { n: size }),
  loss: (batch, scope) => diffusionLoss(model, batch, { scope }),
  optimizer: adam({ learningRate: 2e-3 }),
});
const data = batches(codes, { size, key: key(4) });
for await (const { n, loss } of fit(step, { runtime, store, data, steps: 600, key: key(5) })) {
  if (n % 200 === 0) console.log(`diffusion, step ${n}: ${loss.toFixed(3)}`);
}

// 3. New codes, and the letters that they stand for.
const drawing = sample(model, { n: 64, steps: 20, sampler: "heun" });
const { samples } = await runtime.run(drawing, { store, key: key(6) });
const pictures = await runtime.run(decode(vae, { n: 64 }), { store: vaeStore, feeds: { z: samples! } });
await writePng("latent-diffusion.png", grid(pictures["x"]!, { columns: 8 }));
console.log("latent-diffusion.png: 64 letters that nobody drew");
