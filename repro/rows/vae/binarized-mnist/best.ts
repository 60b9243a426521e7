/**
 * @file Two layers of latents under a VampPrior, on the fixed binarisation of MNIST.
 * Tomczak & Welling 2018, arXiv:1705.07120, §4; trained by the bound of Burda, Grosse & Salakhutdinov 2016,
 * arXiv:1509.00519.
 */
import type { Tensor } from "@gen/core";
import { adam, cosine, groups, type Rate } from "@gen/core/optim";
import { dense, HierarchicalVae, iwae, vampPrior, type Objective } from "@gen/vae";
import { pseudoInputs } from "../../../src/binarized-mnist.js";
import { latentRow } from "../../../src/latent-row.js";

/** Most of the training is by the cheap bound of k = 5, in batches of 200; the end of it by k = 25, in batches of 100. */
const cheapSteps = 20_000;
const steps = 26_000;
const warmUpSteps = 2500;

/** Constant for a while, then half a cosine to nothing. */
const constantSteps = 9000;
const fall = cosine(2e-3, { steps: steps - constantSteps }) as (step: Tensor) => Tensor;
const learningRate: Rate = (step) => fall(step.sub(constantSteps).maximum(0));

const start = await pseudoInputs(500);

const model = (objective: Objective): HierarchicalVae =>
  new HierarchicalVae({
    shape: [1, 28, 28],
    latentDims: [40, 40],
    width: 300,
    architecture: dense({ hidden: [300, 300], activation: "silu" }),
    prior: vampPrior({ start }),
    objective,
    beta: (step: Tensor) => step.add(1).div(warmUpSteps).minimum(1),
  });

export const row = latentRow({
  id: "vae/binarized-mnist/best",
  stages: [
    { model: model(iwae({ k: 5, resampled: 1 })), batchSize: 200, until: cheapSteps },
    { model: model(iwae({ k: 25, resampled: 3 })), batchSize: 100, until: steps },
  ],
  optimizer: groups([
    { match: (name) => name.startsWith("prior.top"), optimizer: adam({ learningRate }) },
    { match: () => true, optimizer: adam({ learningRate, weightDecay: 0.1 }) },
  ]),
  every: 2000,
  validateBy: iwae({ k: 50 }),
  notes: `q(z2|x) q(z1|x, z2), p(x|z1, z2) p(z1|z2), 40 numbers each, dense layers of 300, silu; a VampPrior of 500 pseudo-inputs that start from training rows; ${cheapSteps / 250} epochs of the importance-weighted bound with k = 5 (batch 200), then ${(steps - cheapSteps) / 500} with k = 25 (batch 100), the gradient through 1 and 3 draws resampled by their weights; Adam 2e-3, constant for ${constantSteps} steps, then with cosine decay, weight decay 0.1 but for the pseudo-inputs; β from 0 to 1 over 10 epochs; the average of the weights (0.999) with the best bound on the validation rows; importance sampling, k = 5,000`,
});
