/** @file A VAE of digits that is told which. Kingma & Welling 2014, arXiv:1312.6114; Kingma et al. 2014, arXiv:1406.5298. */
import { vaeRow } from "../../../src/vae-row.js";

export const row = vaeRow({
  id: "vae/mnist/dense",
  set: "mnist",
  classes: 10,
  latentDim: 12,
  hidden: [300],
  batchSize: 128,
  steps: 4000,
  learningRate: 3e-3,
});
