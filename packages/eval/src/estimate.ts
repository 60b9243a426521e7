/** @file A number with the interval that chance leaves it, by resampling. */
import { GenError, key as keyOf, split, uniformDraws, type Key } from "@gen/core";

/** A measured number. */
export interface Estimate {
  readonly value: number;
  /** Ends of the confidence interval. */
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
}

export interface BootstrapOptions {
  /** Resamples. @default 200 */
  readonly replicates?: number;
  /** Of the interval. @default 0.95 */
  readonly level?: number;
  /** Draws the resamples. @default key(0) */
  readonly key?: Key;
}

/**
 * A statistic of independent units and its bootstrap interval. Each resample draws as many units as there are, with
 * replacement, from each set for itself; the statistic gets how often each was drawn.
 *
 *     [θ̂ + q_α/2(θ* − θ̄*),  θ̂ + q_1−α/2(θ* − θ̄*)]
 *
 * The quantiles are taken about the mean θ̄* of the resamples: a statistic such as the Fréchet distance is larger on
 * resamples than on the data, and the interval is for what it is at this number of samples, not for a limit of many.
 *
 * @param units how many units each set has
 * @param statistic of how often each unit of each set counts; the value itself is that of all ones
 * @throws GenError `range` for fewer than 2 units, fewer than 2 replicates, or a level outside (0, 1)
 * @see Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapters 6 and 13
 */
export function bootstrap(
  units: readonly number[],
  statistic: (...counts: Float64Array[]) => number,
  options: BootstrapOptions = {},
): Estimate {
  return bootstrapAll(units, (...counts) => [statistic(...counts)], options)[0]!;
}

/** Several statistics of the same resamples, as {@link bootstrap} of each: as many estimates as the statistic gives numbers. */
export function bootstrapAll(
  units: readonly number[],
  statistics: (...counts: Float64Array[]) => readonly number[],
  { replicates = 200, level = 0.95, key = keyOf(0) }: BootstrapOptions = {},
): Estimate[] {
  const least = Math.min(...units);
  if (!(least >= 2)) throw new GenError("range", `bootstrap: expected at least 2 units to draw from, got ${least}`);
  if (!(Number.isInteger(replicates) && replicates >= 2))
    throw new GenError("range", `bootstrap: expected at least 2 replicates, got ${replicates}`);
  if (!(level > 0 && level < 1)) throw new GenError("range", `bootstrap: expected a level in (0, 1), got ${level}`);
  const values = statistics(...units.map((n) => new Float64Array(n).fill(1)));
  const resamples = Array.from({ length: replicates }, (_, r) =>
    statistics(...units.map((n, set) => countsOf(uniformDraws(split(split(key, r), set), n)))),
  );
  return values.map((value, i) => around(value, { drawn: resamples.map((resample) => resample[i]!), level }));
}

/** A value with the interval that its resamples leave it. */
function around(
  value: number,
  { drawn, level }: { readonly drawn: readonly number[]; readonly level: number },
): Estimate {
  const sorted = Float64Array.from(drawn).sort();
  const mean = sorted.reduce((sum, v) => sum + v, 0) / sorted.length;
  const variance = sorted.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (sorted.length - 1);
  const tail = (1 - level) / 2;
  return {
    value,
    low: value + quantile(sorted, tail) - mean,
    high: value + quantile(sorted, 1 - tail) - mean,
    standardError: Math.sqrt(variance),
  };
}

/** How often each of n units is drawn by n uniform numbers. */
function countsOf(uniform: Float32Array): Float64Array {
  const counts = new Float64Array(uniform.length);
  for (const u of uniform) counts[Math.floor(u * uniform.length)]!++;
  return counts;
}

/** The mean of one number a row, with its bootstrap interval. @throws GenError `range` as {@link bootstrap} */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions = {}): Estimate {
  return bootstrap(
    [values.length],
    (counts) => {
      let sum = 0;
      for (let i = 0; i < values.length; i++) sum += counts[i]! * values[i]!;
      return sum / values.length;
    },
    options,
  );
}

/** The value that a share `q` of sorted numbers lies below, between neighbours in proportion. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  return a + (b - a) * (at - low);
}
