/** @file As gan/grid/r1, with a weight of R1 that falls, and noise of which a part comes in steps. */
import { withR1 } from "../../../src/gan-modes-models.js";
import { ganModesRow } from "../../../src/gan-modes-row.js";

export const row = ganModesRow({
  id: "gan/grid/r1-falling",
  ...withR1("grid", { steps: 16_000, values: 32, weight: 0.05, last: 0.0025 }),
});
