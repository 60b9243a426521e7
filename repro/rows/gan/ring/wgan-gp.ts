/** @file WGAN-GP (Gulrajani et al. 2017, arXiv:1704.00028) on eight Gaussians on a circle. */
import { withGradientPenalty } from "../../../src/gan-modes-models.js";
import { ganModesRow } from "../../../src/gan-modes-row.js";

export const row = ganModesRow({
  id: "gan/ring/wgan-gp",
  ...withGradientPenalty("ring", { steps: 9000, weight: 0.5 }),
});
