/** @file A VAE whose posterior goes through 80 planar flows, on the fixed binarisation of MNIST. Rezende & Mohamed 2015, arXiv:1505.05770, table 2. */
import type { Tensor } from "@gen/core";
import { adam, cosine } from "@gen/core/optim";
import { Chain, Planar } from "@gen/flow";
import { dense, Vae } from "@gen/vae";
import { latentRow } from "../../../src/latent-row.js";

const [batchSize, steps, warmUpSteps, K] = [100, 60_000, 10_000, 80];

const model = new Vae({
  shape: [1, 28, 28],
  latentDim: 40,
  architecture: dense({ hidden: [400, 400], activation: "silu" }),
  posterior: ({ latentDim }) =>
    new Chain(Array.from({ length: K }, () => new Planar({ dim: latentDim, contextDim: 64 }))),
  beta: (step: Tensor) => step.add(1).div(warmUpSteps).minimum(1),
});

export const row = latentRow({
  id: "flow/binarized-mnist/planar-80",
  stages: [{ model, batchSize, until: steps }],
  optimizer: adam({ learningRate: cosine(1e-3, { steps }), weightDecay: 0.1 }),
  every: 5000,
  notes: `784-400-400-40-400-400-784, silu; ${K} planar transforms of the posterior, each a linear function of 64 numbers of context; Adam 1e-3 with cosine decay, weight decay 0.1, batch ${batchSize}, ${steps} steps; β from 0 to 1 over ${warmUpSteps} steps; the average of the weights (0.999) with the best bound on the validation rows; importance sampling, k = 5,000`,
});
