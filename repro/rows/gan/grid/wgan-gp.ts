/** @file WGAN-GP (Gulrajani et al. 2017, arXiv:1704.00028) on 25 Gaussians on a grid. */
import { withGradientPenalty } from "../../../src/gan-modes-models.js";
import { ganModesRow } from "../../../src/gan-modes-row.js";

export const row = ganModesRow({
  id: "gan/grid/wgan-gp",
  ...withGradientPenalty("grid", { steps: 20_000, values: 32, batch: 768, weight: 0.5, last: 0.2 }),
});
