/** @file What `repro/` has measured, put into the page when it is built: the ledger with its results, and the leaderboard. */
import { ledger } from "../../../../repro/src/ledger.js";
import leaderboard from "../../../../repro/leaderboard/leaderboard.json";

interface Recorded {
  readonly ours: number;
  readonly standardError: number;
  readonly date: string;
  readonly notes: string;
}

const files = import.meta.glob<Recorded>("../../../../repro/results/**/*.json", { eager: true, import: "default" });

/** A row of the ledger that was measured. */
export interface Row extends Recorded {
  readonly id: string;
  readonly paper: string;
  readonly unit: string;
  readonly target?: number;
  readonly better: "lower" | "higher";
}

export const ROWS: readonly Row[] = ledger.flatMap((entry) => {
  const recorded = files[`../../../../repro/results/${entry.id}.json`];
  return recorded === undefined ? [] : [{ ...entry, ...recorded }];
});

/** How near to the paper's number: 1 is equal, more is better. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  /** The ends of the 95 % interval. */
  readonly low: number;
  readonly high: number;
}

/** The rows that have a number of a paper beside them; a ratio to 0 says nothing. */
export function ratios(rows: readonly Row[]): Ratio[] {
  return rows.flatMap(({ id, ours, standardError, target, better }) => {
    if (target === undefined || target === 0) return [];
    const of = (value: number): number => (better === "lower" ? target / value : value / target);
    const ends = [of(ours - 1.96 * standardError), of(ours + 1.96 * standardError)];
    return [{ name: id, value: of(ours), low: Math.min(...ends), high: Math.max(...ends) }];
  });
}

export interface Metric {
  readonly title: string;
  /** What a good value is. */
  readonly says: string;
}

/** What samples are compared by, as repro's leaderboard names it. */
export const METRICS = {
  frechet: { title: "Fréchet distance", says: "between features of samples and of data: lower is better" },
  precision: { title: "precision", says: "share of samples that look like data: higher is better" },
  recall: { title: "recall", says: "share of data that samples come near: higher is better" },
  coverage: { title: "coverage", says: "share of data with a sample nearby: higher is better" },
  accuracy: { title: "told apart", says: "how often a classifier tells samples from data: 0.5 is best" },
} as const satisfies Record<string, Metric>;
export type MetricName = keyof typeof METRICS;

interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

interface Standing {
  readonly id: string;
  readonly name: string;
  readonly metrics: Readonly<Partial<Record<string, Estimate>>>;
}

export const SETS = leaderboard.sets as Readonly<Record<string, readonly Standing[]>>;
export const SAMPLES = leaderboard.n;

/** One metric of every contestant of a set; the data themselves come first. */
export function standings(set: string, metric: MetricName): Ratio[] {
  return (SETS[set] ?? []).flatMap(({ name, metrics }) => {
    const estimate = metrics[metric];
    return estimate === undefined ? [] : [{ name, value: estimate.value, low: estimate.low, high: estimate.high }];
  });
}
