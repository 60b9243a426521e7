import { batches, fit, key } from "@gen/core";
import { node } from "@gen/core/node"; // in a page: web() of "@gen/core/web"
import { adam } from "@gen/core/optim";
import { twoMoons } from "@gen/data";
import { dense, game, Gan, nonSaturating, r1, sample } from "@gen/gan";

const model = new Gan({
  shape: [2],
  latentDim: 8,
  architecture: dense({ hidden: [64, 64] }),
  loss: nonSaturating(),
  penalties: [r1({ weight: 0.05 })],
});
const optimizer = adam({ learningRate: 2e-3, beta1: 0, beta2: 0.99 });
const step = game(model, { batch: 256, optimizers: { discriminator: optimizer, generator: optimizer } });
export const runtime = await node({ device: "cpu", threads: 1 });
const store = await runtime.init(model, { key: key(0) });
const data = batches(twoMoons({ n: 8192, key: key(1) }), { size: 256, key: key(2) });
export const losses: number[] = [];
for await (const { loss } of fit(step, { runtime, store, data, steps: 200, key: key(3) })) losses.push(loss);
export const { samples } = await runtime.run(sample(model, { n: 600 }), { store, key: key(4) });
