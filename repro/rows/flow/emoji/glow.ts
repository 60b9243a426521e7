/** @file Glow on emoji of 32 × 32 pixels in colour. Kingma & Dhariwal 2018, arXiv:1807.03039. */
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { glow } from "@gen/flow";
import { flowRow, emojiPictures, pictureCodec } from "../../../src/flow-row.js";

const [batchSize, steps, shape] = [32, 7_000, [3, 32, 32]];

export const row = flowRow({
  id: "flow/emoji/glow",
  pictures: emojiPictures,
  model: glow({ shape, levels: 2, depth: 8, channels: 64, codec: pictureCodec({ shape, lambda: 0.05 }) }),
  optimizer: chain(clipByGlobalNorm(50), adam({ learningRate: cosine(1e-3, { steps }) })),
  batchSize,
  steps,
  every: 700,
  startsFromData: true,
  notes: `two scales of 8 steps (ActNorm, 1×1 convolution by LU, affine coupling by 3×3, 1×1 and 3×3 convolutions of 64 channels); uniform dequantisation, logit with λ = 0.05; Adam 1e-3 with cosine decay, gradient norm ≤ 50, batch ${batchSize}, ${steps} steps; the average of the weights (0.999) with the best validation`,
});
