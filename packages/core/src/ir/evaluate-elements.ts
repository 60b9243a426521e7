/**
 * @file Reference meaning of the ops that work element by element. NaN: arithmetic, `max`, `min` and `relu` hand it on;
 * comparisons with it are false; cast to bool it is true, to a whole number 0.
 */
import { isReal, isWide, type DType } from "../dtype.js";
import { GenError } from "../error.js";
import {
  blank,
  broadcastPositions,
  elementsOf,
  type EvaluateRule,
  type EvaluateTable,
  type Scalar,
} from "./evaluate-arrays.js";
import type { Op } from "./ops.js";

const unary =
  (f: (x: never) => Scalar): EvaluateRule<Op> =>
  ([x], node) => {
    const { array, data } = blank(node.types[0]!);
    const from = elementsOf(x!);
    for (let i = 0; i < data.length; i++) data[i] = f(from[i] as never);
    return [array];
  };

/** `wide` is the same function on bigints, where it is another expression. */
const binary =
  (
    f: (a: never, b: never) => Scalar | boolean,
    wide: (a: bigint, b: bigint) => Scalar | boolean = f as never,
  ): EvaluateRule<Op> =>
  ([a, b], node) => {
    const { array, data } = blank(node.types[0]!);
    const g = (isWide(a!.dtype) ? wide : f) as (a: Scalar, b: Scalar) => Scalar | boolean;
    const [from, other] = [elementsOf(a!), elementsOf(b!)];
    const [p, q] = [broadcastPositions(a!.shape, array.shape), broadcastPositions(b!.shape, array.shape)];
    for (let i = 0; i < data.length; i++) {
      const value = g(from[p[i]!]!, other[q[i]!]!);
      data[i] = typeof value === "boolean" ? Number(value) : value;
    }
    return [array];
  };

/** Different functions for real and for whole numbers that fit a double. */
const byKind =
  (real: EvaluateRule<Op>, whole: EvaluateRule<Op>): EvaluateRule<Op> =>
  (inputs, node) =>
    (isReal(inputs[0]!.dtype) ? real : whole)(inputs, node);

export const elementRules = {
  neg: unary((x: number) => -x),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  reciprocal: unary((x: number) => 1 / x),
  abs: unary((x: Scalar) => (typeof x === "number" ? Math.abs(x) : x < 0n ? -x : x)),
  floor: unary(Math.floor),
  tanh: unary(Math.tanh),
  sigmoid: unary((x: number) => 1 / (1 + Math.exp(-x))),
  relu: unary((x: number) => Math.max(x, 0)),
  erf: unary(erf),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  not: unary((x: number) => 1 - x),
  cast: ([x], node) => {
    const { array, data } = blank(node.types[0]!);
    const from = elementsOf(x!);
    for (let i = 0; i < data.length; i++) data[i] = convert(from[i]!, array.dtype);
    return [array];
  },

  add: binary((a: number, b: number) => a + b),
  sub: binary((a: number, b: number) => a - b),
  mul: byKind(
    binary((a: number, b: number) => a * b),
    binary(Math.imul, (a, b) => a * b),
  ),
  div: byKind(
    binary((a: number, b: number) => a / b),
    binary(wholeQuotient, (a, b) => a / divisor(b)),
  ),
  pow: binary(power),
  max: binary(Math.max, (a, b) => (a > b ? a : b)),
  min: binary(Math.min, (a, b) => (a < b ? a : b)),
  equal: binary((a: Scalar, b: Scalar) => a === b),
  less: binary((a: Scalar, b: Scalar) => a < b),
  and: binary((a: number, b: number) => a & b),
  where: ([condition, then, otherwise], node) => {
    const { array, data } = blank(node.types[0]!);
    const [c, a, b] = [condition!, then!, otherwise!].map((operand) => {
      const at = broadcastPositions(operand.shape, array.shape);
      const from = elementsOf(operand);
      return (i: number): Scalar => from[at[i]!]!;
    }) as [(i: number) => Scalar, (i: number) => Scalar, (i: number) => Scalar];
    for (let i = 0; i < data.length; i++) data[i] = c(i) === 1 ? a(i) : b(i);
    return [array];
  },
} satisfies Partial<EvaluateTable>;

/** Toward zero; what the target cannot hold wraps when it is stored (ONNX leaves real numbers out of range undefined). */
function convert(x: Scalar, to: DType): Scalar {
  if (to === "bool") return isZero(x) ? 0 : 1; // NaN is true
  if (isReal(to)) return Number(x);
  if (isWide(to)) return typeof x === "bigint" ? x : BigInt(Number.isFinite(x) ? Math.trunc(x) : 0);
  return typeof x === "bigint" ? Number(BigInt.asUintN(32, x)) : Math.trunc(x);
}

/** Exact: a quotient of 32-bit numbers is never so close below a whole number that a double rounds it up. */
function wholeQuotient(a: number, b: number): number {
  return Math.trunc(a / divisor(b));
}

function divisor<T extends Scalar>(b: T): T {
  if (isZero(b)) throw new GenError("numeric", "div: expected a divisor other than 0 for whole numbers, got 0");
  return b;
}

function isZero(x: Scalar): boolean {
  return x === 0 || x === 0n;
}

/** As in C and ONNX: 1ᵇ = 1 for every b, and (−1)^±∞ = 1, where JavaScript says NaN. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

/**
 * The error function, to about 1e-15.
 *
 *     erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!          for |x| < 2.5
 *     1 − erf x = e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 1½/(x + …))))  beyond
 *
 * @see Abramowitz & Stegun 1964, 7.1.6 and 7.1.14
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = x;
    let total = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) total += term *= (2 * x * x) / (2 * n + 1);
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
  }
  let fraction = size;
  for (let n = 100; n >= 1; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction);
}
