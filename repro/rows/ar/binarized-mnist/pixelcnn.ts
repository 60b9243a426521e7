/** @file PixelCNN on the fixed binarisation of MNIST. van den Oord, Kalchbrenner & Kavukcuoglu 2016, arXiv:1601.06759, table 4. */
import { adam, inverseSqrt } from "@gen/core/optim";
import { pixelCnn } from "@gen/autoregressive";
import { pixelRow } from "../../../src/pixel-row.js";

/** Small enough for a core to see the set some five times an hour; its checkpoint, 2.7 MB, can be committed between relays. */
const [batchSize, steps, hidden, blocks] = [16, 400_000, 32, 12];

export const row = pixelRow({
  id: "ar/binarized-mnist/pixelcnn",
  model: pixelCnn({ shape: [1, 28, 28], hidden, blocks, head: 2 * hidden }),
  optimizer: adam({ learningRate: inverseSqrt(2e-3, { warmUp: 1000 }) }),
  batchSize,
  steps,
  every: 1000,
  choosesDevice: true,
  notes: `h = ${hidden}, ${blocks} residual blocks; Adam, 2e-3 after 1,000 steps, falling by the root of the step from there; batch ${batchSize}; the average of the weights (0.9995) with the best nats on validation rows`,
});
