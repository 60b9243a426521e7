/**
 * Flow matching in the plane (Lipman et al. 2023, arXiv:2210.02747): on x_t = (1 − t) ε + t x, a network learns the
 * velocity x − ε; the sampler integrates it from noise (t = 0) to data (t = 1). In the exported file it is one Loop,
 * with the number of steps as an input.
 */
import { adam, batches, concat, fit, inference, iota, key, keyFromSeed, Mlp, ndarray, randomNormal, randomUniform, scalar, scan, splitKey, trainStep, type Tensor } from "@gen/core";
import { exportFolder, node } from "@gen/core/node";
import { rings } from "@gen/data";

class Velocity {
  readonly net = new Mlp({ inputs: 2 + 16, hidden: [128, 128, 128], outputs: 2, activation: "silu" });

  /** @param x [N, 2] @param t [N, 1] in [0, 1] */
  forward(x: Tensor, t: Tensor): Tensor {
    const angles = t.mul(iota(8).add(1).mul(Math.PI)); // [N, 8]
    return this.net.forward(concat([x, angles.sin(), angles.cos()], 1));
  }
}

const velocity = new Velocity();
const size = 512;
const step = trainStep({
  model: velocity,
  batch: { x: [size, 2] },
  loss: ({ x }, scope) => {
    const noise = randomNormal(scope.nextKey(), [size, 2]);
    const t = randomUniform(scope.nextKey(), [size, 1]);
    const at = noise.add(x.sub(noise).mul(t)); // x_t
    return velocity.forward(at, t).sub(x.sub(noise)).square().mean();
  },
  optimizer: adam({ learningRate: 2e-3 }),
});

await using runtime = await node();
const store = await runtime.init(velocity, { key: key(0) });
const data = batches(rings({ key: key(1) }), { size, key: key(2) });
for await (const { n, loss } of fit(step, { runtime, store, data, steps: 1_000, key: key(3) })) {
  if (n % 200 === 0) console.log(`step ${n}: ${loss.toFixed(3)}`);
}

const integer = { shape: [], dtype: "i64" } as const;
/** Euler's method: x ← x + v(x, t) / steps. */
const sampler = (n: number, steps: number) =>
  inference(velocity, { seed: integer, n: integer, steps: integer }, (feeds) => {
    const h = feeds.steps.cast("f32").reciprocal();
    const start = randomNormal(splitKey(keyFromSeed(feeds.seed.cast("u64")), 0), [n, 2]);
    const { carry } = scan({ carry: [start, scalar(0)], length: steps }, ([x, t]) => ({
      carry: [x!.add(velocity.forward(x!, t!.expand([n, 1])).mul(h)), t!.add(h)],
    }));
    return { samples: carry[0]! };
  });
const inputs = (n: number, steps: number) => ({
  seed: ndarray([5n], [], "i64"),
  n: ndarray([BigInt(n)], [], "i64"),
  steps: ndarray([BigInt(steps)], [], "i64"),
});
const { samples } = await runtime.run(sampler(1_000, 50), { store, feeds: inputs(1_000, 50) });
const radii = Array.from({ length: 1_000 }, (_, i) => Math.hypot(Number(samples!.data[2 * i]), Number(samples!.data[2 * i + 1])));
const near = radii.filter((r) => Math.min(Math.abs(r - 1), Math.abs(r - 2)) < 0.25).length;
const inner = radii.filter((r) => r < 1.5).length;
console.log(`${(near / 10).toFixed(1)} % of samples on a ring, ${(inner / 10).toFixed(1)} % of them on the inner one (data: 33.3 %)`);

await exportFolder("rings", { family: "diffusion", name: "rings", files: {
  sampler: {
    purpose: "new points, by Euler's method",
    trace: ({ n, steps }) => sampler(n!, steps!),
    symbols: { n: { from: "input", name: "n" }, steps: { from: "input", name: "steps" } },
    describe: { seed: "any", n: "how many", steps: "of the integration", samples: "points in the plane" },
    example: ({ n, steps }) => inputs(n!, steps!),
  },
} }, { runtime, store });
