/** @file The transformer of diffusion/mnist/fid in 4 steps. Salimans & Ho 2022, "Progressive distillation", arXiv:2202.00512. */
import { mnist } from "@gen/data/node";
import { distilledRow } from "../../../src/distilled-row.js";
import { mnistDit } from "../../../src/diffusion-28.js";

const [stages, steps, batchSize, learningRate] = [[16, 8, 4], 300, 32, 5e-4];

export const row = distilledRow({
  id: "diffusion/mnist/distilled",
  from: "diffusion/mnist/fid",
  model: mnistDit,
  data: (split) => mnist({ split }),
  features: "mnist",
  classes: 10,
  stages,
  steps,
  batchSize,
  learningRate,
  notes: `the weights of diffusion/mnist/fid, distilled to ${stages.join(", then ")} steps of DDIM; each stage Adam ${learningRate} with cosine decay, gradient norm ≤ 1, batch ${batchSize}, ${steps} steps`,
});
