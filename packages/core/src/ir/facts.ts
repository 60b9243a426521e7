/**
 * @file What is known about each op on each provider: where it runs, and how near its f32 results come to float64.
 *
 * Tolerance of a value v:  1e-5·|v| + atol,  or  1e-5·|v| + atol·Σ|terms|  where the result is a sum of many terms
 * (`scaled`), since those may cancel. Measured, with a margin, on onnxruntime 1.30; WebGPU on a software adapter.
 *
 * NaN: arithmetic, `max`, `min` and `relu` hand it on, and comparisons with it are false; so it is in `evaluate` and on
 * the CPU provider. WebGPU promises nothing about NaN, infinities or the sign of zero.
 * WebGPU has f32, i32 and u32 only, and copies to the CPU for `neg`, `abs` and `slice` of whole numbers, `equal`,
 * `slice` and `concat` of bool, and everything of 64 bits.
 */
import type { Op } from "./ops.js";

export type Provider = "cpu" | "webgpu";

export interface ProviderFacts {
  /** Runs there on f32 without a copy to another device (under `disable_cpu_ep_fallback`). */
  readonly native: boolean;
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

const native = (atol = ATOL): ProviderFacts => ({ native: true, atol });
const fallback = (atol = ATOL): ProviderFacts => ({ native: false, atol });

/** Correctly rounded, or no arithmetic at all. */
const exact: OpFacts = { exact: true, scaled: false, cpu: native(), webgpu: native() };
/** Rounded as the provider sees fit. */
const near = (cpu = ATOL, webgpu = cpu): OpFacts => ({
  exact: false,
  scaled: false,
  cpu: native(cpu),
  webgpu: native(webgpu),
});
/** A sum of products, whose order is the provider's. */
const summed: OpFacts = { exact: false, scaled: true, cpu: native(), webgpu: native() };
/** Not arithmetic, but nothing to work out in advance. */
const structural: OpFacts = { ...exact, exact: false };

export const facts: { readonly [O in Op]: OpFacts } = {
  input: structural,
  constant: structural,
  iota: structural,

  at: structural,
  call: structural,
  scan: { ...structural, webgpu: fallback() }, // 9.5 ms an iteration: the state crosses to the CPU and back
  barrier: structural,
  stopGradient: structural,

  neg: exact,
  exp: near(),
  log: near(ATOL, 3.3e-4),
  sqrt: exact,
  reciprocal: exact,
  abs: exact,
  floor: exact,
  tanh: near(ATOL, 6e-5),
  sigmoid: near(3.2e-5),
  relu: exact,
  erf: near(ATOL, 4.7e-4),
  sin: near(ATOL, 5.7e-3),
  cos: near(ATOL, 1.9e-2),
  not: exact,
  cast: exact,

  add: exact,
  sub: exact,
  mul: exact,
  div: exact,
  pow: near(),
  max: exact,
  min: exact,
  equal: exact,
  less: exact,
  and: exact,
  where: exact,

  sum: summed,
  reduceMax: exact,
  argMax: exact,
  cumSum: summed,

  matmul: summed,
  conv: summed,
  convInputGrad: summed,
  convWeightGrad: summed,

  reshape: exact,
  transpose: exact,
  expand: exact,
  slice: exact,
  pad: exact,
  concat: exact,
  gather: exact,
  scatterAdd: summed,

  randomBits: exact,
};
