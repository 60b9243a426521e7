/**
 * @file A GAN of MNIST that knows the classes, of dense layers as in the first paper (Goodfellow et al. 2014, arXiv:1406.2661),
 * measured as gan/mnist/parzen: a projection discriminator (Miyato & Koyama 2018, arXiv:1802.05637), R1, learning rates that
 * fall to nothing, and a long running average.
 */
import { adam, cosine, ema } from "@gen/core/optim";
import { dense, Gan, nonSaturating, r1 } from "@gen/gan";
import { ganMnistRow } from "../../../src/gan-mnist-row.js";

const steps = 60_000;
const optimizer = adam({ learningRate: cosine(1e-3, { steps }), beta1: 0, beta2: 0.99 });

export const row = ganMnistRow({
  id: "gan/mnist/conditional",
  name: "GAN, dense, by class",
  model: new Gan({
    shape: [1, 28, 28],
    latentDim: 64,
    classes: 10,
    conditioning: "projection",
    architecture: dense({ hidden: [512, 512], batchNorm: true, discriminatorHidden: [512, 256] }),
    loss: nonSaturating(),
    penalties: [r1({ weight: 1 })],
  }),
  game: {
    batch: 64,
    pixels: "u8",
    optimizers: { discriminator: optimizer, generator: optimizer },
    average: ema({ decay: 0.9995 }),
  },
  steps,
  every: 2000,
  notes:
    "dense layers, 512-512 with batch normalisation against 512-256 without; labels beside the noise, and projected in the discriminator; non-saturating, R1 with γ = 1, Adam 1e-3 with cosine decay, β₁ 0, β₂ 0.99, batch 64, 60,000 steps; running averages of the generator 0.9995; as many samples of each class, no truncation; Parzen windows on 10,000 samples, σ by 1,000 rows that were not learned from",
});
