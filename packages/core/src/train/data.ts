/** @file Where training data comes from: rows by index, and batches as a pure function of the step. */
import type { DType } from "../dtype.js";
import { GenError } from "../error.js";
import { allocate } from "../dtype.js";
import type { NdArray } from "../ndarray.js";
import type { Key } from "../rng/key.js";
import { split } from "../rng/key.js";
import { permuter } from "../rng/permutation.js";
import { sizeOf, type Shape } from "../shape.js";

/** Type of one row of a field: the batch axis is not part of it. */
export interface Field {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Named arrays with a common leading axis. */
export type Rows = Readonly<Record<string, NdArray>>;

/** Rows that can be read in any order. A large set reads them from disk when asked, and holds none. */
export interface Dataset {
  readonly length: number;
  readonly fields: Readonly<Record<string, Field>>;
  /** The rows at these indices, stacked along a new leading axis, in this order. */
  rows(indices: readonly number[]): Rows | Promise<Rows>;
  /** Whether `rows` gives arrays of its own making, of which it keeps nothing: they may be emptied. @default false */
  readonly isFresh?: boolean;
}

/** Batches by number: asking twice gives the same rows, so a run that resumes at step s sees what it would have seen. */
export interface Batches {
  readonly size: number;
  readonly fields: Readonly<Record<string, Field>>;
  at(step: number): Rows | Promise<Rows>;
  /** Batches `step` … `step + count − 1` along a new first axis, in arrays that may be emptied. @default joined from `at` */
  several?(step: number, count: number): Rows | Promise<Rows>;
}

export interface BatchOptions {
  /** Rows in a batch. */
  readonly size: number;
  /** Shuffles each epoch differently; without a key the rows come in order. */
  readonly key?: Key;
}

/**
 * Batches of a fixed size, epoch after epoch, every row once an epoch. The last rows of an epoch that do not fill a
 * batch are followed by the first of the next, so no row is ever dropped.
 *
 * @throws GenError `data` for an empty set, `range` for a size that is not a whole number ≥ 1.
 */
export function batches(dataset: Dataset, { size, key }: BatchOptions): Batches {
  if (!Number.isSafeInteger(size) || size < 1) throw new GenError("range", `batches: expected a size ≥ 1, got ${size}`);
  if (dataset.length === 0) throw new GenError("data", "batches: expected a data set with rows, got an empty one");
  const shuffle = (epoch: number): ((i: number) => number) =>
    key === undefined ? (i) => i : permuter(split(key, epoch), dataset.length);
  const indices = (step: number, count = 1): number[] => {
    const rows: number[] = [];
    while (rows.length < count * size) {
      const position = step * size + rows.length;
      const first = position % dataset.length;
      const end = Math.min(dataset.length, first + count * size - rows.length);
      const row = shuffle(Math.floor(position / dataset.length));
      for (let i = first; i < end; i++) rows.push(row(i));
    }
    return rows;
  };
  return {
    size,
    fields: dataset.fields,
    at: (step) => dataset.rows(indices(step)),
    ...(dataset.isFresh === true
      ? {
          several: async (step: number, count: number) =>
            mapRows(await dataset.rows(indices(step, count)), ({ dtype, shape, data }) => ({
              dtype,
              shape: [count, size, ...shape.slice(1)],
              data,
            })),
        }
      : {}),
  };
}

/** The same fields with other arrays. */
export function mapRows(rows: Rows, f: (array: NdArray, name: string) => NdArray): Rows {
  return Object.fromEntries(Object.entries(rows).map(([name, array]) => [name, f(array, name)]));
}

/**
 * A data set of arrays in memory, which share their leading axis.
 *
 * @throws GenError `shape` if the arrays disagree about the number of rows.
 */
export function arrays(fields: Rows): Dataset {
  const length = Object.values(fields)[0]?.shape[0] ?? 0;
  for (const [name, { shape }] of Object.entries(fields)) {
    if (shape[0] !== length) {
      throw new GenError("shape", `arrays: expected ${length} rows in "${name}", got ${shape[0] ?? "a scalar"}`);
    }
  }
  return {
    length,
    isFresh: true,
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, { dtype, shape }]) => [name, { dtype, shape: shape.slice(1) }]),
    ),
    rows: (indices) =>
      Object.fromEntries(Object.entries(fields).map(([name, array]) => [name, takeRows(array, indices)])),
  };
}

/** The rows of an array at `indices`, copied. */
export function takeRows(array: NdArray, indices: readonly number[]): NdArray {
  const shape = array.shape.slice(1);
  const width = sizeOf(shape);
  const data = allocate(array.dtype, indices.length * width);
  indices.forEach((row, i) => {
    data.set(array.data.subarray(row * width, (row + 1) * width) as never, i * width);
  });
  return { dtype: array.dtype, shape: [indices.length, ...shape], data };
}
