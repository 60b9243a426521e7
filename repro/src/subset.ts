/** @file Parts of a data set. */
import { randomBytes } from "node:crypto";
import { GenError, key, permutation, type Dataset } from "@gen/core";

/** `n` rows drawn without repetition, others at each call unless a key is given. @throws GenError `range` if there are fewer */
export function randomRows(dataset: Dataset, n: number, from = key(randomBytes(4).readUInt32LE())): Dataset {
  if (n > dataset.length) throw new GenError("range", `repro: expected at most ${dataset.length} rows, got ${n}`);
  const order = permutation(from, dataset.length).subarray(0, n);
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
