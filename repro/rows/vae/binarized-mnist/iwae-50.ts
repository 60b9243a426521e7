/**
 * @file An importance-weighted autoencoder, k = 50, on the fixed binarisation of MNIST.
 * Burda, Grosse & Salakhutdinov 2016, arXiv:1509.00519, which measures it as here, too.
 */
import type { Tensor } from "@gen/core";
import { adam, cosine, type Rate } from "@gen/core/optim";
import { dense, iwae, Vae, type Objective } from "@gen/vae";
import { latentRow } from "../../../src/latent-row.js";

/** Of the cheap bound that the training starts with, in batches of 100; the rest is by k = 50, in batches of 50. */
const startSteps = 25_000;
const steps = 40_000;
const warmUpSteps = 5000;

/** Constant while the bound is the cheap one, then half a cosine to nothing. */
const learningRate: Rate = (step) => cosineDown(step.sub(startSteps).maximum(0));
const cosineDown = cosine(2e-3, { steps: steps - startSteps }) as (step: Tensor) => Tensor;

const model = (objective: Objective): Vae =>
  new Vae({
    shape: [1, 28, 28],
    latentDim: 50,
    architecture: dense({ hidden: [300, 300], activation: "silu" }),
    objective,
    beta: (step: Tensor) => step.add(1).div(warmUpSteps).minimum(1),
  });

export const row = latentRow({
  id: "vae/binarized-mnist/iwae-50",
  stages: [
    { model: model(iwae({ k: 10, resampled: 2 })), batchSize: 100, until: startSteps },
    { model: model(iwae({ k: 50, resampled: 5 })), batchSize: 50, until: steps },
  ],
  optimizer: adam({ learningRate, weightDecay: 0.1 }),
  every: 5000,
  validateBy: iwae({ k: 50 }),
  notes: `784-300-300-50-300-300-784, silu; ${startSteps / 500} epochs of the bound with k = 10 (batch 100), then ${(steps - startSteps) / 1000} with k = 50 (batch 50), the gradient through 2 and 5 draws resampled by their weights; Adam 2e-3, with cosine decay while k = 50, weight decay 0.1; β from 0 to 1 over 10 epochs; the average of the weights (0.999) with the best bound on the validation rows; importance sampling, k = 5,000`,
});
