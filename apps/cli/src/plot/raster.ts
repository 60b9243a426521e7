/** @file Pictures of numbers: how often points fall into the cells of a frame, and columns of two tables side by side. */

/** A part of the line, cut into cells of equal width. */
export interface Axis {
  readonly low: number;
  readonly high: number;
}

/** The middle of some values: from the 0.5th to the 99.5th of a hundred, a little wider. */
export function axisOf(values: readonly number[]): Axis {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const [low, high] = [at(0.005), at(0.995)];
  const margin = (high - low) * 0.08 || 0.5;
  return { low: low - margin, high: high + margin };
}

/** The cell of a value, from 0 to cells − 1; undefined outside. */
export function cellOf(value: number, { low, high }: Axis, cells: number): number | undefined {
  const cell = Math.floor(((value - low) / (high - low)) * cells);
  return cell >= 0 && cell < cells ? cell : undefined;
}

/** How often points fall into each of side² cells, row by row from the top, the most frequent being 1. */
export function pointMap(
  points: readonly (readonly [number, number])[],
  axes: readonly [Axis, Axis],
  side: number,
): Float32Array {
  const counts = new Float32Array(side * side);
  for (const [a, b] of points) {
    const [column, line] = [cellOf(a, axes[0], side), cellOf(b, axes[1], side)];
    if (column !== undefined && line !== undefined) counts[(side - 1 - line) * side + column]!++;
  }
  return toOne(counts);
}

/** Scaled so that the greatest is 1. */
export function toOne(values: Float32Array): Float32Array {
  const top = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  return values.map((v) => v / top);
}

const [PAPER, DATA, DRAWN] = [
  [1, 1, 1],
  [0.75, 0.8, 0.87],
  [0.85, 0.33, 0.1],
] as const;

/** Two histograms over each other, [3, side, side]: filled for the first values, a line for the second. */
export function twoHistograms(first: readonly number[], second: readonly number[], side: number): Float32Array {
  const bins = Math.floor(side / 4);
  const axis = axisOf(first);
  const shares = (values: readonly number[]): number[] => {
    const counts = new Array<number>(bins).fill(0);
    for (const value of values) {
      const cell = cellOf(value, axis, bins);
      if (cell !== undefined) counts[cell]!++;
    }
    return counts.map((count) => count / Math.max(1, values.length));
  };
  const [a, b] = [shares(first), shares(second)];
  const top = Math.max(...a, ...b) * 1.08 || 1;
  const height = (share: number): number => Math.round((share / top) * (side - 1));
  const picture = new Float32Array(3 * side * side);
  for (let line = 0; line < side; line++) {
    for (let column = 0; column < side; column++) {
      const bin = Math.min(bins - 1, Math.floor((column * bins) / side));
      const up = side - 1 - line;
      const [filled, drawn] = [height(a[bin]!), height(b[bin]!)];
      const isEdge = column % Math.round(side / bins) === 0;
      const before = height(b[Math.max(0, bin - 1)]!);
      const isLine =
        Math.abs(up - drawn) < 1 || (isEdge && up >= Math.min(drawn, before) && up <= Math.max(drawn, before));
      const colour = isLine ? DRAWN : up < filled ? DATA : PAPER;
      colour.forEach((v, c) => (picture[(c * side + line) * side + column] = v));
    }
  }
  return picture;
}
