/** @file PixelCNN on the fixed binarisation of MNIST. van den Oord, Kalchbrenner & Kavukcuoglu 2016, arXiv:1601.06759, table 4. */
import { adam, inverseSqrt } from "@gen/core/optim";
import { pixelCnn } from "@gen/autoregressive";
import { pixelRow } from "../../../src/pixel-row.js";

const [batchSize, steps, hidden, blocks] = [128, 60_000, 48, 15];

export const row = pixelRow({
  id: "ar/binarized-mnist/pixelcnn",
  model: pixelCnn({ shape: [1, 28, 28], hidden, blocks, head: 2 * hidden }),
  optimizer: adam({ learningRate: inverseSqrt(1.2e-3, { warmUp: 2000 }) }),
  batchSize,
  steps,
  every: 500,
  choosesDevice: true,
  notes: `h = ${hidden}, ${blocks} residual blocks; Adam, 1.2e-3 after 2,000 steps, falling by the root of the step from there; batch ${batchSize}; the average of the weights (0.9995) with the best nats on validation rows`,
});
