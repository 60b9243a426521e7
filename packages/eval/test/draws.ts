/** @file Points for tests. */
import { key, ndarray, normalDraws, type NdArray } from "@gen/core";

/** Draws of N(mean, std²·I), f64 [n, dim]. */
export function normals(
  seed: number,
  [n, dim]: readonly [number, number],
  { mean = 0, std = 1 }: { readonly mean?: number; readonly std?: number } = {},
): NdArray<"f64"> {
  return ndarray(
    normalDraws(key(seed), n * dim, "f64").map((z) => mean + std * z),
    [n, dim],
    "f64",
  );
}

/** The points of a matrix, one line each. */
export function points(rows: readonly (readonly number[])[]): NdArray<"f64"> {
  return ndarray(rows.flat(), [rows.length, rows[0]!.length], "f64");
}

/** An array as a stream of chunks of `size` rows. */
export function* streamed(array: NdArray, size: number): Generator<NdArray> {
  const width = array.data.length / array.shape[0]!;
  for (let at = 0; at < array.data.length; at += size * width) {
    const data = array.data.slice(at, at + size * width);
    yield { dtype: array.dtype, shape: [data.length / width, ...array.shape.slice(1)], data };
  }
}
