/** @file Element types and the typed arrays that hold them. */
import { GenError } from "./error.js";

/** How each element type is stored on the host. f16 is kept as its bits. */
const storage = {
  f32: Float32Array,
  f64: Float64Array,
  f16: Uint16Array,
  i32: Int32Array,
  i64: BigInt64Array,
  u32: Uint32Array,
  u64: BigUint64Array,
  u8: Uint8Array,
  bool: Uint8Array,
} as const;

export type DType = keyof typeof storage;
export type DataOf<D extends DType> = InstanceType<(typeof storage)[D]>;
export type Data = DataOf<DType>;

export const DTYPES = Object.keys(storage) as readonly DType[];

/** Real numbers: the types that have gradients. */
export function isReal(dtype: DType): dtype is "f32" | "f64" | "f16" {
  return dtype === "f32" || dtype === "f64" || dtype === "f16";
}

/** 64-bit integers: held as bigint on the host. */
export function isWide(dtype: DType): dtype is "i64" | "u64" {
  return dtype === "i64" || dtype === "u64";
}

export function bytesPerElement(dtype: DType): number {
  return storage[dtype].BYTES_PER_ELEMENT;
}

/** A zeroed array of `length` elements. */
export function allocate<D extends DType>(dtype: D, length: number): DataOf<D> {
  return new storage[dtype](length) as DataOf<D>;
}

/** A view of bytes as numbers; copies only if they are not aligned. @throws GenError `range` for a part of a number */
export function viewOf<D extends DType>(dtype: D, bytes: Uint8Array): DataOf<D> {
  const size = bytesPerElement(dtype);
  const count = bytes.byteLength / size;
  if (!Number.isInteger(count)) {
    throw new GenError("range", `viewOf: expected a multiple of ${size} bytes, got ${bytes.byteLength}`);
  }
  if (bytes.byteOffset % size === 0)
    return new storage[dtype](bytes.buffer as ArrayBuffer, bytes.byteOffset, count) as DataOf<D>;
  const copy = Uint8Array.from(bytes); // Buffer's own slice would not copy
  return new storage[dtype](copy.buffer, 0, count) as DataOf<D>;
}

/** The bytes of a typed array, without a copy. */
export function bytesOf(data: Data): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The shortest decimal that names a number among those of f32: 4.6, where `String` writes 4.599999904632568. */
export function singleText(value: number): string {
  if (Object.is(value, -0)) return "-0";
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return String(short);
  }
  return String(Number(single.toPrecision(9)));
}
