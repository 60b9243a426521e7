/** @file What differs between providers, in one place: everything else in `onnx/` asks here. */
import type { DType } from "../dtype.js";
import { carriers } from "./carriers.js";

/**
 * Where a file will run.
 *
 * - `portable`: ai.onnx operators only, for files that anyone may run anywhere;
 * - `cpu`: with the com.microsoft operators that are faster on onnxruntime's CPU provider;
 * - `webgpu`: for graphs that were legalized, without whatever onnxruntime would hand to the CPU.
 */
export type Target = "portable" | "cpu" | "webgpu";

export const MICROSOFT = "com.microsoft";

/** Can a matrix product of this rank take its operands transposed? Two axes: Gemm. More: FusedMatMul, f32 only. */
export function takesTransposed(target: Target, rank: number, dtype: DType): boolean {
  if (rank === 2) return dtype !== "f16";
  return target === "cpu" && dtype === "f32";
}

/** Can a matrix product be scaled by a number of the file? Not where sizes are left open: the number may depend on them. */
export function takesFactor(target: Target, dtype: DType): boolean {
  return target === "cpu" && dtype === "f32";
}

/** Are softmax and normalisation operators of their own? What WebGPU computes is held to the tolerance of their parts. */
export function fuses(target: Target): boolean {
  return target !== "webgpu";
}

/** May denormal numbers count as 0? Our sessions on a CPU ask for it (not wasm, which has no such switch); who runs a file of ours may not. */
export function flushesDenormals(target: Target): boolean {
  return target === "cpu";
}

/** Can a product of more than two axes be scaled and transposed by com.microsoft.FusedMatMul? */
export function hasFusedMatMul(target: Target): boolean {
  return target === "cpu";
}

/** What an operator without a kernel for a type computes in instead. A graph for WebGPU has kernels for everything. */
export function carrierOf(target: Target, op: string, dtype: DType): DType | undefined {
  return target === "webgpu" ? undefined : carriers[op]?.[dtype];
}

/** Are long counts made when the file runs, by Range? WebGPU has it on the CPU only. */
export function countsAtRunTime(target: Target): boolean {
  return target !== "webgpu";
}
