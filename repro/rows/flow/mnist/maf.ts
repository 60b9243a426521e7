/** @file MAF (5) on MNIST. Papamakarios, Pavlakou & Murray 2017, arXiv:1705.07057, table 3. */
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { maf } from "@gen/flow";
import { flowRow, mnistPictures, pictureCodec } from "../../../src/flow-row.js";

const [batchSize, steps] = [128, 12_000];

export const row = flowRow({
  id: "flow/mnist/maf",
  pictures: mnistPictures,
  model: maf({ dim: 784, depth: 5, hidden: [512], codec: pictureCodec({ shape: [1, 28, 28], lambda: 1e-6 }) }),
  optimizer: chain(clipByGlobalNorm(50), adam({ learningRate: cosine(1e-3, { steps }), weightDecay: 0.02 })),
  batchSize,
  steps,
  every: 1000,
  startsFromData: true,
  notes: `5 masked autoregressive layers of alternating order with one layer of 512, relu, ActNorm before each; uniform dequantisation, logit with λ = 1e-6; Adam 1e-3 with cosine decay, weight decay 0.02, gradient norm ≤ 50, batch ${batchSize}, ${steps} steps; the average of the weights (0.999) with the best validation`,
});
