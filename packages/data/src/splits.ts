/** @file Rows divided into training, validation and test by a key: the same rows each time, without a list of them. */
import { GenError, permute, type Dataset, type Key } from "@gen/core";
import type { Split } from "./dataset.js";

export interface SplitOptions {
  /** Which rows go where; a fixed key gives fixed splits. */
  readonly key: Key;
  /** Share of the rows, in [0, 1). @default 0.1 */
  readonly valid?: number;
  /** Share of the rows, in [0, 1). @default 0.1 */
  readonly test?: number;
}

/**
 * Three parts of a data set, which share no row and leave none out. Its other fields, such as `columns`, stay.
 *
 * @throws GenError `range` for shares that are none, `data` if a part that should have rows has none
 */
export function splitRows<D extends Dataset>(
  data: D,
  { key, valid = 0.1, test = 0.1 }: SplitOptions,
): Record<Split, D> {
  if (!(valid >= 0 && test >= 0 && valid + test < 1)) {
    throw new GenError("range", `splitRows: expected shares below 1 together, got ${valid} and ${test}`);
  }
  const held = { valid: Math.round(data.length * valid), test: Math.round(data.length * test) };
  const train = data.length - held.valid - held.test;
  const part = (name: Split, start: number, length: number): D => {
    const share = name === "train" ? 1 : { valid, test }[name];
    if (length < 1 && share > 0) {
      throw new GenError("data", `splitRows: expected rows for "${name}", got ${length} of ${data.length}`);
    }
    const rowOf = (i: number): number => {
      if (Number.isInteger(i) && i >= 0 && i < length) return permute(key, data.length, start + i);
      throw new GenError("range", `${name}: expected a row below ${length}, got ${i}`);
    };
    return { ...data, length, rows: (indices: readonly number[]) => data.rows(indices.map(rowOf)) };
  };
  return {
    train: part("train", 0, train),
    valid: part("valid", train, held.valid),
    test: part("test", train + held.valid, held.test),
  };
}
