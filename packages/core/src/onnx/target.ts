/** @file What differs between providers, in one place: everything else in `onnx/` asks here. */
import type { DType } from "../dtype.js";

/**
 * Where a file will run.
 *
 * - `portable`: ai.onnx operators only, for files that anyone may run anywhere;
 * - `cpu`: with the com.microsoft operators that are faster on onnxruntime's CPU provider.
 */
export type Target = "portable" | "cpu";

export const MICROSOFT = "com.microsoft";

/** Can a matrix product of this rank take its operands transposed? Two axes: Gemm. More: FusedMatMul, f32 only. */
export function takesTransposed(target: Target, rank: number, dtype: DType): boolean {
  if (rank === 2) return dtype !== "f16";
  return target === "cpu" && dtype === "f32";
}

/** Can a product of more than two axes be scaled and transposed by com.microsoft.FusedMatMul? */
export function hasFusedMatMul(target: Target): boolean {
  return target === "cpu";
}
