/** @file Non-saturating losses with R1 (Mescheder, Geiger & Nowozin 2018, arXiv:1801.04406) on eight Gaussians on a circle. */
import { withR1 } from "../../../src/gan-modes-models.js";
import { ganModesRow } from "../../../src/gan-modes-row.js";

export const row = ganModesRow({ id: "gan/ring/r1", ...withR1("ring", { steps: 12_000, weight: 0.1 }) });
