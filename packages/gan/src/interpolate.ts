/** @file Walks between two rows of noise: what to `generate` from. */
import { GenError, ndarray, showShape, type NdArray } from "@gen/core";
import { checkWhole } from "./check.js";

export interface InterpolateOptions {
  /** [width] */
  readonly from: NdArray;
  /** [width] */
  readonly to: NdArray;
  /** Rows on the way, both ends included. */
  readonly steps: number;
  /** Along an arc, so that what lies between is as far from the middle as the ends, or straight. @default "spherical" */
  readonly path?: "spherical" | "linear";
}

/**
 * Noise in even steps from one row to another, [steps, width]. Normal noise in many dimensions lies near a sphere, which the
 * straight way leaves:
 *
 *     z_t = (sin((1 − t)θ) a + sin(tθ) b) / sin θ,  θ the angle between a and b
 *
 * @throws GenError `range` for less than two steps, `shape` for rows of different widths
 * @see White 2016, "Sampling Generative Networks", §2.1. arXiv:1609.04468
 */
export function interpolate({ from, to, steps, path = "spherical" }: InterpolateOptions): NdArray {
  checkWhole("steps", steps, { where: "interpolate", least: 2 });
  if (from.data.length !== to.data.length) {
    throw new GenError(
      "shape",
      `interpolate: expected two rows of one width, got ${showShape(from.shape)} and ${showShape(to.shape)}`,
    );
  }
  const [a, b] = [Array.from(from.data, Number), Array.from(to.data, Number)] as const;
  const dot = (u: readonly number[], v: readonly number[]): number => u.reduce((sum, x, i) => sum + x * v[i]!, 0);
  const cosine = dot(a, b) / (Math.sqrt(dot(a, a) * dot(b, b)) || 1);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  const isStraight = path === "linear" || Math.sin(angle) < 1e-6;
  const rows = Array.from({ length: steps }, (_, i) => {
    const t = i / (steps - 1);
    const [share, rest] = isStraight
      ? [t, 1 - t]
      : [Math.sin(t * angle) / Math.sin(angle), Math.sin((1 - t) * angle) / Math.sin(angle)];
    return a.map((x, k) => rest * x + share * b[k]!);
  });
  return ndarray(rows.flat(), [steps, a.length]);
}
