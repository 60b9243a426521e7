/** @file Random rows of a data set, different at each call. */
import { randomBytes } from "node:crypto";
import { GenError, key, permutation, type Dataset } from "@gen/core";

/** `n` rows drawn without repetition. @throws GenError `range` if there are fewer */
export function randomRows(dataset: Dataset, n: number): Dataset {
  if (n > dataset.length) throw new GenError("range", `repro: expected at most ${dataset.length} rows, got ${n}`);
  const order = permutation(key(randomBytes(4).readUInt32LE()), dataset.length).subarray(0, n);
  const { fields } = dataset;
  return { length: n, fields, rows: (indices) => dataset.rows(indices.map((i) => order[i]!)) };
}

/** Rows `from` (inclusive) to `to` (exclusive), their field x alone. */
export function rowsOf(dataset: Dataset, from: number, to: number): Dataset {
  return {
    length: to - from,
    fields: { x: dataset.fields["x"]! },
    rows: async (indices) => ({ x: (await dataset.rows(indices.map((i) => from + i)))["x"]! }),
  };
}
