/**
 * @file Monotone splines with inverses and slopes in closed form: functions of tensors, from raw parameters, element by
 * element. The bin of an element is found by comparing it with every knot, and what belongs to the bin is taken by a
 * sum over a mask: a few passes, which vectorise and differentiate on every provider. Inside, the bins are the first axis,
 * [K …], so that sums and slices run over whole rows; and only what belongs to the bin is worked out further.
 */
import { GenError } from "../error.js";
import { ndarray } from "../ndarray.js";
import { showShape } from "../shape.js";
import { softmax, softplus } from "../tensor/math.js";
import { concat, constant, scalar, type Tensor } from "../tensor/tensor.js";

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
  const shares = { x: sharesOf(x, widths, options), y: sharesOf(x, heights, options) };
  const place = placeOf(x, inverse ? shares.y : shares.x, options);
  const [x0, w] = place.bin(shares.x);
  const [y0, h] = place.bin(shares.y);
  const [d0, d1] = place.ends(binsFirst(x, slopes)).map((d) => softplus(d.add(UNIT)).add(LEAST_SLOPE)) as [
    Tensor, //                                                                      1 where the parameter is 0
    Tensor,
  ];
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
  const logSlope = s.div(denominator).square().mul(numerator).log();
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
  const { tails = "identity", inverse = false } = options;
  const bins = binsOf(x, widths, "quadraticSpline", options);
  checkParams(x, heights, bins + (tails === "circle" ? 0 : 1), "quadraticSpline");
  const shares = sharesOf(x, widths, options); //                                    [K …]
  const raised = softmax(binsFirst(x, heights), 0).add(LEAST_SLOPE); //             [K + 1 …]
  const open = tails === "circle" ? concat([raised, raised.slice(0, 0, 1)], 0) : raised;
  const area = open
    .slice(0, 0, bins)
    .add(open.slice(0, 1, bins + 1))
    .mul(shares); //                                                                [K …], rise of each bin, unscaled
  const total = area.sum(0, { keepDims: true });
  const rises = area.div(total); //                                                 [K …], of the interval
  const place = placeOf(x, inverse ? rises : shares, options);
  const [x0, width] = place.bin(shares);
  const [y0] = place.bin(rises);
  const [v0, v1] = place.ends(open).map((v) => v.mul(2).div(total.squeeze(0))) as [Tensor, Tensor];

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
  const bins = binsOf(x, heights, "linearSpline", options);
  const rises = sharesOf(x, heights, options);
  const shares = rises.mul(0).add(1).div(bins);
  const place = placeOf(x, inverse ? rises : shares, options);
  const [x0, w] = place.bin(shares);
  const [y0, h] = place.bin(rises);
  const slope = h.div(w);
  const y = inverse ? x0.add(place.inside.sub(y0).div(slope)) : y0.add(place.inside.sub(x0).mul(slope));
  return continued(x, { inside: place.inside, y, logSlope: slope.log() }, options);
}

const INTERVAL = [-3, 3] as const;
const LEAST = 1e-3;

/** Where elements lie among the bins. */
interface Place {
  /** […]: moved into the interval. */
  readonly inside: Tensor;
  /** Where each element's bin begins and how far it goes, when bins take these shares of the interval: [K …]. */
  bin(shares: Tensor): [start: Tensor, extent: Tensor];
  /** What belongs to its two ends, out of [K + 1 …]; K: the last knot is the first; K − 1: 0 at the first and the last. */
  ends(perKnot: Tensor): [Tensor, Tensor];
}

function placeOf(x: Tensor, shares: Tensor, { interval: [low, high] = INTERVAL, tails }: SplineOptions): Place {
  const bins = shares.shape[0]!;
  const along = x.sub(low).mul(1 / (high - low));
  const inside = tails === "circle" ? x.sub(along.floor().mul(high - low)) : x.clip(low, high);
  const reached = tails === "circle" ? along.sub(along.floor()) : along.clip(0, 1); // of the interval
  const isPast = reached.less(knotsOf(shares)).not().cast(x.dtype); //                   [K + 1 …], each knot
  const before = isPast.slice(0, 1); //                                                  [K …]: 1 at the bins before
  const at = isPast.slice(0, 0, bins).sub(before); //                                    [K …]: 1 at the bin
  const none = at.slice(0, 0, 1).mul(0);
  const taken = (mask: Tensor, rows: Tensor): Tensor => mask.mul(rows).sum(0);
  return {
    inside,
    bin: (of) => [
      taken(before, of)
        .mul(high - low)
        .add(low),
      taken(at, of).mul(high - low),
    ],
    ends: (perKnot) => {
      const count = perKnot.shape[0]!;
      if (count === bins - 1) return [taken(at.slice(0, 1), perKnot), taken(at.slice(0, 0, bins - 1), perKnot)];
      const first = count === bins ? at : concat([at, none], 0);
      const next = concat(count === bins ? [at.slice(0, bins - 1), at.slice(0, 0, bins - 1)] : [none, at], 0);
      return [taken(first, perKnot), taken(next, perKnot)];
    },
  };
}

/** Where the knots lie, in shares of the interval; the first below all that is inside, the last above: [K …] → [K + 1 …]. */
function knotsOf(shares: Tensor): Tensor {
  const bins = shares.shape[0]!;
  const row = (knot: number): number[] =>
    Array.from({ length: bins }, (_, bin) => (knot === 0 ? -1 : knot === bins ? 2 : Number(bin < knot)));
  const table = Array.from({ length: bins + 1 }, (_, knot) => row(knot)).flat();
  const sums = constant(ndarray(table, [bins + 1, bins]))
    .cast(shares.dtype)
    .matmul(shares.stopGradient().reshape([bins, -1])); // a product, since cumSum is slow
  return sums.reshape([bins + 1, ...shares.shape.slice(1)]);
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
  const isInside = beyond.equal(0); //                      outside, y is x itself, whatever the last knot was rounded to
  return { y: isInside.where(y, x), logSlope: own.mul(isInside.cast(own.dtype)) };
}

/** The shares of the interval that a softmax gives to bins, each at least `least`: [… K] → [K …]. */
function sharesOf(x: Tensor, raw: Tensor, { least = LEAST }: SplineOptions): Tensor {
  const bins = raw.shape.at(-1)!;
  const raise = scalar(least / (1 - least * bins), raw.dtype);
  const total = raise.mul(bins).add(1); //                                              worked out here: the sum is then 1
  return softmax(binsFirst(x, raw), 0).add(raise).mul(total.reciprocal());
}

/** Parameters with their own axis first, beside x: [… K] → [K …]. */
function binsFirst(x: Tensor, params: Tensor): Tensor {
  const last = params.rank - 1;
  const first = params.transpose([last, ...params.shape.slice(0, last).map((_, axis) => axis)]);
  const missing = Array<number>(x.rank - last).fill(1);
  return first.reshape([first.shape[0]!, ...missing, ...first.shape.slice(1)]);
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
