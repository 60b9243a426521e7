/** @file DDPM's U-Net on MNIST, told the class. Ho, Jain & Abbeel 2020, arXiv:2006.11239. */
import { mnist } from "@gen/data/node";
import { smallUNet } from "../../../src/diffusion-28.js";
import { pictureRow } from "../../../src/picture-row.js";

const [batchSize, steps, learningRate] = [32, 3_600, 1e-3];

export const row = pictureRow({
  id: "diffusion/mnist/fid-unet",
  model: smallUNet(10),
  data: (split) => mnist({ split }),
  features: "mnist",
  classes: 10,
  network: "U-Net",
  agreement: 0.97,
  batchSize,
  steps,
  learningRate,
  every: 500,
  ways: ["DPM-Solver++, 15 steps"],
  notes: `U-Net of 16, 32 and 64 channels, a residual block a resolution, attention on 14 × 14, 0.65 million parameters in f16; cosine process, target v; Adam ${learningRate} with warm-up and cosine decay, gradient norm ≤ 1, batch ${batchSize}, ${steps} steps, the average of the weights (0.999); condition left out in a tenth of the rows; DPM-Solver++ of 15 steps`,
});
