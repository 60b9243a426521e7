/**
 * @file A VQ-VAE of grey MNIST with a gated convolutional prior over its 7 × 7 codes.
 * van den Oord et al. 2017, arXiv:1711.00937; prior: van den Oord et al. 2016, arXiv:1606.05328.
 */
import { mnist } from "@gen/data/node";
import { GatedCodePrior, gaussianLikelihood, residualGrid, VectorQuantizer, VqVae } from "@gen/vae";
import type { Row } from "../../../src/row.js";
import { checkVq, trainVq, vqExported, vqSamples, type VqRow } from "../../../src/vq.js";

const own: VqRow = {
  id: "vae/mnist/vq",
  set: "mnist",
  seed: 0,
  vq: new VqVae({
    shape: [1, 28, 28],
    architecture: residualGrid({ hidden: 48, blocks: 2, inner: 24 }),
    quantizer: new VectorQuantizer({ codes: 128, features: 16 }),
    likelihood: gaussianLikelihood({ std: 0.2 }),
    classes: 10,
    prior: (sizes) => new GatedCodePrior({ ...sizes, channels: 40, layers: 4 }),
  }),
  data: (split) => (split === "valid" ? undefined : mnist({ split })),
  stages: { autoencoder: { steps: 1000, learningRate: 3e-3 }, prior: { steps: 2500, learningRate: 2e-3 } },
  batchSize: 64,
  samples: { temperature: 0.7, each: 16 },
  notes:
    "28 × 28 to 7 × 7 codes of 128, 16 numbers each; 48 channels, 2 residual blocks on either side; Adam 3e-3 with cosine decay, batch 64, 1,000 steps; prior: 4 gated layers of 40 channels, conditional on the digit, Adam 2e-3, 2,500 steps; picture of samples: temperature 0.7; value: mean PSNR of reconstructions of the test rows",
};

export const row: Omit<Row, "id" | "paper" | "target" | "unit" | "better"> = {
  split: "60,000 rows to learn, none to choose, test rows to measure",
  train: (options) => trainVq(own, options),
  check: (n) => checkVq(own, n),
  exported: () => vqExported(own),
  contestant: { set: "mnist", name: "VQ-VAE with classes", samples: (n) => vqSamples(own, n) },
};
