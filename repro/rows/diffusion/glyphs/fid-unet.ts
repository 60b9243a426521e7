/** @file DDPM's U-Net of letters and digits, told which. Ho, Jain & Abbeel 2020, arXiv:2006.11239. */
import { glyphs } from "@gen/data/node";
import { smallUNet } from "../../../src/diffusion-28.js";
import { pictureRow } from "../../../src/picture-row.js";

const [batchSize, steps, learningRate, classes] = [32, 1200, 2e-3, 62];

export const row = pictureRow({
  id: "diffusion/glyphs/fid-unet",
  model: smallUNet(classes),
  data: (split) => Promise.resolve(glyphs({ split })),
  features: "glyphs",
  network: "U-Net",
  classes,
  batchSize,
  steps,
  learningRate,
  every: 500,
  ways: ["DPM-Solver++, 15 steps"],
  notes: `the U-Net of diffusion/mnist/fid-unet; Adam ${learningRate} with warm-up and cosine decay, gradient norm ≤ 1, batch ${batchSize}, ${steps} steps, the average of the weights (0.999); condition left out in a tenth of the rows; test: typefaces that were not learned from; DPM-Solver++ of 15 steps`,
});
