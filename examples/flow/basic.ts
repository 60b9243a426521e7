/**
 * A neural spline flow in the plane (Durkan, Bekasov, Murray & Papamakarios 2019, arXiv:1906.04032): an invertible map f
 * with a triangular Jacobian gives the exact density  log p(x) = log N(f(x); 0, I) + log |det ∂f/∂x|.
 */
import { batches, evaluate, fit, key, trainStep } from "@gen/core";
import { exportFolder, node } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { twoMoons } from "@gen/data";
import { exportedFiles, logProb, nsf, sample } from "@gen/flow";

const flow = nsf({ dim: 2, hidden: [32, 32] });
const step = trainStep({
  model: flow,
  batch: { x: [256, 2] },
  loss: (batch, scope) => flow.loss(batch, scope), // nats
  optimizer: adam({ learningRate: 3e-3 }),
});

await using runtime = await node();
const store = await runtime.init(flow, { key: key(0) });
const data = batches(twoMoons({ key: key(1) }), { size: 256, key: key(2) });
for await (const { n, loss } of fit(step, { runtime, store, data, steps: 600 })) {
  if (n % 100 === 0) console.log(`step ${n}: ${loss.toFixed(3)} nats`);
}

const held = twoMoons({ n: 2_000, key: key(3) });
const { logProb: found } = await evaluate(logProb(flow, { n: 500 }), held, { runtime, store });
console.log(`held out: log p(x) = ${found!.mean.toFixed(3)} ± ${found!.standardError.toFixed(3)} nats`);

// The same points as numbers, their densities, and files that give both without our code.
const { samples } = await runtime.run(sample(flow, { n: 4 }), { store, key: key(4) });
console.log("drawn:", Array.from(samples!.data as Float32Array, (v) => v.toFixed(2)).join(" "));
const request = { family: "flow", name: "two-moons", files: exportedFiles(flow), metrics: { nats: -found!.mean } };
const card = await exportFolder("two-moons", request, { runtime, store });
console.log(`two-moons/: ${Object.keys(card.files).join(", ")}`);
