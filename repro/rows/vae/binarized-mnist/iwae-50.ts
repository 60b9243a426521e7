/**
 * @file An importance-weighted autoencoder, k = 50, on the fixed binarisation of MNIST.
 * Burda, Grosse & Salakhutdinov 2016, arXiv:1509.00519, which measures it as here, too.
 */
import type { Tensor } from "@gen/core";
import { adam, cosine, type Rate } from "@gen/core/optim";
import { dense, iwae, Vae, type Objective } from "@gen/vae";
import { latentRow } from "../../../src/latent-row.js";

/** Most of the training is by the cheap bound of k = 10, in batches of 100; the end of it by k = 50, in batches of 50. */
const cheapSteps = 55_000;
const steps = 70_000;
const warmUpSteps = 5000;

/** Constant for a while, then half a cosine to nothing. */
const constantSteps = 25_000;
const fall = cosine(2e-3, { steps: steps - constantSteps }) as (step: Tensor) => Tensor;
const learningRate: Rate = (step) => fall(step.sub(constantSteps).maximum(0));

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
    { model: model(iwae({ k: 10, resampled: 2 })), batchSize: 100, until: cheapSteps },
    { model: model(iwae({ k: 50, resampled: 5 })), batchSize: 50, until: steps },
  ],
  optimizer: adam({ learningRate, weightDecay: 0.1 }),
  every: 5000,
  validateBy: iwae({ k: 50 }),
  notes: `784-300-300-50-300-300-784, silu; ${cheapSteps / 500} epochs of the bound with k = 10 (batch 100), then ${(steps - cheapSteps) / 1000} with k = 50 (batch 50), the gradient through 2 and 5 draws resampled by their weights; Adam 2e-3, constant for ${constantSteps} steps, then with cosine decay, weight decay 0.1; β from 0 to 1 over 10 epochs; the average of the weights (0.999) with the best bound on the validation rows; importance sampling, k = 5,000`,
});
