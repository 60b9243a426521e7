/** @file MAF (5) on MNIST. Papamakarios, Pavlakou & Murray 2017, arXiv:1705.07057, table 3. */
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { maf } from "@gen/flow";
import { flowRow, mnistCodec } from "../../../src/flow-row.js";

const [batchSize, steps] = [100, 40_000];

export const row = flowRow({
  id: "flow/mnist/maf",
  model: maf({ dim: 784, depth: 5, hidden: [1024], activation: "relu", codec: mnistCodec() }),
  optimizer: chain(clipByGlobalNorm(50), adam({ learningRate: cosine(5e-4, { steps }), weightDecay: 1e-3 })),
  batchSize,
  steps,
  every: 2500,
  startsFromData: true,
  notes: `5 masked autoregressive layers of alternating order with one layer of 1,024, relu, ActNorm before each; uniform dequantisation, logit with λ = 1e-6; Adam 5e-4 with cosine decay, weight decay 1e-3, gradient norm ≤ 50, batch ${batchSize}, ${steps} steps; the average of the weights (0.999) with the best validation`,
});
