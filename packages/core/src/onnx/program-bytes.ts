/** @file A program whose large matrices are in 8 bits, and inside its kernel: decision 0028. */
import type { NdArray } from "../ndarray.js";
import type { Program } from "../program/program.js";
import { fitsBytes, inBytes } from "./bytes.js";
import type { OnnxModel } from "./proto.js";

/** Names of the matrices that a program could have in 8 bits. */
export function matricesOf({ reads, writes }: Program): string[] {
  return [...reads].flatMap(([name, spec]) => (fitsBytes(spec) && !writes.has(name) ? [name] : []));
}

/**
 * The same program with matrices in 8 bits, as files of precision "i8" have them: on a CPU quicker for a few rows at a time, and
 * off by about a hundredth; on other devices the program itself. It keeps to these numbers, whatever a store says later.
 *
 * @param matrices numbers by name; those that something else than products of rows reads stay the store's
 */
export function programInBytes(program: Program, matrices: ReadonlyMap<string, NdArray>): Program {
  const finish = (file: OnnxModel): OnnxModel => inBytes(file, matrices);
  return { ...program, finish: finish as NonNullable<Program["finish"]> };
}
