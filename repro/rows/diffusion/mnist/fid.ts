/** @file A class-conditional diffusion transformer on MNIST. Peebles & Xie 2023, arXiv:2212.09748. */
import { mnist } from "@gen/data/node";
import { mnistDit } from "../../../src/diffusion-28.js";
import { pictureRow } from "../../../src/picture-row.js";

const [batchSize, steps, learningRate] = [256, 15_000, 2e-3];

export const row = pictureRow({
  id: "diffusion/mnist/fid",
  model: mnistDit(),
  data: (split) => mnist({ split }),
  features: "mnist",
  classes: 10,
  network: "transformer",
  agreement: 0.97,
  batchSize,
  steps,
  learningRate,
  every: 1000,
  notes: `DiT of patches of 4, 6 blocks of width 128 with one modulation for all, 1.4 million parameters in f16; cosine process, target v; Adam ${learningRate} with warm-up and cosine decay, gradient norm ≤ 1, batch ${batchSize}, ${steps} steps, the average of the weights (0.999); condition left out in a tenth of the rows`,
});
