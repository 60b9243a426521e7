/** @file Walks between two codes, or two rows of noise, on the host: rows to decode. */
import { GenError } from "./error.js";
import { ndarray, type NdArray } from "./ndarray.js";
import { sameShape, showShape } from "./shape.js";

export interface InterpolateOptions {
  /** Where the walk begins: one code, [Z] or [1, Z]. */
  readonly from: NdArray;
  /** Where it ends. */
  readonly to: NdArray;
  /** Codes on the way, both ends included; at least 2. @default 8 */
  readonly steps?: number;
  /** "linear": a straight line. "spherical": along an arc, which keeps to the lengths that the prior has. @default "spherical" */
  readonly path?: "linear" | "spherical";
}

/**
 * Codes on the way from one to another, evenly spaced, t = 0 … 1:
 *
 *     linear       z_t = (1 − t) a + t b
 *     spherical    z_t = sin((1 − t) ω) / sin ω · a + sin(t ω) / sin ω · b        cos ω = a·b / |a||b|
 *
 * In many dimensions the standard normal prior lies near a sphere, and the middle of a straight line far inside it: an
 * arc passes through codes that the decoder has seen. Where there is no arc (a code of zeros, or ends on one line through
 * the origin) it is the straight line.
 *
 * @returns [steps, Z] f32
 * @throws GenError `shape` for ends that are not codes of one length, `range` for less than two steps
 * @see Shoemake 1985, "Animating rotation with quaternion curves"; White 2016, arXiv:1609.04468, §2.1
 */
export function interpolate({ from, to, steps = 8, path = "spherical" }: InterpolateOptions): NdArray<"f32"> {
  const size = from.data.length;
  const isCode = sameShape(from.shape, [size]) || sameShape(from.shape, [1, size]);
  if (!isCode || !sameShape(from.shape, to.shape)) {
    throw new GenError(
      "shape",
      `interpolate: expected two codes [Z], got ${showShape(from.shape)} and ${showShape(to.shape)}`,
      {
        fix: "take one row of what encode gives",
      },
    );
  }
  if (!Number.isInteger(steps) || steps < 2)
    throw new GenError("range", `interpolate: expected steps ≥ 2, got ${steps}`);
  const [a, b] = [from, to].map(({ data }) => Array.from(data as Iterable<number>, Number)) as [number[], number[]];
  const weights = weightsOf(path === "spherical" ? angleBetween(a, b) : 0);
  const rows = Array.from({ length: steps }, (_, i) => {
    const [wa, wb] = weights(i / (steps - 1));
    return a.map((v, d) => wa * v + wb * b[d]!);
  });
  return ndarray(rows.flat(), [steps, size]);
}

/** What both ends count at t. */
function weightsOf(angle: number): (t: number) => [a: number, b: number] {
  const sine = Math.sin(angle);
  if (sine < 1e-6) return (t) => [1 - t, t];
  return (t) => (t === 1 ? [0, 1] : [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine]);
}

/** In radians; 0 where one of them has no direction. */
function angleBetween(a: readonly number[], b: readonly number[]): number {
  const lengths = Math.hypot(...a) * Math.hypot(...b);
  const product = a.reduce((sum, v, d) => sum + v * b[d]!, 0);
  return lengths === 0 ? 0 : Math.acos(Math.min(1, Math.max(-1, product / lengths)));
}
