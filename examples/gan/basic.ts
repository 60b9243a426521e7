/**
 * A GAN on eight Gaussians (Goodfellow et al. 2014, arXiv:1406.2661): two programs over one store. The losses are the
 * non-saturating ones, with the R1 penalty ½γ E‖∇D(x)‖² on real points (Mescheder et al. 2018, arXiv:1801.04406).
 */
import { batches, fit, key } from "@gen/core";
import { adam, ema } from "@gen/core/optim";
import { exportFolder, node } from "@gen/core/node";
import { ringCentres, ringOfGaussians } from "@gen/data";
import { modeCoverage } from "@gen/eval";
import { dense, describeFinding, Diagnosis, exportedFiles, game, Gan, nonSaturating, r1, sample } from "@gen/gan";

const gan = new Gan({
  shape: [2],
  latentDim: 8,
  architecture: dense({ hidden: [64, 64] }),
  loss: nonSaturating(), // L_D = E[−log σ(D(x))] + E[−log(1 − σ(D(G(z))))], L_G = E[−log σ(D(G(z)))]
  penalties: [r1({ weight: 0.1 })],
});
const optimizer = adam({ learningRate: 2e-3, beta1: 0, beta2: 0.99 });
const step = game(gan, {
  batch: 128,
  optimizers: { discriminator: optimizer, generator: optimizer },
  updates: { discriminator: 1, generator: 1 },
  average: ema({ decay: 0.995 }),
});

await using runtime = await node();
const store = await runtime.init(gan, { key: key(0) });
const data = batches(ringOfGaussians({ key: key(1) }), { size: 128, key: key(2) });
const diagnosis = new Diagnosis();
for await (const { n, outputs } of fit(step, { runtime, store, data, steps: 1_500, key: key(3) })) {
  diagnosis.add(n, outputs);
  const shown = ["discriminator.loss", "generator.loss", "generator.spread"].map((name) => outputs[name]!.toFixed(3));
  if (n % 500 === 0) console.log(`step ${n}: losses ${shown[0]} and ${shown[1]}, spread ${shown[2]}`);
}
for (const finding of diagnosis.findings()) console.log(describeFinding(finding));

const { samples } = await runtime.run(sample(gan, { n: 2_000 }), { store, key: key(4), from: "ema" });
const { covered, good, kl } = await modeCoverage(samples!, ringCentres(), { std: 0.05 });
console.log(
  `${covered} of 8 modes, ${(100 * good.value).toFixed(1)} % of samples within 4σ of one, KL ${kl.value.toFixed(4)} nats`,
);

const request = { family: "gan", name: "eight-gaussians", files: exportedFiles(gan) };
await exportFolder("eight-gaussians", request, { runtime, store, from: "ema" });
