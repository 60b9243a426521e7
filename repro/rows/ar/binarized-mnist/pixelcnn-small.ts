/** @file A small PixelCNN on the fixed binarisation of MNIST, quick enough for a page to draw what is erased. */
import { adam, inverseSqrt } from "@gen/core/optim";
import { pixelCnn } from "@gen/autoregressive";
import { pixelRow } from "../../../src/pixel-row.js";

const [batchSize, steps, hidden, blocks] = [16, 12_000, 16, 6];

export const row = pixelRow({
  id: "ar/binarized-mnist/pixelcnn-small",
  model: pixelCnn({ shape: [1, 28, 28], hidden, blocks, head: 2 * hidden }),
  optimizer: adam({ learningRate: inverseSqrt(3e-3, { warmUp: 500 }) }),
  batchSize,
  steps,
  every: 1000,
  choosesDevice: true,
  notes: `h = ${hidden}, ${blocks} residual blocks; Adam, 3e-3 after 500 steps, falling by the root of the step from there; batch ${batchSize}; the average of the weights (0.9995) with the best nats on validation rows`,
});
