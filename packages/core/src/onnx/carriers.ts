/** @file Which element types onnxruntime's CPU provider has kernels for at opset 21, and what to cast to elsewhere. */
import type { DType } from "../dtype.js";

export type Carriers = Readonly<Partial<Record<DType, DType>>>;

const WRAPPING: Carriers = { u8: "i64", i32: "i64", u32: "i64" }; // ReduceSum of i32 stops at its limits; a cast wraps
const SINGLE: Carriers = { f64: "f32" };

/**
 * For each operator, the types without a kernel, and the type to compute in instead. Found by making a session for
 * each pair; u64 is carried by i64 only where the order of numbers plays no part.
 */
export const carriers: Readonly<Record<string, Carriers>> = {
  Erf: SINGLE,
  Conv: SINGLE,
  ConvTranspose: SINGLE,
  Where: { u32: "i64", u64: "i64", bool: "u8" },
  ReduceSum: WRAPPING,
  CumSum: { u8: "i64", u32: "i64", u64: "i64" },
  ReduceMax: { u32: "i64" },
  ArgMax: { u32: "i64" },
  TopK: { f16: "f32", u8: "i32", u32: "i64" },
};
