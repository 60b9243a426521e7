/** @file Which modes of the data a model draws, and how often: by classes of a classifier, or by known centres. */
import { GenError } from "@gen/core";
import { bootstrapAll, type BootstrapOptions, type Estimate } from "./estimate.js";
import type { Source } from "./source.js";
import { pointsOf } from "./points.js";

export interface ClassShares extends BootstrapOptions {
  /** Probability of each class in the data, or numbers in proportion to it. @default all alike */
  readonly expected?: readonly number[];
}

export interface ClassCoverage {
  /** Share of the samples that fell to each class. */
  readonly shares: readonly Estimate[];
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
  const fell: number[] = [];
  let classes = 0;
  for await (const { n, dim, data } of pointsOf(logits, { where: "classCoverage", least: 2 })) {
    classes = dim;
    for (let i = 0; i < n; i++) {
      let best = 0;
      for (let c = 1; c < dim; c++) if (data[i * dim + c]! > data[i * dim + best]!) best = c;
      fell.push(best);
    }
  }
  const target = probabilities(expected ?? new Array<number>(classes).fill(1), classes);
  const [kl, ...shares] = bootstrapAll(
    [fell.length],
    (times) => {
      const counts = new Float64Array(classes);
      fell.forEach((c, i) => (counts[c]! += times[i]!));
      return [klOfCounts(counts, target), ...counts.map((count) => count / fell.length)];
    },
    options,
  );
  return { shares, covered: shares.filter(({ value }, c) => value >= target[c]! / 10).length, kl: kl! };
}

/** The plug-in KL(q ‖ p) of counts. */
function klOfCounts(counts: Float64Array, target: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((kl, n, c) => kl + (n > 0 ? (n / total) * Math.log(n / total / target[c]!) : 0), 0);
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
  /** Samples near each mode: their number, and their standard deviation along an axis, 0 where there is none. */
  readonly modes: readonly { readonly count: number; readonly std: Estimate }[];
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
  const target = probabilities(expected ?? centres.map(() => 1), centres.length);
  /** Of each sample its mode, −1 where none is near, and its squared distance from there along an axis. */
  const [fell, squares]: [number[], number[]] = [[], []];
  for await (const { n, dim, data } of pointsOf(samples, { where: "modeCoverage", least: 2 })) {
    const wrong = centres.find((centre) => centre.length !== dim);
    if (wrong !== undefined)
      throw new GenError("shape", `modeCoverage: expected centres of ${dim} numbers, got ${wrong.length}`);
    for (let i = 0; i < n; i++) {
      const { mode, squared } = nearest(data.subarray(i * dim, (i + 1) * dim), centres);
      fell.push(squared <= (within * std) ** 2 ? mode : -1);
      squares.push(squared / dim);
    }
  }
  const near = fell.filter((mode) => mode >= 0).length;
  if (near < 2)
    throw new GenError("data", `modeCoverage: expected samples near the modes, got ${near} of ${fell.length}`);
  const counted = (times: Float64Array): { readonly counts: Float64Array; readonly sums: Float64Array } => {
    const [counts, sums] = [new Float64Array(centres.length), new Float64Array(centres.length)];
    fell.forEach((mode, i) => {
      if (mode < 0) return;
      counts[mode]! += times[i]!;
      sums[mode]! += times[i]! * squares[i]!;
    });
    return { counts, sums };
  };
  const [good, kl, ...stds] = bootstrapAll(
    [fell.length],
    (times) => {
      const { counts, sums } = counted(times);
      const widths = counts.map((count, mode) => (count > 0 ? Math.sqrt(sums[mode]! / count) : 0));
      return [counts.reduce((sum, count) => sum + count, 0) / fell.length, klOfCounts(counts, target), ...widths];
    },
    options,
  );
  const { counts } = counted(new Float64Array(fell.length).fill(1));
  return {
    covered: counts.filter((count, mode) => count >= (near * target[mode]!) / 10).length,
    good: good!,
    kl: kl!,
    modes: stds.map((width, mode) => ({ count: counts[mode]!, std: width })),
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
