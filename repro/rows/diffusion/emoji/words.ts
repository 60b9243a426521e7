/** @file A diffusion transformer of emoji, told their group and words. Peebles & Xie 2023, arXiv:2212.09748; Ho & Salimans 2022, arXiv:2207.12598. */
import { emojiRow } from "../../../src/emoji-row.js";

const [width, depth, batchSize, steps, learningRate] = [128, 4, 32, 4500, 2e-3];
const again = { steps: 1500, learningRate: 1e-3 };

export const row = emojiRow({
  id: "diffusion/emoji/words",
  width,
  depth,
  batchSize,
  steps,
  learningRate,
  again,
  notes: `DiT of patches of 4 on 32 × 32 × 4, ${depth} blocks of width ${width} with one modulation for all, in f16; cosine process, target v; group and mean of word vectors as condition, each left out in a tenth of the rows and both in another; Adam ${learningRate} with warm-up and cosine decay, gradient norm ≤ 1, batch ${batchSize}, ${steps} steps, the average of the weights (0.999); gone on from there for ${again.steps} steps with ${again.learningRate}, decayed to a hundredth; bound on 64 pictures; picture: DPM-Solver++ of 25 steps, guided by words with weight 3`,
});
