/**
 * @file Two layers of latents under a VampPrior, on the fixed binarisation of MNIST.
 * Tomczak & Welling 2018, arXiv:1705.07120, §4; trained by the bound of Burda, Grosse & Salakhutdinov 2016,
 * arXiv:1509.00519.
 */
import { key, ndarray, permutation, type Tensor } from "@gen/core";
import { adam, cosine, groups } from "@gen/core/optim";
import { binarizedMnist } from "@gen/data/node";
import { dense, HierarchicalVae, iwae, vampPrior } from "@gen/vae";
import { latentRow } from "../../../src/latent-row.js";

const batchSize = 200;
const stepsPerEpoch = 50_000 / batchSize;
const epochs = 120;
const steps = epochs * stepsPerEpoch;
const warmUpSteps = 10 * stepsPerEpoch;
const learningRate = cosine(2e-3, { steps });

/** The pseudo-inputs start from random training rows. */
const chosen = Array.from(permutation(key(0), 50_000).subarray(0, 500));
const { x } = await (await binarizedMnist({ split: "train" })).rows(chosen);

const model = new HierarchicalVae({
  shape: [1, 28, 28],
  latentDims: [40, 40],
  width: 300,
  architecture: dense({ hidden: [300, 300], activation: "silu" }),
  prior: vampPrior({
    start: ndarray(
      Float32Array.from(x!.data as Uint8Array, (v) => v / 255),
      [500, 1, 28, 28],
    ),
  }),
  objective: iwae({ k: 10, resampled: 2 }),
  beta: (step: Tensor) => step.add(1).div(warmUpSteps).minimum(1),
});

export const row = latentRow({
  id: "vae/binarized-mnist/best",
  stages: [{ model, batchSize, until: steps }],
  optimizer: groups([
    { match: (name) => name.startsWith("prior.top"), optimizer: adam({ learningRate }) },
    { match: () => true, optimizer: adam({ learningRate, weightDecay: 0.1 }) },
  ]),
  every: 10 * stepsPerEpoch,
  validateBy: iwae({ k: 50 }),
  notes: `q(z2|x) q(z1|x, z2), p(x|z1, z2) p(z1|z2), 40 numbers each, dense layers of 300, silu; a VampPrior of 500 pseudo-inputs that start from training rows; ${epochs} epochs of the importance-weighted bound with k = 10 (batch ${batchSize}), the gradient through 2 draws resampled by their weights; Adam 2e-3 with cosine decay, weight decay 0.1 but for the pseudo-inputs; β from 0 to 1 over 10 epochs; the average of the weights (0.999) with the best bound on the validation rows; importance sampling, k = 5,000`,
});
