/** @file What the three pages beside this file do: they learn a sine, in a worker, and show the loss of each step. */
import { arrays, batches, fit, key, ndarray, trainStep, uniformDraws } from "@gen/core";
import { Mlp } from "@gen/core/nn";
import { adam } from "@gen/core/optim";
import { web } from "@gen/core/web";

const net = new Mlp({ inputs: 1, hidden: [32], outputs: 1, activation: "tanh" });
const step = trainStep({
  model: net,
  batch: { x: [64, 1], y: [64, 1] },
  loss: ({ x, y }) => net.forward(x).sub(y).square().mean(),
  optimizer: adam({ learningRate: 1e-2 }),
});

const x = uniformDraws(key(0), 1000); // in (0, 1)
const y = x.map((v) => Math.sin(6 * v));
const rows = arrays({ x: ndarray(x, [1000, 1]), y: ndarray(y, [1000, 1]) });
const data = batches(rows, { size: 64, key: key(1) });

/** @param {import("@gen/core/web").WebOptions} [options] */
export async function train(options) {
  const list = document.querySelector("ol");
  const status = document.querySelector("p");
  const runtime = await web(options);
  const store = await runtime.init(net, { key: key(2) });
  for await (const { loss } of fit(step, { runtime, store, data, steps: 20 })) {
    list.append(Object.assign(document.createElement("li"), { textContent: loss.toFixed(5) }));
  }
  status.textContent = `trained on ${runtime.device}${runtime.choice ? `: ${runtime.choice.reason}` : ""}`;
  await runtime.close();
}
