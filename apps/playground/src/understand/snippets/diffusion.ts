import { batches, fit, key, trainStep } from "@gen/core";
import { node } from "@gen/core/node"; // in a page: web() of "@gen/core/web"
import { adam } from "@gen/core/optim";
import { twoMoons } from "@gen/data";
import { Diffusion, diffusionLoss, fields, MlpNetwork, sample, straight } from "@gen/diffusion";

const network = new MlpNetwork({ dim: 2, width: 96 });
const model = new Diffusion({ network, process: straight(), target: "velocity" });
const step = trainStep({
  model,
  batch: fields(model, { n: 256 }),
  loss: (batch, scope) => diffusionLoss(model, batch, { scope }),
  optimizer: adam({ learningRate: 2e-3 }),
});
export const runtime = await node({ device: "cpu", threads: 1 });
const store = await runtime.init(model, { key: key(0) });
const data = batches(twoMoons({ n: 8192, key: key(1) }), { size: 256, key: key(2) });
export const losses: number[] = [];
for await (const { loss } of fit(step, { runtime, store, data, steps: 200, key: key(3) })) losses.push(loss);
export const { samples } = await runtime.run(sample(model, { n: 600, steps: 24, sampler: "heun" }), {
  store,
  key: key(4),
});
