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
    architecture: dcgan({ channels: [32, 64], discriminatorNorm: "none" }),
    loss: nonSaturating(),
    penalties: [r1({ weight: 1 })],
  }),
  game: {
    batch: 64,
    pixels: "u8",
    optimizers: { discriminator: optimizer, generator: optimizer },
    average: ema({ decay: 0.999 }),
  },
  steps: 20_000,
  every: 1000,
  notes: "",
});
