/** @file Parts of a data set, without a copy. */
import { ndarray, type Dataset, type NdArray } from "@gen/core";

/** Rows `start` … `end` − 1. */
export function slice(data: Dataset, start: number, end: number): Dataset {
  return {
    length: end - start,
    fields: data.fields,
    rows: (indices) => data.rows(indices.map((index) => start + index)),
  };
}

/** `count` rows, evenly over all: classes often lie one after the other. All, where there are no more. */
export function spread(data: Dataset, count = data.length): Dataset {
  if (count >= data.length) return data;
  return {
    length: count,
    fields: data.fields,
    rows: (indices) => data.rows(indices.map((index) => Math.floor((index * data.length) / count))),
  };
}

/** Only some fields: programs take no others. */
export function pick(data: Dataset, names: readonly string[]): Dataset {
  const only = <T>(fields: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
  return { length: data.length, fields: only(data.fields), rows: async (indices) => only(await data.rows(indices)) };
}

/** Rows whose field `mask` became NaN in `x`, which is how a codec of tables takes gaps. */
export function withGaps(data: Dataset): Dataset {
  const { mask, ...fields } = data.fields;
  if (mask === undefined) return data;
  return {
    length: data.length,
    fields,
    rows: async (indices) => {
      const { x, mask: known, ...rest } = await data.rows(indices);
      const values = Float32Array.from(x!.data as Float32Array, (v, i) => (Number(known!.data[i]) > 0.5 ? v : NaN));
      return { x: ndarray(values, x!.shape), ...rest };
    },
  };
}

/** Columns of the rows `x`, [C], as the fields that they go to; `mask`, if there is one, goes with the new x. */
export function dividedRows(data: Dataset, parts: Readonly<Record<string, readonly number[]>>): Dataset {
  const { x, mask, ...others } = data.fields;
  const entries = Object.entries(parts);
  const shapes = entries.map(([name, { length }]) => [name, { dtype: x!.dtype, shape: [length] }] as const);
  const known = mask && { mask: { dtype: mask.dtype, shape: [parts["x"]!.length] } };
  return {
    length: data.length,
    fields: { ...others, ...Object.fromEntries(shapes), ...known },
    rows: async (indices) => {
      const { x: all, mask: seen, ...rest } = await data.rows(indices);
      const taken = entries.map(([name, columns]) => [name, columnsOf(all!, columns)] as const);
      return { ...rest, ...Object.fromEntries(taken), ...(seen && { mask: columnsOf(seen, parts["x"]!) }) };
    },
  };
}

/** Some columns of rows [N, C]. */
function columnsOf({ data, shape, dtype }: NdArray, columns: readonly number[]): NdArray {
  const [n, width] = shape as [number, number];
  const at = (i: number): number => Number(data[Math.floor(i / columns.length) * width + columns[i % columns.length]!]);
  return ndarray(
    Array.from({ length: n * columns.length }, (_, i) => at(i)),
    [n, columns.length],
    dtype,
  );
}

/** Every n-th row, beginning with the last of the first n, and the others. */
export function everyNth(data: Dataset, n: number): { readonly every: Dataset; readonly others: Dataset } {
  const count = Math.floor(data.length / n);
  const view = (length: number, rowOf: (i: number) => number): Dataset => ({
    length,
    fields: data.fields,
    rows: (indices) => data.rows(indices.map(rowOf)),
  });
  return {
    every: view(count, (i) => i * n + n - 1),
    others: view(data.length - count, (i) => Math.min(i + Math.floor(i / (n - 1)), i + count)),
  };
}

/** Whether `everyNth` puts a row into `every`. */
export function isEveryNth(row: number, n: number): boolean {
  return row % n === n - 1;
}
