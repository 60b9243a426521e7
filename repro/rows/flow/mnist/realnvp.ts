/** @file A dense RealNVP on MNIST. Dinh et al. 2017, arXiv:1605.08803; as in Papamakarios et al. 2017, arXiv:1705.07057, table 3. */
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { realNvp } from "@gen/flow";
import { flowRow, mnistCodec } from "../../../src/flow-row.js";

const [batchSize, steps] = [100, 50_000];

export const row = flowRow({
  id: "flow/mnist/realnvp",
  model: realNvp({ dim: 784, depth: 10, hidden: [512, 512], activation: "relu", codec: mnistCodec() }),
  optimizer: chain(clipByGlobalNorm(50), adam({ learningRate: cosine(5e-4, { steps }), weightDecay: 1e-3 })),
  batchSize,
  steps,
  every: 2500,
  startsFromData: false,
  notes: `10 affine couplings of the halves of the flat picture, two layers of 512, relu; uniform dequantisation, logit with λ = 1e-6; Adam 5e-4 with cosine decay, weight decay 1e-3, gradient norm ≤ 50, batch ${batchSize}, ${steps} steps; the average of the weights (0.999) with the best validation`,
});
