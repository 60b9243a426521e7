/**
 * @file Monotone splines with inverses and slopes in closed form: functions of tensors, from raw parameters, element by
 * element. The bin of an element is found by comparing it with every knot, and what belongs to the bin is taken by a
 * sum over a mask: a few passes over [… K], which vectorise and differentiate on every provider.
 */
import { GenError } from "../error.js";
import { ndarray } from "../ndarray.js";
import { showShape } from "../shape.js";
import { softmax, softplus } from "../tensor/math.js";
import { concat, constant, full, type Tensor } from "../tensor/tensor.js";

/**
 * What happens outside the interval:
 *
 * - `identity`: y = x. The slope at the ends is 1.
 * - `free`: a straight line goes on with the slope that the spline has at the end.
 * - `circle`: both ends are one point, where the slopes agree; x may go round, and y goes round as often. Angles, say.
 */
export type Tails = "identity" | "free" | "circle";

export interface SplineOptions {
  /** Where the spline bends: [low, high], the same for x and y. @default [−3, 3] */
  readonly interval?: readonly [low: number, high: number];
  /** @default "identity" */
  readonly tails?: Tails;
  /** From y to x instead. @default false */
  readonly inverse?: boolean;
  /** Least width and height of a bin, as a share of the interval; below 1/K. @default 1e-3 */
  readonly least?: number;
}

export interface Mapped {
  /** […]: what x is mapped to. */
  readonly y: Tensor;
  /** […]: log of the slope dy/dx > 0. */
  readonly logSlope: Tensor;
}

export interface RationalQuadraticParams {
  /** [… K], any real numbers; a softmax makes them shares of the interval. */
  readonly widths: Tensor;
  /** [… K], likewise. */
  readonly heights: Tensor;
  /** Slopes at the knots, by a softplus (0 gives slope 1): [… K − 1] for tails `identity`, K for `circle`, K + 1 for `free`. */
  readonly slopes: Tensor;
}

/** Least slope at a knot. */
const LEAST_SLOPE = 1e-3;
/** What a softplus makes 1 − LEAST_SLOPE of: log(e^(1 − ε) − 1). */
const UNIT = Math.log(Math.expm1(1 - LEAST_SLOPE));

/**
 * A monotone rational-quadratic spline: with bin width w, mean slope s = h/w, end slopes d₀ and d₁, ξ = (x − x₀)/w,
 *
 *     y = y₀ + h (s ξ² + d₀ ξ(1 − ξ)) / (s + (d₁ + d₀ − 2s) ξ(1 − ξ))
 *     dy/dx = s² (d₁ ξ² + 2 s ξ(1 − ξ) + d₀ (1 − ξ)²) / (s + (d₁ + d₀ − 2s) ξ(1 − ξ))²
 *
 * @param x […]
 * @throws GenError `shape` for parameters of other extents, `option` for bins that cannot be as wide as `least`
 * @see Durkan, Bekasov, Murray & Papamakarios 2019, "Neural Spline Flows", eq. 4, 5 and 6–8. arXiv:1906.04032
 */
export function rationalQuadraticSpline(
  x: Tensor,
  { widths, heights, slopes }: RationalQuadraticParams,
  options: SplineOptions = {},
): Mapped {
  const { tails = "identity", inverse = false } = options;
  const bins = binsOf(x, widths, "rationalQuadraticSpline", options);
  checkParams(x, heights, bins, "rationalQuadraticSpline");
  checkParams(x, slopes, bins + { identity: -1, circle: 0, free: 1 }[tails], "rationalQuadraticSpline");
  const knots = { x: cornersOf(widths, options), y: cornersOf(heights, options) };
  const inner = softplus(slopes.add(UNIT)).add(LEAST_SLOPE); //                    1 where the parameter is 0
  const one = full([...inner.shape.slice(0, -1), 1], 1, x.dtype);
  const d = tails === "free" ? inner : concat(tails === "circle" ? [inner, inner.slice(-1, 0, 1)] : [one, inner, one]);
  const place = placeOf(x, inverse ? knots.y : knots.x, options);
  const [x0, w] = place.bin(knots.x);
  const [y0, h] = place.bin(knots.y);
  const [d0, d1] = place.ends(d);
  const s = h.div(w);
  const bend = d0.add(d1).sub(s.mul(2));

  let xi: Tensor;
  if (inverse) {
    const rise = place.inside.sub(y0);
    const a = h.mul(s.sub(d0)).add(rise.mul(bend));
    const b = h.mul(d0).sub(rise.mul(bend));
    const root = b.square().add(a.mul(s).mul(rise).mul(4)).relu().sqrt();
    xi = s.mul(rise).mul(2).div(b.add(root)); //                                   the root without cancellation
  } else {
    xi = place.inside.sub(x0).div(w);
  }
  const rest = xi.neg().add(1);
  const both = xi.mul(rest);
  const denominator = s.add(bend.mul(both));
  const numerator = d1.mul(xi.square()).add(s.mul(both).mul(2)).add(d0.mul(rest.square()));
  const logSlope = s.log().mul(2).add(numerator.log()).sub(denominator.log().mul(2));
  const y = inverse ? x0.add(xi.mul(w)) : y0.add(h.mul(s.mul(xi.square()).add(d0.mul(both))).div(denominator));
  return continued(x, { inside: place.inside, y, logSlope }, options);
}

/**
 * A spline whose slope is piecewise linear, so that y is piecewise quadratic: with slopes v₀ and v₁ at a bin's ends,
 *
 *     y = y₀ + w (v₀ ξ + (v₁ − v₀) ξ²/2)      dy/dx = v₀ + (v₁ − v₀) ξ
 *
 * The slopes softmax(heights) are scaled so that the whole rises as far as it is wide. At the ends of tails `identity` the slope jumps.
 *
 * @param widths [… K], as of {@link rationalQuadraticSpline}
 * @param heights [… K + 1], or K for tails `circle`
 * @see Müller, McWilliams, Rousselle, Gross & Novák 2019, "Neural Importance Sampling", §4.2. arXiv:1808.03856
 */
export function quadraticSpline(
  x: Tensor,
  { widths, heights }: { readonly widths: Tensor; readonly heights: Tensor },
  options: SplineOptions = {},
): Mapped {
  const { tails = "identity", inverse = false, interval: [low, high] = INTERVAL } = options;
  const bins = binsOf(x, widths, "quadraticSpline", options);
  checkParams(x, heights, bins + (tails === "circle" ? 0 : 1), "quadraticSpline");
  const knotsX = cornersOf(widths, options);
  const w = gaps(knotsX); //                                                       [… K]
  const raised = softmax(heights).add(LEAST_SLOPE); //                             [… K + 1]
  const open = tails === "circle" ? concat([raised, raised.slice(-1, 0, 1)]) : raised;
  const area = mids(open).mul(w); //                                               [… K], rise of each bin, unscaled
  const scale = area
    .sum(-1, { keepDims: true })
    .reciprocal()
    .mul(high - low);
  const v = open.mul(scale); //                                                    [… K + 1]
  const knots = { x: knotsX, y: summed(area.mul(scale)).add(low) };
  const place = placeOf(x, inverse ? knots.y : knots.x, options);
  const [x0, width] = place.bin(knots.x);
  const [y0] = place.bin(knots.y);
  const [v0, v1] = place.ends(v);

  let along: Tensor; // x − x₀
  if (inverse) {
    const rise = place.inside.sub(y0);
    const steep = v1.sub(v0).div(width);
    const root = v0.square().add(steep.mul(rise).mul(2)).relu().sqrt();
    along = rise.mul(2).div(v0.add(root));
  } else {
    along = place.inside.sub(x0);
  }
  const xi = along.div(width);
  const slope = v0.add(v1.sub(v0).mul(xi));
  const y = inverse ? x0.add(along) : y0.add(along.mul(v0.add(slope)).mul(0.5));
  return continued(x, { inside: place.inside, y, logSlope: slope.log() }, options);
}

/**
 * A piecewise linear spline over bins of equal width:
 *
 *     y = y₀ + h ξ      dy/dx = h/w      h = softmax(heights), of the interval
 *
 * Its slope jumps at the knots, and at the ends of tails `identity`.
 *
 * @param heights [… K]
 * @see Müller et al. 2019, §4.1. arXiv:1808.03856
 */
export function linearSpline(x: Tensor, heights: Tensor, options: SplineOptions = {}): Mapped {
  const { inverse = false } = options;
  binsOf(x, heights, "linearSpline", options);
  const knots = { x: cornersOf(heights.mul(0), options), y: cornersOf(heights, options) };
  const slopes = gaps(knots.y).div(gaps(knots.x)); //                              [… K]
  const place = placeOf(x, inverse ? knots.y : knots.x, options);
  const [[x0], [y0]] = [place.bin(knots.x), place.bin(knots.y)];
  const slope = place.take(slopes);
  const y = inverse ? x0.add(place.inside.sub(y0).div(slope)) : y0.add(place.inside.sub(x0).mul(slope));
  return continued(x, { inside: place.inside, y, logSlope: slope.log() }, options);
}

const INTERVAL = [-3, 3] as const;
const LEAST = 1e-3;

/** Where elements lie among the knots. */
interface Place {
  /** […]: moved into the interval. */
  readonly inside: Tensor;
  /** What belongs to each element's bin, out of [… K]. */
  take(perBin: Tensor): Tensor;
  /** Its bin's first corner and extent, out of corners [… K + 1]. */
  bin(corners: Tensor): [Tensor, Tensor];
  /** What belongs to its bin's two ends, out of [… K + 1]. */
  ends(perKnot: Tensor): [Tensor, Tensor];
}

function placeOf(x: Tensor, knots: Tensor, { interval: [low, high] = INTERVAL, tails }: SplineOptions): Place {
  const laps = x
    .sub(low)
    .mul(1 / (high - low))
    .floor(); //                        whole turns of a circle
  const inside = tails === "circle" ? x.sub(laps.mul(high - low)) : x.clip(low, high);
  const count = knots.shape.at(-1)! - 1;
  const isPast = inside
    .unsqueeze(-1)
    .less(knots.slice(-1, 1, count))
    .not()
    .cast(x.dtype); // [… K − 1]
  const one = full([...x.shape, 1], 1, x.dtype);
  const mask = concat([one, isPast]).sub(concat([isPast, one.mul(0)])); //         [… K]: 1 at the bin
  const take = (perBin: Tensor): Tensor => mask.mul(perBin).sum(-1);
  const ends = (perKnot: Tensor): [Tensor, Tensor] => [
    take(perKnot.slice(-1, 0, count)),
    take(perKnot.slice(-1, 1, count + 1)),
  ];
  return {
    inside,
    take,
    ends,
    bin: (corners) => {
      const [first, next] = ends(corners);
      return [first, next.sub(first)];
    },
  };
}

/** The spline inside, and its tails outside. `logSlope` is that of x → y, whichever way the map goes. */
function continued(
  x: Tensor,
  { inside, y, logSlope }: Mapped & { readonly inside: Tensor },
  { tails = "identity", inverse = false }: SplineOptions,
): Mapped {
  const own = inverse ? logSlope.neg() : logSlope;
  const beyond = x.sub(inside); //                                                 0 inside
  if (tails === "circle") return { y: y.add(beyond), logSlope: own };
  if (tails === "free") return { y: y.add(beyond.mul(own.exp())), logSlope: own };
  return { y: y.add(beyond), logSlope: own.mul(beyond.equal(0).cast(own.dtype)) };
}

/** Corners low … high of bins whose shares of the interval a softmax gives: [… K] → [… K + 1]. */
function cornersOf(raw: Tensor, { interval: [low, high] = INTERVAL, least = LEAST }: SplineOptions): Tensor {
  const bins = raw.shape.at(-1)!;
  const sums = summed(softmax(raw).add(least / (1 - least * bins)));
  const total = sums.slice(-1, bins); //                                           divided by, so that the end is exact
  return sums
    .div(total)
    .mul(high - low)
    .add(low);
}

/** Sums of what comes before: [… K] → [… K + 1], from 0 on. A product, since cumSum is slow along the last axis. */
function summed(v: Tensor): Tensor {
  const bins = v.shape.at(-1)!;
  const below = Array.from({ length: bins * (bins + 1) }, (_, i) =>
    Number(Math.floor(i / (bins + 1)) < i % (bins + 1)),
  );
  const sums = v.reshape([-1, bins]).matmul(constant(ndarray(below, [bins, bins + 1])).cast(v.dtype));
  return sums.reshape([...v.shape.slice(0, -1), bins + 1]);
}

/** Differences of neighbours, and their means: [… K + 1] → [… K]. */
function gaps(v: Tensor): Tensor {
  const count = v.shape.at(-1)!;
  return v.slice(-1, 1, count).sub(v.slice(-1, 0, count - 1));
}
function mids(v: Tensor): Tensor {
  const count = v.shape.at(-1)!;
  return v
    .slice(-1, 1, count)
    .add(v.slice(-1, 0, count - 1))
    .mul(0.5);
}

function binsOf(x: Tensor, perBin: Tensor, where: string, options: SplineOptions): number {
  const { least = LEAST, interval: [low, high] = INTERVAL } = options;
  const bins = perBin.shape.at(-1) ?? 0;
  if (bins < 1 || !(least > 0) || least * bins >= 1) {
    throw new GenError(
      "option",
      `${where}: expected at least one bin, each of a share in (0, 1/K), got ${bins} of ${least}`,
    );
  }
  if (!(low < high)) throw new GenError("option", `${where}: expected an interval low < high, got [${low}, ${high}]`);
  checkParams(x, perBin, bins, where);
  return bins;
}

function checkParams(x: Tensor, params: Tensor, count: number, where: string): void {
  const lead = params.shape.slice(0, -1);
  const fits = lead.length <= x.rank && lead.every((n, i) => n === 1 || n === x.shape[x.rank - lead.length + i]);
  if (!fits || params.shape.at(-1) !== count) {
    throw new GenError(
      "shape",
      `${where}: expected ${count} parameters for each of ${showShape(x.shape)}, got ${showShape(params.shape)}`,
    );
  }
}
