/** @file What the reference evaluator works on: arrays whose real numbers are float64, and lists of positions. */
import { allocate, isReal, type DType } from "../dtype.js";
import type { NdArray } from "../ndarray.js";
import { sizeOf, stridesOf, type Shape } from "../shape.js";
import type { NodeOf, TensorType } from "./node.js";
import type { Op } from "./ops.js";

/** The values of a node's inputs to the values of its results. */
export type EvaluateRule<O extends Op> = (inputs: readonly NdArray[], node: NodeOf<O>) => readonly NdArray[];
export type EvaluateTable = { readonly [O in Op]: EvaluateRule<O> };

/** One element: wide whole numbers are bigints. */
export type Scalar = number | bigint;

/** Elements that take any scalar; a typed array wraps what is too large for it, which is the meaning of the integers. */
export type Elements = { [i: number]: Scalar; readonly length: number };

/** Real numbers are evaluated as float64, whatever they are elsewhere. */
export function storedAs(dtype: DType): DType {
  return isReal(dtype) ? "f64" : dtype;
}

/** A zeroed result of this type, and its elements. */
export function blank({ dtype, shape }: TensorType): { array: NdArray; data: Elements } {
  const data = allocate(storedAs(dtype), sizeOf(shape));
  return { array: { dtype: storedAs(dtype), shape, data }, data: data };
}

export function elementsOf({ data }: NdArray): Elements {
  return data;
}

/** The same elements as stored by the evaluator: real numbers widened to float64. */
export function widen({ dtype, shape, data }: NdArray): NdArray {
  if (!isReal(dtype) || dtype === "f64") return { dtype, shape, data };
  return {
    dtype: "f64",
    shape,
    data: Float64Array.from(data as Float32Array, dtype === "f16" ? halfToNumber : Number),
  };
}

/** The number of 16 bits: sign, 5 of exponent, 10 of fraction (IEEE 754 binary16). */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Where each index of `shape`, in row-major order, lies in memory that is stepped through by `strides`. */
export function positions(shape: Shape, strides: readonly number[], offset = 0): Int32Array {
  let found = Int32Array.of(offset);
  shape.forEach((extent, axis) => {
    const next = new Int32Array(found.length * extent);
    let i = 0;
    for (const start of found) for (let k = 0; k < extent; k++) next[i++] = start + k * strides[axis]!;
    found = next;
  });
  return found;
}

/** Where the operand's element for each index of the wider `shape` lies: stretched axes stand still. */
export function broadcastPositions(from: Shape, shape: Shape): Int32Array {
  const strides = stridesOf(from);
  const extra = shape.length - from.length;
  return positions(
    shape,
    shape.map((_, i) => (i < extra || from[i - extra] === 1 ? 0 : strides[i - extra]!)),
  );
}

/** The elements at some positions, as an array of this type. */
export function pick(source: NdArray, type: TensorType, at: Int32Array): NdArray {
  const { array, data } = blank(type);
  const from = elementsOf(source);
  for (let i = 0; i < at.length; i++) data[i] = from[at[i]!]!;
  return array;
}
