/**
 * @file A GAN of MNIST that knows the classes, measured as gan/mnist/parzen: a projection discriminator (Miyato & Koyama 2018,
 * arXiv:1802.05637), R1 whose weight falls, learning rates that fall to nothing, and a long running average.
 */
import { adam, cosine, ema, exponentialDecay } from "@gen/core/optim";
import { dcgan, Gan, nonSaturating, r1, scheduled } from "@gen/gan";
import { ganMnistRow } from "../../../src/gan-mnist-row.js";

const steps = 24_000;
const optimizer = adam({ learningRate: cosine(5e-4, { steps }), beta1: 0, beta2: 0.99 });

export const row = ganMnistRow({
  id: "gan/mnist/conditional",
  name: "GAN, convolutional, by class",
  model: new Gan({
    shape: [1, 28, 28],
    latentDim: 64,
    classes: 10,
    conditioning: "projection",
    architecture: dcgan({ channels: [32, 64], discriminatorNorm: "none" }),
    loss: nonSaturating(),
    penalties: [scheduled(r1({ weight: 1 }), exponentialDecay(1, { decay: 0.05, every: steps }))],
  }),
  game: {
    batch: 64,
    pixels: "u8",
    optimizers: { discriminator: optimizer, generator: optimizer },
    average: ema({ decay: 0.9995 }),
  },
  steps,
  every: 1000,
  notes:
    "28 × 28 to 14 to 7 by convolutions of 32 and 64 channels and back, batch normalisation in the generator alone; labels beside the noise, and projected in the discriminator; non-saturating, R1 with γ = 1 falling to 0.05, Adam 5e-4 with cosine decay, β₁ 0, β₂ 0.99, batch 64, 24,000 steps; running averages of the generator 0.9995; as many samples of each class, no truncation; Parzen windows on 10,000 samples, σ by 1,000 rows that were not learned from",
});
