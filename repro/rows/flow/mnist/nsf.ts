/** @file A neural spline flow on MNIST, beside RealNVP and MAF. Durkan et al. 2019, arXiv:1906.04032. */
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { maf, rationalQuadratic } from "@gen/flow";
import { flowRow, mnistPictures, pictureCodec } from "../../../src/flow-row.js";

const [batchSize, steps] = [100, 1_400];

export const row = flowRow({
  id: "flow/mnist/nsf",
  pictures: mnistPictures,
  model: maf({
    dim: 784,
    depth: 2,
    hidden: [384],
    map: rationalQuadratic({ bins: 4, interval: [-4, 4] }),
    codec: pictureCodec({ shape: [1, 28, 28], lambda: 1e-6 }),
  }),
  optimizer: chain(clipByGlobalNorm(50), adam({ learningRate: cosine(2e-3, { steps }), weightDecay: 0.02 })),
  batchSize,
  steps,
  every: 350,
  startsFromData: true,
  average: 0.995,
  notes: `2 autoregressive layers of rational-quadratic splines with 4 bins in [−4, 4], one layer of 384, relu, ActNorm before each; uniform dequantisation, logit with λ = 1e-6; Adam 2e-3 with cosine decay, weight decay 0.02, gradient norm ≤ 50, batch ${batchSize}, ${steps} steps; the average of the weights (0.995) with the best validation`,
});
