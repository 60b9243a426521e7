/** @file Parts of a data set, without a copy. */
import type { Dataset } from "@gen/core";

/** Rows `start` … `end` − 1. */
export function slice(data: Dataset, start: number, end: number): Dataset {
  return {
    length: end - start,
    fields: data.fields,
    rows: (indices) => data.rows(indices.map((index) => start + index)),
  };
}

/** Only some fields: programs take no others. */
export function pick(data: Dataset, names: readonly string[]): Dataset {
  const only = <T>(fields: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
  return { length: data.length, fields: only(data.fields), rows: async (indices) => only(await data.rows(indices)) };
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
