/**
 * @file An importance-weighted autoencoder, k = 5, with two layers of latents, on the fixed binarisation of MNIST.
 * Burda, Grosse & Salakhutdinov 2016, arXiv:1509.00519, table 1; layers and prior as in Tomczak & Welling 2018, arXiv:1705.07120, §4.
 */
import type { Tensor } from "@gen/core";
import { adam, cosine, groups, type Rate } from "@gen/core/optim";
import { dense, HierarchicalVae, iwae, vampPrior } from "@gen/vae";
import { pseudoInputs } from "../../../src/binarized-mnist.js";
import { latentRow } from "../../../src/latent-row.js";

const batchSize = 200;
const stepsPerEpoch = 50_000 / batchSize;
const steps = 64 * stepsPerEpoch;
const warmUpSteps = 10 * stepsPerEpoch;

/** Constant for a while, then half a cosine to nothing. */
const constantSteps = 28 * stepsPerEpoch;
const fall = cosine(2e-3, { steps: steps - constantSteps }) as (step: Tensor) => Tensor;
const learningRate: Rate = (step) => fall(step.sub(constantSteps).maximum(0));

const model = new HierarchicalVae({
  shape: [1, 28, 28],
  latentDims: [40, 40],
  width: 300,
  architecture: dense({ hidden: [300, 300], activation: "silu" }),
  prior: vampPrior({ start: await pseudoInputs(500) }),
  objective: iwae({ k: 5, resampled: 1 }),
  beta: (step: Tensor) => step.add(1).div(warmUpSteps).minimum(1),
});

export const row = latentRow({
  id: "vae/binarized-mnist/iwae-5-two-layers",
  stages: [{ model, batchSize, until: steps }],
  optimizer: groups([
    { match: (name) => name.startsWith("prior.top"), optimizer: adam({ learningRate }) },
    { match: () => true, optimizer: adam({ learningRate, weightDecay: 0.1 }) },
  ]),
  every: 8 * stepsPerEpoch,
  validateBy: iwae({ k: 50 }),
  notes: `q(z2|x) q(z1|x, z2), p(x|z1, z2) p(z1|z2), 40 numbers each, dense layers of 300, silu; a VampPrior of 500 pseudo-inputs that start from training rows; ${steps / stepsPerEpoch} epochs of the importance-weighted bound with k = 5 (batch ${batchSize}), the gradient through one draw resampled by its weight; Adam 2e-3, constant for ${constantSteps / stepsPerEpoch} epochs, then with cosine decay, weight decay 0.1 but for the pseudo-inputs; β from 0 to 1 over 10 epochs; the average of the weights (0.999) with the best bound on the validation rows; importance sampling, k = 5,000`,
});
