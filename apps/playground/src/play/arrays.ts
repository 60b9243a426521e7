/** @file Arrays for the models of the page, and what is done with codes. */
import { key, normalDraws } from "@gen/core";
import type { NdArray } from "@gen/core/sample";

export const f32 = (data: Float32Array, shape: readonly number[]): NdArray => ({
  dtype: "f32",
  shape,
  data: data as Float32Array<ArrayBuffer>,
});
export const i32 = (values: readonly number[], shape: readonly number[] = [values.length]): NdArray => ({
  dtype: "i32",
  shape,
  data: Int32Array.from(values),
});
export const i64 = (value: number): NdArray => ({ dtype: "i64", shape: [], data: BigInt64Array.of(BigInt(value)) });

/** Draws from N(0, 1) of a seed: the same here and wherever the library runs. */
export function normals(seed: number, count: number): Float32Array {
  return Float32Array.from(normalDraws(key(seed), count));
}

/** a + t (b − a), number by number. */
export function mixed(a: Float32Array, b: Float32Array, t: number): Float32Array {
  return a.map((v, i) => v + t * (b[i]! - v));
}

/** From a to b along the sphere: draws of N(0, I) lie near one, and straight lines between them leave it. */
export function arc(a: Float32Array, b: Float32Array, t: number): Float32Array {
  const [p, q] = [lengthOf(a), lengthOf(b)];
  const cosine = a.reduce((sum, v, i) => sum + v * b[i]!, 0) / (p * q || 1);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  if (angle < 1e-4) return mixed(a, b, t);
  const [s, r] = [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
  const radius = p + t * (q - p);
  return a.map((v, i) => radius * ((s * v) / p + (r * b[i]!) / q));
}

const lengthOf = (a: Float32Array): number => Math.hypot(...a);
