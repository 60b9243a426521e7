/**
 * @file How arrays are held by a provider that computes in 32 bits only, as WebGPU does: 64-bit numbers in two halves,
 * small ones widened. The rule depends on the type alone, so whoever feeds a graph needs to know nothing else of it.
 */
import { allocate, type Data, type DType } from "../dtype.js";
import { GenError } from "../error.js";
import type { TensorType } from "../ir/node.js";
import type { NdArray } from "../ndarray.js";
import { sizeOf } from "../shape.js";

/** A named array of a type that the provider has. */
export interface Part extends TensorType {
  readonly name: string;
}

/** What holds a type: itself, a wider one, or the high and the low half. */
const holders: Readonly<Partial<Record<DType, readonly DType[]>>> = {
  f32: ["f32"],
  i32: ["i32"],
  u32: ["u32"],
  u8: ["u32"],
  bool: ["u32"],
  i64: ["u32", "u32"],
  u64: ["u32", "u32"],
};

/**
 * The arrays that stand for one of this name and type: `name`, or `name:high` and `name:low`; none for one without
 * elements, which kernels refuse.
 *
 * @throws GenError `dtype` for f64 and f16
 */
export function partsOf(name: string, { dtype, shape }: TensorType): Part[] {
  const types = heldBy(dtype, name);
  if (sizeOf(shape) === 0) return [];
  const names = types.length === 1 ? [name] : [`${name}:high`, `${name}:low`];
  return types.map((type, i) => ({ name: names[i]!, dtype: type, shape }));
}

/** The types that hold another. @throws GenError `dtype` for f64 and f16, naming what has them */
export function heldBy(dtype: DType, name: string): readonly DType[] {
  const types = holders[dtype];
  if (types !== undefined) return types;
  throw new GenError("dtype", `webgpu: expected f32 for real numbers, got ${dtype} in "${name}"`, {
    fix: "make the model of f32, or run it on the CPU",
  });
}

/** An array as the parts that {@link partsOf} names. Shares its numbers where their type stays. */
export function splitArray({ dtype, shape, data }: NdArray): NdArray[] {
  if (data.length === 0) return [];
  if (heldBy(dtype, "array")[0] === dtype) return [{ dtype, shape, data }];
  if (data instanceof Uint8Array) return [{ dtype: "u32", shape, data: Uint32Array.from(data) }];
  const words = new Uint32Array(data.buffer, data.byteOffset, 2 * data.length); // little-endian, wherever JavaScript runs
  return [1, 0].map((offset) => {
    const half = new Uint32Array(data.length);
    for (let i = 0; i < half.length; i++) half[i] = words[2 * i + offset]!;
    return { dtype: "u32", shape, data: half };
  });
}

/** The array of this type that the parts stand for. */
export function joinArray(parts: readonly { readonly data: Data }[], { dtype, shape }: TensorType): NdArray {
  const [first, second] = parts.map(({ data }) => data) as [Data?, Data?];
  if (first !== undefined && heldBy(dtype, "array")[0] === dtype) return { dtype, shape, data: first };
  const data = allocate(dtype, sizeOf(shape));
  if (second === undefined) {
    (data as Uint8Array).set((first ?? []) as Uint32Array);
    return { dtype, shape, data };
  }
  const words = new Uint32Array(data.buffer);
  [second, first!].forEach((half, offset) => {
    for (let i = 0; i < half.length; i++) words[2 * i + offset] = half[i] as number;
  });
  return { dtype, shape, data };
}
