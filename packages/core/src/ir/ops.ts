/**
 * @file The closed list of primitives, each with the type of its static attributes. A line added here breaks the build
 * until every table (`infer`, `evaluate`, `vjp`, `lower`, `facts`) has its row; nothing else in the code may ask which
 * op a node is.
 */
import type { DType } from "../dtype.js";
import type { NdArray } from "../ndarray.js";
import type { Shape } from "../shape.js";
import type { Graph } from "./graph.js";
import type { Initializer } from "./initializer.js";

type Empty = Readonly<Record<never, never>>;

/** What an input is for: who fills it, and whether it lasts. */
export type InputKind =
  | "param" // lasts, is learned
  | "state" // lasts, is written by programs but not by gradients
  | "feed" // given by the host at each run
  | "slot"; // a parameter of a closed graph (the body of a scan or call)

export interface InputAttrs {
  readonly kind: InputKind;
  readonly dtype: DType;
  readonly shape: Shape;
  /** How a param or state starts. */
  readonly init?: Initializer;
}

interface Reduction {
  /** Sorted, distinct, from 0. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** How a kernel moves over the spatial axes; `pads` holds all begins, then all ends, as in ONNX. */
export interface ConvAttrs {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
}

export interface ScanAttrs {
  /** Inputs: carries, then one slice of each scanned array, then captures. Outputs: next carries, then a row of each stack. */
  readonly body: Graph;
  readonly carries: number;
  readonly scanned: number;
  readonly length: number;
  /** From the last slice to the first; the stacks keep the order of the scanned arrays. */
  readonly reverse: boolean;
}

export interface Attrs {
  // ── sources ──
  input: InputAttrs;
  constant: { readonly value: NdArray };
  iota: { readonly length: number; readonly dtype: DType }; //           0, 1, …, length − 1

  // ── structure ──
  at: { readonly index: number }; //                                     one result of several
  call: { readonly body: Graph; readonly gradient?: Graph }; //          gradient: (inputs…, outputs…, cotangents…) → cotangents of the inputs
  scan: ScanAttrs;
  barrier: Empty; //                                                     the identity; what lies behind it is computed again
  stopGradient: Empty; //                                                the identity, with no gradient

  // ── one operand, element by element ──
  neg: Empty;
  exp: Empty;
  log: Empty;
  sqrt: Empty;
  reciprocal: Empty;
  abs: Empty;
  floor: Empty;
  tanh: Empty;
  sigmoid: Empty;
  relu: Empty;
  erf: Empty;
  sin: Empty;
  cos: Empty;
  not: Empty;
  cast: { readonly dtype: DType };

  // ── two operands, which broadcast ──
  add: Empty;
  sub: Empty;
  mul: Empty;
  div: Empty; //                                                         whole numbers: toward zero
  pow: Empty;
  max: Empty;
  min: Empty;
  equal: Empty;
  less: Empty;
  and: Empty;
  where: Empty; //                                                       (condition, then, else)

  // ── along axes ──
  sum: Reduction;
  reduceMax: Reduction;
  argMax: { readonly axis: number; readonly keepDims: boolean }; //      i32; the first of equals
  argTopK: { readonly k: number }; //                                    i32: the k largest of the last axis, largest first, the first of equals first
  cumSum: { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean };

  // ── products ──
  matmul: Empty; //                                                      [… M K] · [… K N], leading axes broadcast
  conv: ConvAttrs; //                                                    (x [N C …S], w [O C/g …K]) → [N O …S']
  convInputGrad: ConvAttrs & { readonly inputSize: readonly number[] }; // (g [N O …S'], w) → [N C …S]
  convWeightGrad: ConvAttrs & { readonly kernelSize: readonly number[] }; // (x, g) → [O C/g …K]

  // ── movement ──
  reshape: { readonly shape: Shape };
  transpose: { readonly perm: readonly number[] };
  expand: { readonly shape: Shape };
  slice: { readonly starts: readonly number[]; readonly ends: readonly number[]; readonly steps: readonly number[] };
  pad: { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number };
  concat: { readonly axis: number };
  gather: { readonly axis: number }; //                                  (x, indices i32) → indices replace the axis
  scatterAdd: { readonly axis: number; readonly size: number }; //       (indices i32, updates) → gather's transpose

  // ── randomness ──
  randomBits: { readonly shape: Shape }; //                              (key u64) → u32; element i is squares32(i; key)
}

export type Op = keyof Attrs;
