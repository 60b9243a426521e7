/**
 * RealNVP in the plane (Dinh, Sohl-Dickstein & Bengio 2017, arXiv:1605.08803): an invertible map f with a triangular
 * Jacobian gives the exact density  log p(x) = log N(f(x); 0, I) + log |det ∂f/∂x|.
 */
import { adam, batches, concat, evaluate, fit, inference, key, keyFromSeed, Mlp, ndarray, normal, randomNormal, scalar, trainStep, type Tensor } from "@gen/core";
import { exportFolder, node } from "@gen/core/node";
import { twoMoons } from "@gen/data";

/** One coordinate passes untouched and decides how the other is scaled and shifted. */
class Coupling {
  readonly net = new Mlp({ inputs: 1, hidden: [64, 64], outputs: 2, activation: "tanh" });
  constructor(readonly kept: 0 | 1) {}

  forward(x: Tensor): { y: Tensor; logDet: Tensor } {
    const { a, b, s, t } = this.#parts(x);
    return { y: this.#join(a, b.mul(s.exp()).add(t)), logDet: s.sum(1) };
  }
  inverse(y: Tensor): Tensor {
    const { a, b, s, t } = this.#parts(y);
    return this.#join(a, b.sub(t).mul(s.neg().exp()));
  }
  #parts(x: Tensor): { a: Tensor; b: Tensor; s: Tensor; t: Tensor } {
    const [first, last] = x.split([1, 1], 1) as [Tensor, Tensor];
    const [a, b] = this.kept === 0 ? [first, last] : [last, first]; //  [N, 1] each
    const [s, t] = this.net.forward(a).split([1, 1], 1) as [Tensor, Tensor];
    return { a, b, s: s.tanh().mul(2), t };
  }
  #join(a: Tensor, b: Tensor): Tensor {
    return concat(this.kept === 0 ? [a, b] : [b, a], 1);
  }
}

class Flow {
  readonly layers = Array.from({ length: 6 }, (_, i) => new Coupling((i % 2) as 0 | 1));

  logProb(x: Tensor): Tensor {
    const start = { y: x, logDet: scalar(0).expand([x.shape[0]!]) };
    const { y, logDet } = this.layers.reduce(({ y, logDet }, layer) => {
      const next = layer.forward(y);
      return { y: next.y, logDet: logDet.add(next.logDet) };
    }, start);
    return normal({ mean: scalar(0).expand(y.shape), std: 1, eventDims: 1 }).logProb(y).add(logDet); // [N]
  }
  decode(z: Tensor): Tensor {
    return this.layers.reduceRight((y, layer) => layer.inverse(y), z);
  }
}

const flow = new Flow();
const step = trainStep({
  model: flow,
  batch: { x: [256, 2] },
  loss: ({ x }) => flow.logProb(x).mean().neg(), // nats
  optimizer: adam({ learningRate: 2e-3 }),
});

await using runtime = await node();
const store = await runtime.init(flow, { key: key(0) });
const data = batches(twoMoons({ key: key(1) }), { size: 256, key: key(2) });
for await (const { n, loss } of fit(step, { runtime, store, data, steps: 600 })) {
  if (n % 100 === 0) console.log(`step ${n}: ${loss.toFixed(3)} nats`);
}

const density = (n: number) => inference(flow, { x: [n, 2] }, ({ x }) => ({ logProb: flow.logProb(x) }));
const { logProb } = await evaluate(density(500), twoMoons({ n: 2_000, key: key(3) }), { runtime, store });
console.log(`held out: log p(x) = ${logProb!.mean.toFixed(3)} ± ${logProb!.standardError.toFixed(3)} nats`);

const integer = { shape: [], dtype: "i64" } as const;
const sampler = (n: number) =>
  inference(flow, { seed: integer, n: integer }, ({ seed }) => ({ samples: flow.decode(randomNormal(keyFromSeed(seed.cast("u64")), [n, 2])) }));
const x = "points in the plane";
await exportFolder("two-moons", { family: "flow", name: "two-moons", files: {
  logprob: { purpose: "exact log p(x)", trace: ({ n }) => density(n!), symbols: { n: { from: "dim", input: "x", axis: 0 } }, describe: { x, logProb: "nats" }, example: ({ n }) => ({ x: ndarray([0.1, -0.4, 0.5, 0.2, -1, 0].slice(0, 2 * n!), [n!, 2]) }) },
  sampler: { purpose: "new points", trace: ({ n }) => sampler(n!), symbols: { n: { from: "input", name: "n" } }, describe: { seed: "any", n: "how many", samples: x }, example: ({ n }) => ({ seed: ndarray([5n], [], "i64"), n: ndarray([BigInt(n!)], [], "i64") }) },
} }, { runtime, store });
