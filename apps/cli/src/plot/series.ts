/** @file Curves made ready to draw: thinned to what a screen shows, with a range that the first steps do not spoil. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A bucket of neighbouring points: their mean, and between which values they lie. */
export interface Bucket extends Point {
  readonly low: number;
  readonly high: number;
}

/** At most `count` buckets of neighbours, each with the mean position and value of its points. */
export function thin(points: readonly Point[], count: number): Bucket[] {
  const finite = points.filter(({ y }) => Number.isFinite(y));
  const size = Math.max(1, Math.ceil(finite.length / count));
  return Array.from({ length: Math.ceil(finite.length / size) }, (_, i) => {
    const some = finite.slice(i * size, (i + 1) * size);
    const ys = some.map(({ y }) => y);
    return { x: mean(some.map(({ x }) => x)), y: mean(ys), low: Math.min(...ys), high: Math.max(...ys) };
  });
}

/**
 * A range of values worth looking at: all of them but the highest few percent, which in a loss curve are the first steps
 * and would squeeze the rest flat. Curves are clipped to it.
 */
export function interestingRange(values: readonly number[]): readonly [low: number, high: number] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [0, 1];
  const low = sorted[0]!;
  const most = sorted[Math.floor((sorted.length - 1) * 0.97)]!;
  const all = sorted.at(-1)!;
  // Cut only where the last few percent take up more than half of the height.
  const high = all - low > 2 * (most - low) && most > low ? most : all;
  const margin = high > low ? (high - low) * 0.06 : Math.abs(low) * 0.1 || 1;
  return [low - margin, high + margin];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
