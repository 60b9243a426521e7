/** @file How the cases of primitive-cases.ts are made: small graphs with numbers to run them on. */
import { Graph } from "../ir/graph.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { sizeOf, type Shape } from "../shape.js";
import { feed } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";

/** A small graph around one primitive, and numbers to run it on. */
export interface PrimitiveCase {
  readonly name: string;
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, NdArray>>;
  /** Differentiable at and around these inputs, so that finite differences mean something. */
  readonly smooth: boolean;
  /** Has NaN, infinities or signed zeros, for which WebGPU promises nothing. */
  readonly special: boolean;
}

/** Where numbers lie. */
export type Range = readonly [low: number, high: number];

/** A case: `build` receives a tensor for each array. */
export function primitiveCase<K extends string>(
  name: string,
  inputs: Readonly<Record<K, NdArray>>,
  build: (tensors: { readonly [I in K]: Tensor }) => Tensor | readonly Tensor[],
): PrimitiveCase {
  const names = Object.keys(inputs) as K[];
  const tensors = Object.fromEntries(names.map((key) => [key, feed(inputs[key].shape, inputs[key].dtype)]));
  const built = build(tensors as { [I in K]: Tensor });
  const outputs = Array.isArray(built) ? (built as readonly Tensor[]) : [built as Tensor];
  const graph = new Graph({
    inputs: names.map((key) => ({ name: key, node: tensors[key]!.node })),
    outputs: outputs.map(({ node }, i) => ({ name: `y${i}`, node })),
  });
  return { name, graph, inputs, smooth: true, special: false };
}

/** The same case, whose derivatives differences do not show. */
export const rough = (given: PrimitiveCase): PrimitiveCase => ({ ...given, smooth: false });

/** The same case, known to have special values. */
export const special = (given: PrimitiveCase): PrimitiveCase => ({ ...given, smooth: false, special: true });

/**
 * Distinct numbers spread over (low, high), in no order: multiples of the golden ratio, mod 1. Another `phase` gives
 * other numbers.
 */
export function spread(shape: Shape, [low, high]: Range = [-2, 2], phase = 0): NdArray<"f32"> {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const unit = ((i + 1) * 0.6180339887498949 + phase * 0.3819) % 1;
    return low + (high - low) * unit;
  });
  return ndarray(values, shape);
}

/** NaN, infinities, zeros of both signs, and numbers around them. */
export const SPECIAL = ndarray([NaN, Infinity, -Infinity, 0, -0, 1, -1, 1e-30, -1e30]);

export const i32 = (values: readonly number[], shape?: Shape): NdArray => ndarray(values, shape, "i32");
export const u32 = (values: readonly number[], shape?: Shape): NdArray => ndarray(values, shape, "u32");
export const u8 = (values: readonly number[], shape?: Shape): NdArray => ndarray(values, shape, "u8");
export const i64 = (values: readonly bigint[], shape?: Shape): NdArray => ndarray(values, shape, "i64");
export const u64 = (values: readonly bigint[], shape?: Shape): NdArray => ndarray(values, shape, "u64");
export const bool = (values: readonly (0 | 1)[], shape?: Shape): NdArray => ndarray(values, shape, "bool");
