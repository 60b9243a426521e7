/**
 * @file An importance-weighted autoencoder, k = 5, with two layers of latents, on the fixed binarisation of MNIST.
 * Burda, Grosse & Salakhutdinov 2016, arXiv:1509.00519, table 1.
 */
import type { Tensor } from "@gen/core";
import { adam, cosine } from "@gen/core/optim";
import { dense, HierarchicalVae, iwae } from "@gen/vae";
import { latentRow } from "../../../src/latent-row.js";

const batchSize = 100;
const stepsPerEpoch = 50_000 / batchSize;
const epochs = 150;
const steps = epochs * stepsPerEpoch;
const warmUpSteps = 20 * stepsPerEpoch;

const model = new HierarchicalVae({
  shape: [1, 28, 28],
  latentDims: [100, 50],
  width: 200,
  skip: false,
  architecture: dense({ hidden: [200, 200], activation: "silu" }),
  objective: iwae({ k: 5 }),
  beta: (step: Tensor) => step.add(1).div(warmUpSteps).minimum(1),
});

export const row = latentRow({
  id: "vae/binarized-mnist/iwae-5-two-layers",
  stages: [{ model, batchSize, until: steps }],
  optimizer: adam({ learningRate: cosine(2e-3, { steps }), weightDecay: 0.1 }),
  every: 10 * stepsPerEpoch,
  notes: `q(z2|x) q(z1|x, z2), p(x|z1) p(z1|z2) p(z2), 100 and 50 numbers, dense layers of 200, silu; ${epochs} epochs of the importance-weighted bound with k = 5 (batch ${batchSize}); Adam 2e-3 with cosine decay, weight decay 0.1; β from 0 to 1 over 20 epochs; the average of the weights (0.999) with the best bound on the validation rows; importance sampling, k = 5,000`,
});
