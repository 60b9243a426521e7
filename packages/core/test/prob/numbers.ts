/** @file Numbers out of distributions, and the integrals and tests of fit that judge them. */
import { GenError } from "../../src/error.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { key } from "../../src/rng/key.js";
import { constant, type Tensor } from "../../src/tensor/tensor.js";
import { feed } from "../../src/tensor/inputs.js";
import { scalarKey, valuesOf } from "../../src/testing/run-reference.js";

export function numbersOf(tensor: Tensor): number[] {
  return [...(valuesOf([tensor])[0]!.data as Float64Array)].map(Number);
}

/** Values of some tensors, given those of their inputs. */
export function numbersGiven(tensors: readonly Tensor[], given: ReadonlyMap<Tensor, NdArray>): number[][] {
  return valuesOf(tensors, given).map(({ data }) => [...(data as Float64Array)].map(Number));
}

/** A function of a tensor on a list of numbers, [n] → [n]. */
export function mapNumbers(f: (x: Tensor) => Tensor, xs: readonly number[]): number[] {
  const x = feed([xs.length]);
  return [...(valuesOf([f(x)], new Map([[x, ndarray(xs, undefined, "f64")]]))[0]!.data as Float64Array)];
}

/** `n` + 1 evenly spaced numbers. */
export function grid(low: number, high: number, n: number): number[] {
  return Array.from({ length: n + 1 }, (_, i) => low + ((high - low) * i) / n);
}

/** The integral over evenly spaced values, by Simpson's rule; an even number of intervals. */
export function integrate(values: readonly number[], step: number): number {
  if (values.length % 2 === 0) throw new GenError("range", "integrate: expected an odd number of values");
  const last = values.length - 1;
  const weighted = values.map((v, i) => v * (i === 0 || i === last ? 1 : i % 2 === 1 ? 4 : 2));
  return (weighted.reduce((a, b) => a + b) * step) / 3;
}

export const testKey = (seed: number): Tensor => constant(scalarKey(key(seed)));

/** Kolmogorov and Smirnov's distance between draws and a density on a grid, times √n: above 1.95 once in a thousand. */
export function kolmogorovSmirnov(draws: readonly number[], xs: readonly number[], density: readonly number[]): number {
  const step = xs[1]! - xs[0]!;
  const cdf = [0];
  for (let i = 1; i < xs.length; i++) cdf.push(cdf[i - 1]! + ((density[i - 1]! + density[i]!) / 2) * step);
  const sorted = [...draws].sort((a, b) => a - b);
  const distances = sorted.map((draw, i) => {
    const place = Math.min(Math.max((draw - xs[0]!) / step, 0), xs.length - 1.001);
    const cell = Math.floor(place);
    const share = cdf[cell]! + (place - cell) * (cdf[cell + 1]! - cdf[cell]!);
    return Math.max(Math.abs(share - i / sorted.length), Math.abs(share - (i + 1) / sorted.length));
  });
  return Math.max(...distances) * Math.sqrt(sorted.length);
}

/** χ² of counts of 0 … K − 1 against probabilities, as a number of standard deviations from its mean. */
export function chiSquareDeviation(draws: readonly number[], probabilities: readonly number[]): number {
  const counts = probabilities.map((_, k) => draws.filter((draw) => draw === k).length);
  const terms = probabilities.flatMap((p, k) =>
    p === 0 ? [] : [(counts[k]! - p * draws.length) ** 2 / (p * draws.length)],
  );
  const freedom = terms.length - 1;
  return (terms.reduce((a, b) => a + b) - freedom) / Math.sqrt(2 * freedom);
}
