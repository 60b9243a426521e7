/** @file Every flow against the normal distribution with full covariance, on California housing. */
import { tableRow } from "../../../src/table-row.js";

export const row = tableRow({ id: "flow/tables/houses", table: "houses", batchSize: 256, steps: 4000, every: 200 });
