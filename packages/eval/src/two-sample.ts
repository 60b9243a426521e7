/**
 * @file The classifier two-sample test: two sets are alike as far as a classifier cannot tell their rows apart.
 * Lopez-Paz & Oquab 2017, "Revisiting Classifier Two-Sample Tests", arXiv:1610.06545, §3.
 */
import { GenError, key as keyOf, split, type Key } from "@gen/core";
import { bootstrapMean, type BootstrapOptions, type Estimate } from "./estimate.js";
import { Nearest, distances } from "./pairs.js";
import { checkWidths, gather, joined, shuffled, slice, type Points } from "./points.js";
import type { Multiply } from "./products.js";
import type { Source } from "./source.js";

/** Learns from rows of either set, and says of other rows how likely they are of the second: [n] in [0, 1]. */
export type Judge = (learn: readonly [a: Points, b: Points], asked: Points, key: Key) => Promise<ArrayLike<number>>;

export interface ClassifierTestOptions extends BootstrapOptions {
  /** @default the votes of the nearest neighbours, √n of them */
  readonly judge?: Judge;
  /** Rows of either set that are kept, a random sample of a longer one. @default 5000 */
  readonly limit?: number;
}

export interface ClassifierTest {
  /** Share of held-out rows that are told right: ½ where the sets are alike, 1 where they share nothing. */
  readonly accuracy: Estimate;
  /** Probability of such an accuracy, or more, if the sets are alike. */
  readonly pValue: number;
}

/**
 * A judge learns from half of either set and is asked about the other half. Both sets count the same number of rows. Where
 * they are alike, the accuracy over m rows is near N(½, 1/(4m)), which gives the p-value.
 *
 * @throws GenError `data` for fewer than 20 rows, `shape` for rows of different widths, `numeric` for NaN
 */
export async function classifierTest(
  a: Source,
  b: Source,
  { judge = nearestNeighbours(), limit = 5000, ...options }: ClassifierTestOptions = {},
): Promise<ClassifierTest> {
  const from = options.key ?? keyOf(0);
  const need = (child: number) => ({ least: 20, limit, key: split(from, child) });
  const first = await gather(a, { ...need(0), where: "classifierTest: first set" });
  const second = await gather(b, { ...need(1), where: "classifierTest: second set" });
  checkWidths("classifierTest", first, second);
  const half = Math.floor(Math.min(first.n, second.n) / 2);
  const sides = [shuffled(first, split(from, 2)), shuffled(second, split(from, 3))] as const;
  const learn = [slice(sides[0], 0, half), slice(sides[1], 0, half)] as const;
  const right: number[] = [];
  for (const [side, points] of sides.entries()) {
    const said = await judge(learn, slice(points, half, 2 * half), split(from, 4));
    if (said.length !== half)
      throw new GenError("shape", `classifierTest: expected ${half} answers of the judge, got ${said.length}`);
    for (let i = 0; i < half; i++) right.push(said[i] === 0.5 ? 0.5 : Number((said[i]! > 0.5 ? 1 : 0) === side));
  }
  const accuracy = bootstrapMean(right, { ...options, key: split(from, 5) });
  return { accuracy, pValue: upperTail((accuracy.value - 0.5) * 2 * Math.sqrt(right.length)) };
}

/**
 * A judge that takes the votes of the nearest rows.
 *
 * @param options.k how many vote @default √n, made odd
 */
export function nearestNeighbours({ k, multiply }: { readonly k?: number; readonly multiply?: Multiply } = {}): Judge {
  return async ([a, b], asked) => {
    const both = joined([a, b]);
    const votes = k ?? 2 * Math.floor(Math.sqrt(both.n) / 2) + 1;
    const nearest = new Nearest(votes);
    const said = new Float64Array(asked.n);
    for await (const { start, rows, squared } of distances(asked, both, multiply)) {
      for (let i = 0; i < rows; i++) {
        const { indices } = nearest.find(squared.subarray(i * both.n, (i + 1) * both.n));
        said[start + i] = indices.reduce((sum, row) => sum + (row < a.n ? 0 : 1), 0) / votes;
      }
    }
    return said;
  };
}

/**
 * P(Z > z) of the standard normal distribution: by a series near 0, by a continued fraction in the tail.
 *
 * @see Abramowitz & Stegun 1964, 26.2.11 and 26.2.14
 */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > 3) {
    let fraction = z;
    for (let k = 60; k >= 1; k--) fraction = z + k / fraction;
    return density / fraction;
  }
  let [sum, term] = [z, z];
  for (let k = 3; Math.abs(term) > 1e-17 * sum; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 - density * sum;
}
