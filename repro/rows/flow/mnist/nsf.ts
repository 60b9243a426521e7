/** @file A neural spline flow on MNIST, beside RealNVP and MAF. Durkan et al. 2019, arXiv:1906.04032. */
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { maf, rationalQuadratic } from "@gen/flow";
import { flowRow, mnistCodec } from "../../../src/flow-row.js";

const [batchSize, steps] = [100, 20_000];

export const row = flowRow({
  id: "flow/mnist/nsf",
  model: maf({
    dim: 784,
    depth: 3,
    hidden: [512],
    activation: "relu",
    map: rationalQuadratic({ bins: 8, interval: [-4, 4] }),
    codec: mnistCodec(),
  }),
  optimizer: chain(clipByGlobalNorm(50), adam({ learningRate: cosine(5e-4, { steps }), weightDecay: 1e-3 })),
  batchSize,
  steps,
  every: 1000,
  startsFromData: true,
  notes: `3 autoregressive layers of rational-quadratic splines with 8 bins in [−4, 4], one layer of 512, relu, ActNorm before each; uniform dequantisation, logit with λ = 1e-6; Adam 5e-4 with cosine decay, weight decay 1e-3, gradient norm ≤ 50, batch ${batchSize}, ${steps} steps; the average of the weights (0.999) with the best validation`,
});
