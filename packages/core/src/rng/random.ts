/**
 * @file Arrays of random numbers as functions of a key: bits, uniforms, normals.
 * Element i depends on the key and i alone, so a shorter array is the beginning of a longer one.
 * The same arithmetic is done inside graphs by tensor/random.ts; the constants are shared.
 */
import { allocate } from "../dtype.js";
import { GenError } from "../error.js";
import type { Key } from "./key.js";
import { Squares } from "./squares.js";

/** Element types that the host draws reals in. */
export type RealDType = "f32" | "f64";

type RealArray<D extends RealDType> = D extends "f32" ? Float32Array<ArrayBuffer> : Float64Array<ArrayBuffer>;

/**
 * The inverse of the error function: erfinv(x) ≈ x·p, w = −log(1 − x²), p a polynomial in w − 2.5 where w < 5,
 * and in √w − 3 elsewhere. Coefficients from the highest power down.
 * Giles 2010, "Approximating the erfinv function", GPU Computing Gems 2, table 5 (single precision).
 */
export const GILES_CENTRAL: readonly number[] = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3,
  0.246640727, 1.50140941,
];

/** See {@link GILES_CENTRAL}: where w ≥ 5, a polynomial in √w − 3. */
export const GILES_TAIL: readonly number[] = [
  -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3, 1.00167406,
  2.83297682,
];

/**
 * Random bits: element i is squares32(i; key).
 *
 * @param n how many, in [0, 2³²)
 * @throws GenError `range` if n is not a whole number in that range
 */
export function randomBits(key: Key, n: number): Uint32Array<ArrayBuffer> {
  if (!Number.isInteger(n) || n < 0 || n >= 2 ** 32) {
    throw new GenError("range", `randomBits: expected a whole number of draws in [0, 2^32), got ${n}`);
  }
  const bits = new Uint32Array(n);
  new Squares(key).fill32(bits);
  return bits;
}

/**
 * Uniform numbers in the open interval (0, 1): 2²³ values that f32 holds exactly, symmetric about ½.
 *
 *     u = (⌊bits / 2⁹⌋ + ½) / 2²³
 *
 * @param n how many, in [0, 2³²)
 */
export function uniform<D extends RealDType = "f32">(key: Key, n: number, dtype = "f32" as D): RealArray<D> {
  return map(randomBits(key, n), dtype, uniformOf);
}

/**
 * Standard normal numbers, by the inverse of their distribution function; at most 5.3 in size.
 *
 *     z = √2 · erfinv(2u − 1),   w = −log(4u(1 − u)),   erfinv as {@link GILES_CENTRAL}
 *
 * Computed in float64, then rounded to `dtype`.
 *
 * @param n how many, in [0, 2³²)
 */
export function normal<D extends RealDType = "f32">(key: Key, n: number, dtype = "f32" as D): RealArray<D> {
  return map(randomBits(key, n), dtype, (bits) => normalOf(uniformOf(bits)));
}

/** The uniform number of 32 bits. */
export function uniformOf(bits: number): number {
  return ((bits >>> 9) + 0.5) / 2 ** 23;
}

/** The standard normal number that a share `u` of all lies below: Φ⁻¹(u), to a relative error of 4·10⁻⁷. */
export function normalOf(u: number): number {
  const w = -Math.log(4 * u * (1 - u));
  const p = w < 5 ? horner(GILES_CENTRAL, w - 2.5) : horner(GILES_TAIL, Math.sqrt(w) - 3);
  return Math.SQRT2 * (2 * u - 1) * p;
}

function horner(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const c of coefficients) sum = sum * x + c;
  return sum;
}

function map<D extends RealDType>(bits: Uint32Array, dtype: D, f: (bits: number) => number): RealArray<D> {
  const out = allocate(dtype, bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = f(bits[i]!);
  return out as RealArray<D>;
}
