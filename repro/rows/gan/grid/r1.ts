/** @file Non-saturating losses with R1 (Mescheder, Geiger & Nowozin 2018, arXiv:1801.04406) on 25 Gaussians on a grid. */
import { withR1 } from "../../../src/gan-modes-models.js";
import { ganModesRow } from "../../../src/gan-modes-row.js";

export const row = ganModesRow({ id: "gan/grid/r1", ...withR1("grid", { steps: 30_000, weight: 0.03 }) });
