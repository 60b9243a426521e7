/** @file Rows that a codec takes, made up: to hold an exported file against its trainer where there are no data. */
import { ndarray, type NdArray } from "../ndarray.js";
import { key, split } from "../rng/key.js";
import { normal, uniform } from "../rng/random.js";
import { sizeOf } from "../shape.js";
import type { Codec } from "./codec.js";
import { hasGaps, type Column } from "./column.js";
import { Table } from "./table.js";

/**
 * n rows like data as far as a codec says what these are: of a table, values within the range of each column, some of
 * them missing where they may be; else draws from N(0, 1), or from U(0, 1) if the codec refuses these.
 *
 * @returns [n, …input] f32
 */
export function exampleRows(codec: Codec, n: number): NdArray {
  const shape = [n, ...codec.input];
  const root = key(11);
  const u = uniform(root, sizeOf(shape));
  if (codec instanceof Table) {
    const { columns } = codec;
    return ndarray(
      u.map((v, i) => valueOf(columns[i % columns.length]!, v)),
      shape,
    );
  }
  const drawn = ndarray(normal(split(root, 2), sizeOf(shape)), shape);
  try {
    codec.check(drawn);
    return drawn;
  } catch {
    return ndarray(u, shape);
  }
}

/** A value of a column, by a number in (0, 1). */
function valueOf(column: Column, u: number): number {
  if (hasGaps(column) && u > 0.9) return NaN;
  switch (column.kind) {
    case "constant":
      return column.value;
    case "categorical":
      return Math.floor(u * column.categories.length);
    default: {
      const { low, high, rounding } = column;
      const value = low + u * (high - low);
      return rounding === 0 ? value : Math.round(value / rounding) * rounding;
    }
  }
}
