/** @file Shapes: lists of extents, row-major, all static. */
import { GenError } from "./error.js";

export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, i) => extent === b[i]);
}

export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Elements to step over for one step along each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

/** An axis counted from the end when negative, as a plain index. */
export function normalizeAxis(axis: number, rank: number, where: string): number {
  const index = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || index < 0 || index >= rank) {
    throw new GenError("range", `${where}: expected an axis in [${-rank}, ${rank - 1}], got ${axis}`);
  }
  return index;
}

/** The sorted, distinct, plain indices of some axes. */
export function normalizeAxes(axes: readonly number[], rank: number, where: string): number[] {
  return [...new Set(axes.map((axis) => normalizeAxis(axis, rank, where)))].sort((a, b) => a - b);
}

/** The common shape of two operands: trailing axes align, and an extent of 1 stretches. */
export function broadcastShapes(a: Shape, b: Shape, where: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a[i - rank + a.length] ?? 1;
    const n = b[i - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new GenError("shape", `${where}: expected shapes that broadcast, got ${showShape(a)} and ${showShape(b)}`);
    }
    return m === 1 ? n : m;
  });
}

/** Checks that every extent is a whole number ≥ 0. */
export function checkShape(shape: Shape, where: string): void {
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    throw new GenError("shape", `${where}: expected whole numbers ≥ 0 as extents, got ${showShape(shape)}`);
  }
}
