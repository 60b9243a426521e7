/**
 * A GAN on eight Gaussians (Goodfellow et al. 2014, arXiv:1406.2661): two programs over one store. The losses are the
 * non-saturating ones, with the R1 penalty ½γ E‖∇D(x)‖² on real points (Mescheder et al. 2018, arXiv:1801.04406).
 */
import { adam, batches, fit, grad, inference, key, keyFromSeed, Mlp, ndarray, randomNormal, sequence, softplus, trainStep, type Tensor } from "@gen/core";
import { exportFolder, node } from "@gen/core/node";
import { ringOfGaussians } from "@gen/data";

const [size, latent] = [128, 8];
const game = {
  generator: new Mlp({ inputs: latent, hidden: [64, 64], outputs: 2 }),
  critic: new Mlp({ inputs: 2, hidden: [64, 64], outputs: 1, activation: "leakyRelu" }),
};
const batch = { x: [size, 2] } as const;
const optimizer = adam({ learningRate: 2e-3, beta1: 0, beta2: 0.99 });

const critic = trainStep({
  model: game,
  learn: game.critic,
  name: "critic.optimizer",
  batch,
  loss: ({ x }, scope) => {
    const fake = game.generator.forward(randomNormal(scope.nextKey(), [size, latent])).stopGradient();
    const real = game.critic.forward(x); // [N, 1]
    const slope = grad(real.sum(), [x])[0]!.square().sum(1).mean();
    return softplus(real.neg()).mean().add(softplus(game.critic.forward(fake)).mean()).add(slope.mul(0.05));
  },
  optimizer,
});
const generator = trainStep({
  model: game,
  learn: game.generator,
  name: "generator.optimizer",
  batch: {},
  loss: (_, scope) => softplus(game.critic.forward(game.generator.forward(randomNormal(scope.nextKey(), [size, latent]))).neg()).mean(),
  optimizer,
});

await using runtime = await node();
const store = await runtime.init(game, { key: key(0) });
const data = batches(ringOfGaussians({ key: key(1) }), { size, key: key(2) });
for await (const { n, outputs } of fit(sequence({ critic, generator }), { runtime, store, data, steps: 1_500, key: key(3) })) {
  if (n % 500 === 0) console.log(`step ${n}: critic ${outputs["critic.loss"]!.toFixed(3)}, generator ${outputs["generator.loss"]!.toFixed(3)}`);
}

const integer = { shape: [], dtype: "i64" } as const;
const sampler = (n: number) =>
  inference(game, { seed: integer, n: integer }, ({ seed }: { seed: Tensor }) => ({
    samples: game.generator.forward(randomNormal(keyFromSeed(seed.cast("u64")), [n, latent])),
  }));
const inputs = (n: number) => ({ seed: ndarray([5n], [], "i64"), n: ndarray([BigInt(n)], [], "i64") });
const { samples } = await runtime.run(sampler(2_000), { store, feeds: inputs(2_000) });

const modes = new Set<number>();
let close = 0;
for (let i = 0; i < 2_000; i++) {
  const [a, b] = [Number(samples!.data[2 * i]), Number(samples!.data[2 * i + 1])];
  const mode = Math.round((Math.atan2(b, a) / (2 * Math.PI)) * 8 + 8) % 8;
  const angle = (2 * Math.PI * mode) / 8;
  if (Math.hypot(a - 2 * Math.cos(angle), b - 2 * Math.sin(angle)) < 0.3) {
    modes.add(mode);
    close++;
  }
}
console.log(`${modes.size} of 8 modes, ${((100 * close) / 2_000).toFixed(1)} % of samples near one`);

await exportFolder("eight-gaussians", { family: "gan", name: "eight-gaussians", files: {
  sampler: { purpose: "new points", trace: ({ n }) => sampler(n!), symbols: { n: { from: "input", name: "n" } }, describe: { seed: "any", n: "how many", samples: "points in the plane" }, example: ({ n }) => inputs(n!) },
} }, { runtime, store });
