/** @file A VAE of letters and digits that is told which. Kingma & Welling 2014, arXiv:1312.6114; Kingma et al. 2014, arXiv:1406.5298. */
import { vaeRow } from "../../../src/vae-row.js";

export const row = vaeRow({
  id: "vae/glyphs/dense",
  set: "glyphs",
  classes: 62,
  latentDim: 12,
  hidden: [300],
  batchSize: 128,
  steps: 4000,
  learningRate: 3e-3,
});
