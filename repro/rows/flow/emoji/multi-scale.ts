/** @file The multi-scale RealNVP on emoji of 32 × 32 pixels in colour. Dinh, Sohl-Dickstein & Bengio 2017, arXiv:1605.08803. */
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { realNvpImage } from "@gen/flow";
import { flowRow, emojiPictures, pictureCodec } from "../../../src/flow-row.js";

const [batchSize, steps, shape] = [32, 7_000, [3, 32, 32]];

export const row = flowRow({
  id: "flow/emoji/multi-scale",
  pictures: emojiPictures,
  model: realNvpImage({ shape, levels: 2, channels: 24, blocks: 1, codec: pictureCodec({ shape, lambda: 0.05 }) }),
  optimizer: chain(clipByGlobalNorm(50), adam({ learningRate: cosine(1e-3, { steps }) })),
  batchSize,
  steps,
  every: 700,
  startsFromData: true,
  notes: `two scales: three checkerboard and three channel couplings, then four checkerboard couplings, residual networks of 24 channels and one block, ActNorm before each; uniform dequantisation, logit with λ = 0.05; Adam 1e-3 with cosine decay, gradient norm ≤ 50, batch ${batchSize}, ${steps} steps; the average of the weights (0.999) with the best validation`,
});
