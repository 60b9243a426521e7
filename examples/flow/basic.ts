/**
 * RealNVP in the plane (Dinh, Sohl-Dickstein & Bengio 2017, arXiv:1605.08803): an invertible map f with a triangular
 * Jacobian gives the exact density  log p(x) = log N(f(x); 0, I) + log |det ∂f/∂x|.
 */
import { batches, evaluate, fit, inference, key, ndarray, samplerFile, trainStep } from "@gen/core";
import { concat, full, normalDraws, randomNormal, scalar, type ExportFile, type Tensor } from "@gen/core";
import { Mlp } from "@gen/core/nn";
import { exportFolder, node } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { normal } from "@gen/core/prob";
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
    return this.#join(a, b.sub(t).div(s.exp()));
  }
  #parts(x: Tensor): { a: Tensor; b: Tensor; s: Tensor; t: Tensor } {
    const [first, last] = x.split([1, 1], 1) as [Tensor, Tensor];
    const [a, b] = this.kept === 0 ? [first, last] : [last, first]; // [N, 1] each
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
    let [y, sum]: Tensor[] = [x, full([x.shape[0]!], 0)];
    for (const layer of this.layers) {
      const next = layer.forward(y!);
      [y, sum] = [next.y, sum!.add(next.logDet)];
    }
    return sum!.add(normal({ mean: scalar(0).expand(x.shape), std: 1, eventDims: 1 }).logProb(y!)); // [N]
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

const logprob: ExportFile = {
  purpose: "exact log p(x)",
  trace: ({ n }) => density(n!),
  symbols: { n: { from: "dim", input: "x", axis: 0 } },
  describe: { x: "points in the plane", logProb: "nats" },
  example: ({ n }) => ({ x: ndarray(normalDraws(key(4), 2 * n!), [n!, 2]) }),
};
const sampler = samplerFile(flow, { samples: "points", draw: ({ n }, key) => flow.decode(randomNormal(key, [n, 2])) });
await exportFolder("two-moons", { family: "flow", name: "two-moons", files: { logprob, sampler } }, { runtime, store });
