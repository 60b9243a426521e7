/** @file Monotone splines as maps of elements: Durkan et al. 2019, arXiv:1906.04032; Müller et al. 2019, arXiv:1808.03856 */
import { GenError, type Tensor } from "@gen/core";
import { linearSpline, quadraticSpline, rationalQuadraticSpline, type SplineOptions, type Tails } from "@gen/core/nn";
import type { ElementMap, Moved } from "./element-map.js";

export interface SplineMapOptions {
  /** K: pieces. @default 8 */
  readonly bins?: number;
  /** Where the spline bends; standardised data has little outside the default. @default [−5, 5] */
  readonly interval?: readonly [low: number, high: number];
  /** What happens outside: the identity, or both ends are one point ("circle": angles). @default "identity" */
  readonly tails?: Exclude<Tails, "free">;
}

/** Parts of the parameters, for a spline of so many bins. */
type Parts = Readonly<Record<string, number>>;

function splineMap(
  name: string,
  { bins = 8, interval = [-5, 5], tails = "identity" }: SplineMapOptions,
  spline: {
    readonly parts: (bins: number, tails: Tails) => Parts;
    readonly of: (x: Tensor, params: Readonly<Record<string, Tensor>>, options: SplineOptions) => Slope;
  },
): ElementMap {
  if (!Number.isInteger(bins) || bins < 2) throw new GenError("range", `${name}: expected bins ≥ 2, got ${bins}`);
  const parts = Object.entries(spline.parts(bins, tails));
  const sizes = parts.map(([, size]) => size);
  const move = (x: Tensor, params: Tensor, inverse: boolean): Moved => {
    const pieces = inFront(params).split(sizes, 0); // of the first axis a slice is a piece of memory
    const named = Object.fromEntries(parts.map(([part], i) => [part, inBack(pieces[i]!)]));
    return spline.of(x, named, { interval, tails, inverse });
  };
  /** Of a point of the circle: the same, to the last bit, after any number of turns. */
  const angle = (x: Tensor): Tensor => {
    const turns = x.div(interval[1] - interval[0]);
    return turns.sub(turns.floor()).mul(2 * Math.PI);
  };
  return {
    name,
    ...(tails === "circle" && { views: [(x: Tensor) => angle(x).cos(), (x: Tensor) => angle(x).sin()] }),
    width: sizes.reduce((a, b) => a + b, 0),
    forward: (x, params) => move(x, params, false),
    inverse: (y, params) => move(y, params, true),
  };
}

/** The last axis first, and the first axis last. */
const inFront = (v: Tensor): Tensor => v.transpose([v.rank - 1, ...v.shape.slice(1).map((_, axis) => axis)]);
const inBack = (v: Tensor): Tensor => v.transpose([...v.shape.slice(1).map((_, axis) => axis + 1), 0]);

type Slope = { readonly y: Tensor; readonly logSlope: Tensor };

/** Rational-quadratic pieces: smooth, with an inverse in closed form. Params of 0 give the identity. */
export function rationalQuadratic(options: SplineMapOptions = {}): ElementMap {
  return splineMap("rationalQuadratic", options, {
    parts: (K, tails) => ({ widths: K, heights: K, slopes: tails === "circle" ? K : K - 1 }),
    of: (x, { widths, heights, slopes }, rest) =>
      rationalQuadraticSpline(x, { widths: widths!, heights: heights!, slopes: slopes! }, rest),
  });
}

/** Quadratic pieces: the slope is piecewise linear. */
export function quadratic(options: SplineMapOptions = {}): ElementMap {
  return splineMap("quadratic", options, {
    parts: (K, tails) => ({ widths: K, heights: tails === "circle" ? K : K + 1 }),
    of: (x, { widths, heights }, rest) => quadraticSpline(x, { widths: widths!, heights: heights! }, rest),
  });
}

/** Linear pieces of equal width: the slope jumps at the knots. */
export function linear(options: SplineMapOptions = {}): ElementMap {
  return splineMap("linear", options, {
    parts: (K) => ({ heights: K }),
    of: (x, { heights }, rest) => linearSpline(x, heights!, rest),
  });
}
