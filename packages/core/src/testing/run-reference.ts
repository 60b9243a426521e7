/** @file Programs run by the float64 reference over a plain Map: for tests, where a Store would only be in the way. */
import { allocate, isReal, type DType } from "../dtype.js";
import { evaluate } from "../ir/evaluate.js";
import { Graph } from "../ir/graph.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { KEY, type Program, type StateSpec } from "../program/program.js";
import { key as keyOf, split, type Key } from "../rng/key.js";
import { normal, uniform } from "../rng/random.js";
import { sizeOf } from "../shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** Numbers by name; real ones as f64. A run changes what the program writes. */
export type PlainStore = Map<string, NdArray>;

export interface RunReferenceOptions {
  readonly store: PlainStore;
  /** For a program that draws. */
  readonly key?: Key;
  readonly feeds?: Readonly<Record<string, NdArray>>;
}

/** The outputs of a program; what it writes is in the store afterwards. */
export function runReference(
  program: Program,
  { store, key, feeds = {} }: RunReferenceOptions,
): Record<string, NdArray> {
  const keyed = key === undefined ? {} : { [KEY]: scalarKey(key) };
  const results = evaluate(program.graph, { ...Object.fromEntries(store), ...feeds, ...keyed });
  for (const [name, output] of program.writes) store.set(name, results[output]!);
  return Object.fromEntries(program.outputs.map((name) => [name, results[name]!]));
}

/** The states of a program as they start, each from a key of its own. */
export function startReference(program: Program, seed = 0): PlainStore {
  const root = keyOf(seed);
  return new Map([...program.reads].map(([name, spec], i) => [name, startOf(spec, split(root, i))]));
}

/** The numbers that an input starts with; real ones as f64. */
export function startOf({ init, dtype, shape }: Pick<StateSpec, "init" | "dtype" | "shape">, key: Key): NdArray {
  const stored = isReal(dtype) ? "f64" : dtype;
  const size = sizeOf(shape);
  const drawn = (draws: Float64Array, scale: number, shift: number): NdArray =>
    ndarray(
      draws.map((draw) => draw * scale + shift),
      shape,
      "f64",
    );
  switch (init.kind) {
    case "constant":
      return filled(stored, shape, init.value);
    case "normal":
      return drawn(normal(key, size, "f64"), init.std, init.mean);
    case "uniform":
      return drawn(uniform(key, size, "f64"), init.high - init.low, init.low);
    case "array":
      return ndarray([...(init.value.data as Iterable<number>)], shape, stored);
  }
}

/** The value of some tensors, given those of the inputs they need. */
export function valuesOf(outputs: readonly Tensor[], given: ReadonlyMap<Tensor, NdArray> = new Map()): NdArray[] {
  const graph = new Graph({
    inputs: [...given.keys()].map(({ node }, i) => ({ name: `i${i}`, node })),
    outputs: outputs.map(({ node }, i) => ({ name: `o${i}`, node })),
  });
  const results = evaluate(graph, Object.fromEntries([...given.values()].map((value, i) => [`i${i}`, value])));
  return outputs.map((_, i) => results[`o${i}`]!);
}

/** A key as the u64 scalar that programs take. */
export function scalarKey(key: Key): NdArray {
  return ndarray(BigUint64Array.of(key), [], "u64");
}

function filled(dtype: DType, shape: readonly number[], value: number): NdArray {
  const size = sizeOf(shape);
  if (value === 0) return { dtype, shape, data: allocate(dtype, size) };
  return ndarray(new Array<number>(size).fill(value), shape, dtype);
}
