/**
 * @file A VQ-VAE of emoji in colour with a gated convolutional prior over its 8 × 8 codes.
 * van den Oord et al. 2017, arXiv:1711.00937; prior: van den Oord et al. 2016, arXiv:1606.05328.
 */
import { emoji } from "@gen/data/node";
import { GatedCodePrior, gaussianLikelihood, residualGrid, VectorQuantizer, VqVae } from "@gen/vae";
import type { Row } from "../../../src/row.js";
import { checkVq, trainVq, vqExported, type VqRow } from "../../../src/vq.js";

const own: VqRow = {
  id: "vae/emoji/vq",
  set: "emoji",
  seed: 0,
  vq: new VqVae({
    shape: [3, 32, 32],
    architecture: residualGrid({ hidden: 64, blocks: 2, inner: 32 }),
    quantizer: new VectorQuantizer({ codes: 256, features: 32 }),
    likelihood: gaussianLikelihood({ std: 0.2 }),
    classes: 9,
    prior: (sizes) => new GatedCodePrior({ ...sizes, channels: 40, layers: 4, dropout: 0.1 }),
  }),
  data: (split) => emoji({ split, tones: true }),
  stages: { autoencoder: { steps: 3000, learningRate: 3e-3 }, prior: { steps: 3000, learningRate: 2e-3 } },
  batchSize: 32,
  samples: { temperature: 0.9, each: 16 },
  notes:
    "32 × 32 × 3 to 8 × 8 codes of 256, 32 numbers each; 64 channels, 2 residual blocks on either side; Adam 3e-3 with cosine decay, batch 32, 3,000 steps; prior: 4 gated layers of 40 channels, dropout 0.1, conditional on the group, Adam 2e-3, 3,000 steps, the weights best on the validation rows; picture of samples: temperature 0.9; value: mean PSNR of reconstructions of the test rows",
};

export const row: Omit<Row, "id" | "paper" | "target" | "unit" | "better"> = {
  split: "2,676 rows to learn, 369 to choose the weights, test rows to measure; tones of skin go with their emoji",
  train: (options) => trainVq(own, options),
  check: (n) => checkVq(own, n),
  exported: () => vqExported(own),
};
