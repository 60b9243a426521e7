/**
 * @file What is known about each op on each provider: which types it runs by itself, and how near its f32 results come
 * to float64.
 *
 * Tolerance of a value v:  1e-5·|v| + atol,  or  1e-5·|v| + atol·Σ|terms|  where the result is a sum of many terms
 * (`scaled`), since those may cancel. Measured, with a margin, on onnxruntime 1.30; WebGPU on a software adapter.
 *
 * NaN: arithmetic, `max`, `min` and `relu` hand it on, and comparisons with it are false; so it is in `evaluate` and on
 * the CPU provider. WebGPU promises nothing about NaN, infinities or the sign of zero.
 */
import { DTYPES, type DType } from "../dtype.js";
import type { Op } from "./ops.js";

export type Provider = "cpu" | "webgpu";

export interface ProviderFacts {
  /**
   * The types of the values it works on (not of conditions and indices) for which the provider has an operator that
   * means the same. For other types it is spelled in others: onnx/kernels.ts casts for the CPU, onnx/legalize.ts
   * rewrites for WebGPU, where anything else would be copied to the CPU and back.
   */
  readonly native: readonly DType[];
  /** Absolute tolerance against float64, in f32. */
  readonly atol: number;
}

export interface OpFacts {
  /** Float64 arithmetic, rounded to the op's type, is the only right answer: the value may be worked out in advance. */
  readonly exact: boolean;
  /** `atol` counts for each term of a sum, by its size. */
  readonly scaled: boolean;
  readonly cpu: ProviderFacts;
  readonly webgpu: ProviderFacts;
}

/** Relative tolerance of every op, in f32. */
export const RTOL = 1e-5;
const ATOL = 1e-6;

const REAL: readonly DType[] = ["f32", "f64", "f16"];
const NUMBERS = DTYPES.filter((dtype) => dtype !== "bool");
/** The numbers that WebGPU has. */
const WORDS: readonly DType[] = ["f32", "i32", "u32"];
const FLOAT: readonly DType[] = ["f32"];

/** Where an op runs: the types on the CPU provider, then on WebGPU. */
interface Placement {
  readonly cpu: readonly DType[];
  readonly webgpu: readonly DType[];
}

const numbers: Placement = { cpu: NUMBERS, webgpu: WORDS };
const reals: Placement = { cpu: REAL, webgpu: FLOAT };
const bools: Placement = { cpu: ["bool"], webgpu: ["bool"] };
const anything: Placement = { cpu: DTYPES, webgpu: WORDS };
const without = (types: readonly DType[], ...missing: readonly DType[]): DType[] =>
  types.filter((dtype) => !missing.includes(dtype));

const rowOf =
  (exact: boolean, scaled: boolean) =>
  ({ cpu, webgpu }: Placement): OpFacts => ({
    exact,
    scaled,
    cpu: { native: cpu, atol: ATOL },
    webgpu: { native: webgpu, atol: ATOL },
  });

/** Correctly rounded, or no arithmetic at all. */
const exact = rowOf(true, false);
/** Rounded as the provider sees fit. */
const near = rowOf(false, false);
/** A sum of products, whose order is the provider's. */
const summed = rowOf(false, true);
/** Not arithmetic, but nothing to work out in advance. */
const structural = near;

export const facts: { readonly [O in Op]: OpFacts } = {
  input: structural(anything),
  constant: structural({ cpu: DTYPES, webgpu: [...WORDS, "bool"] }),
  iota: structural(numbers),

  at: structural({ cpu: DTYPES, webgpu: [] }),
  call: structural({ cpu: DTYPES, webgpu: [] }), // unfolded everywhere
  scan: structural({ cpu: DTYPES, webgpu: [] }), // 9.5 ms an iteration: the state would cross to the CPU and back
  barrier: structural(anything),
  stopGradient: structural(anything),

  neg: exact({ cpu: NUMBERS, webgpu: FLOAT }),
  exp: near(reals),
  log: near(reals),
  sqrt: exact(reals),
  reciprocal: exact(reals),
  abs: exact({ cpu: NUMBERS, webgpu: FLOAT }),
  floor: exact(reals),
  tanh: near(reals),
  sigmoid: { ...near(reals), cpu: { native: REAL, atol: 3.2e-5 } },
  relu: exact(reals),
  erf: near({ cpu: without(REAL, "f64"), webgpu: FLOAT }),
  sin: near({ cpu: REAL, webgpu: [] }), // its own is 2e-4 off
  cos: near({ cpu: REAL, webgpu: [] }),
  not: exact(bools),
  cast: exact({ cpu: DTYPES, webgpu: [...WORDS, "bool"] }),

  add: exact(numbers),
  sub: exact(numbers),
  mul: exact(numbers),
  div: exact(numbers),
  pow: near(reals),
  max: exact(numbers),
  min: exact(numbers),
  equal: exact(anything),
  less: exact(numbers),
  and: exact(bools),
  where: exact({ cpu: without(DTYPES, "u32", "u64", "bool"), webgpu: WORDS }),

  sum: summed({ cpu: without(NUMBERS, "u8", "i32", "u32", "i64", "u64"), webgpu: WORDS }),
  reduceMax: exact({ cpu: without(NUMBERS, "u32", "u64"), webgpu: WORDS }),
  argMax: exact({ cpu: without(NUMBERS, "u32", "u64"), webgpu: [] }), // its result would be i64
  argTopK: exact({ cpu: without(NUMBERS, "f16", "u8", "u32", "u64"), webgpu: [] }),
  cumSum: summed({ cpu: without(NUMBERS, "u8", "u32", "u64"), webgpu: WORDS }),

  matmul: summed(reals),
  conv: summed({ cpu: without(REAL, "f64"), webgpu: FLOAT }),
  convInputGrad: summed({ cpu: without(REAL, "f64"), webgpu: FLOAT }),
  convWeightGrad: summed({ cpu: without(REAL, "f64"), webgpu: FLOAT }),

  reshape: exact({ cpu: DTYPES, webgpu: [...WORDS, "bool"] }),
  transpose: exact(anything),
  expand: exact({ cpu: DTYPES, webgpu: [...WORDS, "bool"] }),
  slice: exact({ cpu: DTYPES, webgpu: FLOAT }),
  pad: exact(numbers),
  concat: exact(anything),
  gather: exact(anything),
  scatterAdd: summed(numbers),

  randomBits: exact({ cpu: ["u64"], webgpu: [] }),
};
