/**
 * Flow matching in the plane (Lipman et al. 2023, arXiv:2210.02747): on x_t = (1 − t) ε + t x, a network learns the
 * velocity x − ε; the sampler integrates it from noise (t = 0) to data (t = 1). In the exported file it is one Loop,
 * with the number of steps as an input.
 */
import { batches, fit, key, samplerFile, trainStep } from "@gen/core";
import { Mlp } from "@gen/core/nn";
import { adam } from "@gen/core/optim";
import { concat, iota, randomNormal, randomUniform, scalar, scan, type Tensor } from "@gen/core";
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

/** Euler's method: x ← x + v(x, t) / steps. */
const sampler = samplerFile(velocity, {
  samples: "points in the plane",
  also: { steps: "of the integration" },
  draw: ({ n, steps }, key, inputs) => {
    const h = inputs["steps"]!.cast("f32").reciprocal();
    const { carry } = scan({ carry: [randomNormal(key, [n, 2]), scalar(0)], length: steps! }, ([x, t]) => ({
      carry: [x!.add(velocity.forward(x!, t!.expand([n, 1])).mul(h)), t!.add(h)],
    }));
    return carry[0]!;
  },
});
const sizes = { n: 1_000, steps: 50 };
const { samples } = await runtime.run(sampler.trace(sizes), { store, feeds: sampler.example(sizes) });
const { data: xy } = samples!;
const radii = Array.from({ length: sizes.n }, (_, i) => Math.hypot(Number(xy[2 * i]), Number(xy[2 * i + 1])));
const percent = (are: (r: number) => boolean) => `${((100 * radii.filter(are).length) / sizes.n).toFixed(1)} %`;
const near = percent((r) => Math.min(Math.abs(r - 1), Math.abs(r - 2)) < 0.25);
console.log(`${near} of samples on a ring, ${percent((r) => r < 1.5)} on the inner one (data: 33.3 %)`);

await exportFolder("rings", { family: "diffusion", name: "rings", files: { sampler } }, { runtime, store });
