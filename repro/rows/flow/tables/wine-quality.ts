/** @file Every flow against the normal distribution with full covariance, on red wines. */
import { tableRow } from "../../../src/table-row.js";

export const row = tableRow({
  id: "flow/tables/wine-quality",
  table: "wine-quality",
  batchSize: 128,
  steps: 1500,
  every: 50,
});
