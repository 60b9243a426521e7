import { batches, fit, key, trainStep } from "@gen/core";
import { node } from "@gen/core/node"; // in a page: web() of "@gen/core/web"
import { adam } from "@gen/core/optim";
import { Affine } from "@gen/core/codec";
import { twoMoons } from "@gen/data";
import { dense, gaussianLikelihood, sample, Vae } from "@gen/vae";

const model = new Vae({
  shape: [2],
  latentDim: 2,
  architecture: dense({ hidden: [64, 64] }),
  likelihood: gaussianLikelihood({ std: 0.12 }),
  codec: new Affine({ shape: [2], scale: 1 }),
});
const step = trainStep({
  model,
  batch: { x: [256, 2] },
  loss: (batch, scope) => model.loss(batch, scope), // −ELBO, nats
  optimizer: adam({ learningRate: 2e-3 }),
});
export const runtime = await node({ device: "cpu", threads: 1 });
const store = await runtime.init(model, { key: key(0) });
const data = batches(twoMoons({ n: 8192, key: key(1) }), { size: 256, key: key(2) });
export const losses: number[] = [];
for await (const { loss } of fit(step, { runtime, store, data, steps: 200, key: key(3) })) losses.push(loss);
export const { samples } = await runtime.run(sample(model, { n: 600, draw: "sample" }), { store, key: key(4) });
