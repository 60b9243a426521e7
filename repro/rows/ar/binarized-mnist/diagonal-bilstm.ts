/** @file Diagonal BiLSTM on the fixed binarisation of MNIST. van den Oord, Kalchbrenner & Kavukcuoglu 2016, arXiv:1601.06759, table 4. */
import { adam, chain, clipByGlobalNorm, inverseSqrt } from "@gen/core/optim";
import { diagonalBiLstm } from "@gen/autoregressive";
import { pixelRow } from "../../../src/pixel-row.js";

const [batchSize, steps, hidden] = [16, 60_000, 16];

export const row = pixelRow({
  id: "ar/binarized-mnist/diagonal-bilstm",
  model: diagonalBiLstm({ shape: [1, 28, 28], hidden, layers: 1, head: 2 * hidden }),
  optimizer: chain(clipByGlobalNorm(5), adam({ learningRate: inverseSqrt(3e-3, { warmUp: 500 }) })),
  batchSize,
  steps,
  every: 1000,
  choosesDevice: true,
  notes: `h = ${hidden}, one layer; Adam, 3e-3 after 500 steps, falling by the root of the step from there, gradients of norm 5 at most; batch ${batchSize}; the average of the weights (0.9995) with the best nats on validation rows`,
});
