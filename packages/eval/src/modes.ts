/** @file Which modes of the data a model draws, and how often: by classes of a classifier, or by known centres. */
import { GenError } from "@gen/core";
import { bootstrap, type BootstrapOptions, type Estimate } from "./estimate.js";
import type { Source } from "./source.js";
import { pointsOf } from "./points.js";

export interface ClassShares extends BootstrapOptions {
  /** Probability of each class in the data, or numbers in proportion to it. @default all alike */
  readonly expected?: readonly number[];
}

export interface ClassCoverage {
  /** Share of the samples that fell to each class. */
  readonly shares: readonly number[];
  /** Classes that got at least a tenth of what they should. */
  readonly covered: number;
  /** KL(samples ‖ data) over classes, nats. */
  readonly kl: Estimate;
}

/**
 * How samples fall to the classes of a classifier: each to the class with the greatest logit.
 *
 *     KL(q ‖ p) = Σ_c q_c log(q_c / p_c)
 *
 * @param logits [N, classes], as an extractor gives them
 * @throws GenError `data` for fewer than 2 rows or a class that the data have none of, `shape` for expected shares of
 *   another number of classes
 */
export async function classCoverage(
  logits: Source,
  { expected, ...options }: ClassShares = {},
): Promise<ClassCoverage> {
  let counts: Float64Array | undefined;
  for await (const { n, dim, data } of pointsOf(logits, { where: "classCoverage", least: 2 })) {
    counts ??= new Float64Array(dim);
    for (let i = 0; i < n; i++) {
      let best = 0;
      for (let c = 1; c < dim; c++) if (data[i * dim + c]! > data[i * dim + best]!) best = c;
      counts[best]!++;
    }
  }
  const target = probabilities(expected ?? new Array<number>(counts!.length).fill(1), counts!.length);
  const total = counts!.reduce((sum, count) => sum + count, 0);
  const shares = [...counts!].map((count) => count / total);
  return {
    shares,
    covered: shares.filter((share, c) => share >= target[c]! / 10).length,
    kl: klOfCounts(counts!, target, options),
  };
}

/** The plug-in KL(q ‖ p), its interval by draws of as many samples with the same shares. */
function klOfCounts(counts: Float64Array, target: readonly number[], options: BootstrapOptions): Estimate {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const starts = counts.map((_, c) => counts.slice(0, c).reduce((sum, count) => sum + count, 0));
  return bootstrap(
    [total],
    (times) => {
      let kl = 0;
      for (let c = 0; c < counts.length; c++) {
        let drawn = 0;
        for (let i = starts[c]!; i < starts[c]! + counts[c]!; i++) drawn += times[i]!;
        if (drawn > 0) kl += (drawn / total) * Math.log(drawn / total / target[c]!);
      }
      return kl;
    },
    options,
  );
}

/** some / all, its interval by draws of as many with the same share. */
function shareOf(some: number, all: number, options: BootstrapOptions): Estimate {
  return bootstrap([all], (times) => times.subarray(0, some).reduce((sum, count) => sum + count, 0) / all, options);
}

function probabilities(expected: readonly number[], classes: number): number[] {
  if (expected.length !== classes)
    throw new GenError("shape", `classCoverage: expected shares of ${classes} classes, got ${expected.length}`);
  const total = expected.reduce((sum, share) => sum + share, 0);
  const missing = expected.findIndex((share) => !(share > 0 && share / total > 0));
  if (missing >= 0)
    throw new GenError("data", `classCoverage: expected a share > 0 of class ${missing}, got ${expected[missing]!}`);
  return expected.map((share) => share / total);
}

export interface ModeOptions extends BootstrapOptions {
  /** Standard deviation of each mode, along any axis. */
  readonly std: number;
  /** Probability of each mode, or numbers in proportion to it. @default all alike */
  readonly expected?: readonly number[];
  /** A sample counts for its nearest mode within so many standard deviations. @default 4 */
  readonly within?: number;
}

export interface ModeCoverage {
  /** Modes with at least a tenth of the good samples that they should have. */
  readonly covered: number;
  /** Share of the samples within `within` standard deviations of a mode. */
  readonly good: Estimate;
  /** KL(good samples ‖ data) over modes, nats. */
  readonly kl: Estimate;
  /** Samples near each mode: their number, and their standard deviation along an axis. */
  readonly modes: readonly { readonly count: number; readonly std: number }[];
}

/**
 * Samples of a mixture of normal distributions with known centres: how many are near a mode, which modes there are, how
 * wide each is. For a normal mode in D = 2 dimensions 99.97 % are within 4 standard deviations.
 *
 * @param samples [N, D]
 * @param centres [modes, D]
 * @throws GenError `range` for a standard deviation or reach that is not above 0, `shape` for points of another width,
 *   `data` where fewer than 2 samples are near a mode
 * @see Srivastava et al. 2017, arXiv:1705.07761, §4.1
 */
export async function modeCoverage(
  samples: Source,
  centres: readonly (readonly number[])[],
  { std, expected, within = 4, ...options }: ModeOptions,
): Promise<ModeCoverage> {
  if (!(std > 0 && within > 0))
    throw new GenError("range", `modeCoverage: expected std and within > 0, got ${std} and ${within}`);
  const counts = new Float64Array(centres.length);
  const spreads = new Float64Array(centres.length);
  let total = 0;
  for await (const { n, dim, data } of pointsOf(samples, { where: "modeCoverage", least: 2 })) {
    const wrong = centres.find((centre) => centre.length !== dim);
    if (wrong !== undefined)
      throw new GenError("shape", `modeCoverage: expected centres of ${dim} numbers, got ${wrong.length}`);
    total += n;
    for (let i = 0; i < n; i++) {
      const { mode, squared } = nearest(data.subarray(i * dim, (i + 1) * dim), centres);
      if (squared > (within * std) ** 2) continue;
      counts[mode]!++;
      spreads[mode]! += squared / dim;
    }
  }
  const near = counts.reduce((sum, count) => sum + count, 0);
  if (near < 2) throw new GenError("data", `modeCoverage: expected samples near the modes, got ${near} of ${total}`);
  const target = probabilities(expected ?? centres.map(() => 1), centres.length);
  return {
    covered: [...counts].filter((count, mode) => count >= (near * target[mode]!) / 10).length,
    good: shareOf(near, total, options),
    kl: klOfCounts(counts, target, options),
    modes: [...counts].map((count, mode) => ({ count, std: count > 0 ? Math.sqrt(spreads[mode]! / count) : 0 })),
  };
}

function nearest(
  point: ArrayLike<number>,
  centres: readonly (readonly number[])[],
): { readonly mode: number; readonly squared: number } {
  let mode = 0;
  let least = Infinity;
  centres.forEach((centre, m) => {
    let squared = 0;
    for (let j = 0; j < centre.length; j++) squared += (point[j]! - centre[j]!) ** 2;
    if (squared < least) {
      least = squared;
      mode = m;
    }
  });
  return { mode, squared: least };
}
