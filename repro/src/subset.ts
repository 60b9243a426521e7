/** @file Parts of a data set. */
import { randomBytes } from "node:crypto";
import { GenError, key, ndarray, permutation, sizeOf, type Dataset, type NdArray } from "@gen/core";

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

/** The first `n` rows f32 of arrays one after the other, of which no more are asked for. @throws GenError `range` if there are fewer */
export async function firstRows(parts: AsyncIterable<NdArray>, n: number): Promise<NdArray> {
  let data: Float32Array<ArrayBuffer> | undefined;
  let at = 0;
  for await (const part of parts) {
    const shape = part.shape.slice(1);
    data ??= new Float32Array(n * sizeOf(shape));
    const rows = (part.data as Float32Array).subarray(0, data.length - at);
    data.set(rows, at);
    at += rows.length;
    if (at === data.length) return ndarray(data, [n, ...shape]);
  }
  throw new GenError("range", `repro: expected ${n} rows, got fewer`);
}
