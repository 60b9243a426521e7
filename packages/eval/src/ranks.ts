/** @file Numbers of two sets in one order: what the Kolmogorov–Smirnov and the Mann–Whitney statistics are read from. */

/**
 * Numbers from the least to the greatest, in groups of equal ones. How often each belongs to the first and to the second set
 * is asked with each question, so that the same order serves resamples and random deals.
 */
export class Ranks {
  readonly #order: Uint32Array;
  /** Whether a number ends a group of equal ones. */
  readonly #ends: Uint8Array;

  constructor(values: ArrayLike<number>) {
    this.#order = Uint32Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
    this.#ends = Uint8Array.from(this.#order, (i, at) => {
      const next = this.#order[at + 1];
      return next === undefined || values[next] !== values[i] ? 1 : 0;
    });
  }

  /** max |F_a − F_b|, where number i counts a[i] times in the first set and b[i] times in the second. */
  largestGap(a: Float64Array, b: Float64Array): number {
    let gap = 0;
    this.#groups(a, b, (x, y) => {
      gap = Math.max(gap, Math.abs(x.until - y.until));
    });
    return gap;
  }

  /** P(a < b) + ½ P(a = b), counted as in {@link largestGap}. */
  shareBelow(a: Float64Array, b: Float64Array): number {
    let share = 0;
    this.#groups(a, b, (x, y) => {
      share += (y.until - y.before) * ((x.before + x.until) / 2);
    });
    return share;
  }

  /** Visits the groups, with the share of either set below each and up to it. */
  #groups(a: Float64Array, b: Float64Array, visit: (a: Span, b: Span) => void): void {
    const totals = { a: sum(a), b: sum(b) };
    const x = { before: 0, until: 0 };
    const y = { before: 0, until: 0 };
    for (let at = 0; at < this.#order.length; at++) {
      const i = this.#order[at]!;
      x.until += a[i]! / totals.a;
      y.until += b[i]! / totals.b;
      if (this.#ends[at] === 0) continue;
      visit(x, y);
      x.before = x.until;
      y.before = y.until;
    }
  }
}

interface Span {
  readonly before: number;
  readonly until: number;
}

function sum(counts: Float64Array): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  return total;
}

/** Counts of two sets, one after the other, as counts in the first set and counts in the second. */
export function apart(a: Float64Array, b: Float64Array): [first: Float64Array, second: Float64Array] {
  const [first, second] = [new Float64Array(a.length + b.length), new Float64Array(a.length + b.length)];
  first.set(a);
  second.set(b, a.length);
  return [first, second];
}
