/**
 * A GAN on eight Gaussians (Goodfellow et al. 2014, arXiv:1406.2661): two programs over one store. The losses are the
 * non-saturating ones, with the R1 penalty ½γ E‖∇D(x)‖² on real points (Mescheder et al. 2018, arXiv:1801.04406).
 */
import { batches, fit, grad, key, randomNormal, samplerFile, sequence, softplus, trainStep } from "@gen/core";
import { Mlp } from "@gen/core/nn";
import { adam } from "@gen/core/optim";
import { exportFolder, node } from "@gen/core/node";
import { ringOfGaussians } from "@gen/data";

const [size, latent] = [128, 8];
const game = {
  generator: new Mlp({ inputs: latent, hidden: [64, 64], outputs: 2 }),
  critic: new Mlp({ inputs: 2, hidden: [64, 64], outputs: 1, activation: "leakyRelu" }),
};
const optimizer = adam({ learningRate: 2e-3, beta1: 0, beta2: 0.99 });

const critic = trainStep({
  model: game,
  learn: game.critic,
  name: "critic.optimizer",
  batch: { x: [size, 2] },
  loss: ({ x }, scope) => {
    const fake = game.generator.forward(randomNormal(scope.nextKey(), [size, latent])).stopGradient();
    const real = game.critic.forward(x); // [N, 1]
    const slope = grad(real.sum(), [x])[0]!.square().sum(1).mean();
    return softplus(real.neg())
      .mean()
      .add(softplus(game.critic.forward(fake)).mean())
      .add(slope.mul(0.05));
  },
  optimizer,
});
const generator = trainStep({
  model: game,
  learn: game.generator,
  name: "generator.optimizer",
  batch: {},
  loss: (_, scope) => {
    const fake = game.generator.forward(randomNormal(scope.nextKey(), [size, latent]));
    return softplus(game.critic.forward(fake).neg()).mean();
  },
  optimizer,
});

await using runtime = await node();
const store = await runtime.init(game, { key: key(0) });
const data = batches(ringOfGaussians({ key: key(1) }), { size, key: key(2) });
const both = sequence({ critic, generator });
for await (const { n, outputs } of fit(both, { runtime, store, data, steps: 1_500, key: key(3) })) {
  const losses = Object.entries(outputs).map(([name, loss]) => `${name} ${loss.toFixed(3)}`);
  if (n % 500 === 0) console.log(`step ${n}: ${losses.join(", ")}`);
}

const sampler = samplerFile(game, {
  samples: "points in the plane",
  draw: ({ n }, key) => game.generator.forward(randomNormal(key, [n, latent])),
});
const n = 2_000;
const { samples } = await runtime.run(sampler.trace({ n }), { store, feeds: sampler.example({ n }) });
const modes = [0, 1, 2, 3, 4, 5, 6, 7];
const at = (i: number) => Number(samples!.data[i]);
const centre = (mode: number) => [2 * Math.cos((mode * Math.PI) / 4), 2 * Math.sin((mode * Math.PI) / 4)] as const;
const near = Array.from({ length: n }, (_, i) =>
  modes.find((mode) => Math.hypot(at(2 * i) - centre(mode)[0], at(2 * i + 1) - centre(mode)[1]) < 0.3),
).filter((mode) => mode !== undefined);
console.log(`${new Set(near).size} of 8 modes, ${((100 * near.length) / n).toFixed(1)} % of samples near one`);

const request = { family: "gan", name: "eight-gaussians", files: { sampler } };
await exportFolder("eight-gaussians", request, { runtime, store });
