/** @file Points of the plane as a picture: where they fall. */
import { zeros, type NdArray } from "@gen/core";

/** Points of a map. */
export const MAP_POINTS = 20_000;
/** Its pixels along a side, and how many deviations half of the frame is. */
const [SIDE, REACH] = [160, 3];

/** How often points fall into each pixel, [1, 1, SIDE, SIDE], the most frequent being 1. */
export function histogram({ data }: NdArray): NdArray {
  const n = data.length / 2;
  const picture = zeros([1, 1, SIDE, SIDE]);
  const counts = picture.data as Float32Array;
  const frames = [0, 1].map((axis) => {
    const values = Array.from({ length: n }, (_, i) => Number(data[2 * i + axis]));
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const std = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n) || 1;
    return (i: number): number => Math.floor(((values[i]! - mean) / (REACH * std) + 1) * (SIDE / 2));
  });
  for (let i = 0; i < n; i++) {
    const [column, line] = [frames[0]!(i), SIDE - 1 - frames[1]!(i)];
    if (column >= 0 && column < SIDE && line >= 0 && line < SIDE) counts[line * SIDE + column]!++;
  }
  const top = counts.reduce((a, b) => Math.max(a, b), 1);
  counts.forEach((count, i) => (counts[i] = count / top));
  return picture;
}
