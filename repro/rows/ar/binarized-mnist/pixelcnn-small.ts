/** @file A small PixelCNN on the fixed binarisation of MNIST, quick enough for a page to draw what is erased. */
import { linear, warmUp } from "@gen/core/optim";
import { pixelCnn, pixelOptimizer } from "@gen/autoregressive";
import { pixelRow } from "../../../src/pixel-row.js";

const [batchSize, steps, hidden, blocks, kernel] = [16, 10_000, 16, 5, 5];

export const row = pixelRow({
  id: "ar/binarized-mnist/pixelcnn-small",
  model: pixelCnn({ shape: [1, 28, 28], hidden, blocks, head: 2 * hidden, kernel }),
  optimizer: pixelOptimizer({ learningRate: warmUp(linear(5e-3, { steps }), { steps: 200 }) }),
  batchSize,
  steps,
  every: 1000,
  choosesDevice: true,
  notes: `h = ${hidden}, ${blocks} residual blocks of ${kernel} × ${kernel}; Muon, and Adam for the first and last layers, 5e-3 after 200 steps, falling to nothing; batch ${batchSize}; the average of the weights (0.9995) with the best nats on validation rows`,
});
