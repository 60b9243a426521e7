/** @file A convolutional GAN of MNIST, measured as in Goodfellow et al. 2014, arXiv:1406.2661, table 1, and by what that misses. */
import { adam, ema } from "@gen/core/optim";
import { dcgan, Gan, nonSaturating, r1 } from "@gen/gan";
import { ganMnistRow } from "../../../src/gan-mnist-row.js";

const optimizer = adam({ learningRate: 5e-4, beta1: 0, beta2: 0.99 });

export const row = ganMnistRow({
  id: "gan/mnist/parzen",
  model: new Gan({
    shape: [1, 28, 28],
    latentDim: 64,
    architecture: dcgan({ channels: [64, 128], discriminatorNorm: "none" }),
    loss: nonSaturating(),
    penalties: [r1({ weight: 1 })],
  }),
  game: {
    batch: 64,
    pixels: "u8",
    optimizers: { discriminator: optimizer, generator: optimizer },
    average: ema({ decay: 0.999 }),
  },
  steps: 19_000,
  every: 1000,
  notes:
    "28 × 28 to 14 to 7 by convolutions of 64 and 128 channels and back, batch normalisation in the generator alone; non-saturating, R1 with γ = 1, Adam 5e-4, β₁ 0, β₂ 0.99, batch 64; running averages of the generator 0.999; Parzen windows on 10,000 samples, σ by 1,000 rows that were not learned from",
});
