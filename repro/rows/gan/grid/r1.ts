/** @file Non-saturating losses with R1 (Mescheder, Geiger & Nowozin 2018, arXiv:1801.04406) on 25 Gaussians on a grid. */
import { withR1 } from "../../../src/gan-modes-models.js";
import { ganModesRow } from "../../../src/gan-modes-row.js";

export const row = ganModesRow({
  id: "gan/grid/r1",
  ...withR1("grid", {
    steps: 24_000,
    values: 32,
    decay: 0.999,
    weight: 0.03,
    last: 0.0005,
    generatorRate: 1e-3,
  }),
});
