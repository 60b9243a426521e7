/** @file Parts of a data set, without a copy. */
import type { Dataset } from "@gen/core";

/** Rows `start` … `end` − 1. */
export function slice(data: Dataset, start: number, end: number): Dataset {
  return { length: end - start, fields: data.fields, rows: (indices) => data.rows(indices.map((index) => start + index)) };
}

/** Only some fields: programs take no others. */
export function pick(data: Dataset, names: readonly string[]): Dataset {
  const only = <T>(fields: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
  return { length: data.length, fields: only(data.fields), rows: async (indices) => only(await data.rows(indices)) };
}
