/** @file A class-conditional diffusion transformer of letters and digits. Peebles & Xie 2023, arXiv:2212.09748. */
import { glyphs } from "@gen/data/node";
import { cosine, Diffusion, Dit, pictureCodec } from "@gen/diffusion";
import { pictureRow } from "../../../src/picture-row.js";

const [width, depth, batchSize, steps, learningRate] = [128, 4, 64, 3500, 2e-3];
const shape = [1, 28, 28];
const classes = 62;

export const row = pictureRow({
  id: "diffusion/glyphs/fid",
  model: new Diffusion({
    network: new Dit({ shape, patch: 4, width, depth, modulation: "shared", conditionFeatures: 64 }),
    process: cosine(),
    target: "v",
    condition: { classes },
    codec: pictureCodec(shape),
    levels: 256,
  }),
  data: (split) => Promise.resolve(glyphs({ split })),
  features: "glyphs",
  network: "transformer",
  classes,
  batchSize,
  steps,
  learningRate,
  every: 500,
  notes: `DiT of patches of 4, ${depth} blocks of width ${width} with one modulation for all, in f16; cosine process, target v; Adam ${learningRate} with warm-up and cosine decay, gradient norm ≤ 1, batch ${batchSize}, ${steps} steps, the average of the weights (0.999); condition left out in a tenth of the rows; test: typefaces that were not learned from`,
});
