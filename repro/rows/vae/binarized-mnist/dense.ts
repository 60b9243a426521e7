/**
 * @file A plain dense VAE on the fixed binarisation of MNIST.
 * Kingma & Welling 2014, arXiv:1312.6114; measured by importance sampling as in Burda et al. 2016, arXiv:1509.00519.
 */
import type { Tensor } from "@gen/core";
import { adam, cosine } from "@gen/core/optim";
import { dense, Vae } from "@gen/vae";
import { latentRow } from "../../../src/latent-row.js";

const batchSize = 128;
const stepsPerEpoch = Math.floor(50_000 / batchSize);
const epochs = 150;
const steps = epochs * stepsPerEpoch;

/** β rises from 0 to 1 over the first epochs, so that the latents are used before they are paid for. */
const warmUpSteps = 20 * stepsPerEpoch;

const model = new Vae({
  shape: [1, 28, 28],
  latentDim: 40,
  architecture: dense({ hidden: [300, 300], activation: "silu" }),
  beta: (step: Tensor) => step.add(1).div(warmUpSteps).minimum(1),
});

export const row = latentRow({
  id: "vae/binarized-mnist/dense",
  stages: [{ model, batchSize, until: steps }],
  optimizer: adam({ learningRate: cosine(2e-3, { steps }), weightDecay: 0.1 }),
  every: 10 * stepsPerEpoch,
  notes: `784-300-300-40-300-300-784, silu; Adam 2e-3 with cosine decay, weight decay 0.1, batch ${batchSize}, ${epochs} epochs; β from 0 to 1 over 20 epochs; the average of the weights (0.999) with the best bound on the validation rows; importance sampling, k = 5,000`,
});
