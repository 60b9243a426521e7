/**
 * @file The discretised logistic distribution: a logistic law rounded to evenly spaced levels, for pictures.
 * Salimans, Karpathy, Chen & Kingma 2017, "PixelCNN++", §2.1, eq. 2. arXiv:1701.05517
 */
import { GenError } from "../error.js";
import { broadcastShapes } from "../shape.js";
import { logSigmoid, softplus } from "../tensor/math.js";
import { randomUniform } from "../tensor/random.js";
import type { Operand, Tensor } from "../tensor/tensor.js";
import {
  checkEvent,
  distance,
  lift,
  maxEvent,
  sumEvent,
  type Distribution,
  type EventOptions,
  type InvertedLaw,
} from "./distribution.js";

export interface DiscretisedLogisticOptions extends EventOptions {
  /** Location of the logistic law, in the unit of `low` and `high`. */
  readonly mean: Tensor;
  /** Logarithm of its scale s, in the same unit; its standard deviation is s·π/√3. */
  readonly logScale: Operand;
  /** Number of levels, at least 2. @default 256 */
  readonly levels?: number;
  /** The lowest level. @default 0 */
  readonly low?: number;
  /** The highest level. @default 1 */
  readonly high?: number;
  /** Smaller logarithms of the scale count as this one, as in the paper's code: below it gradients grow without use. @default -7 */
  readonly minLogScale?: number;
}

export interface DiscretisedLogistic extends Distribution, InvertedLaw {
  /** As `outside`, of uniform numbers u, before the largest of an event is taken. */
  distance(x: Tensor, u: Tensor): Tensor;
}

/**
 * A logistic law of which each level takes what lies within half a step; the two outer levels take the tails.
 *
 *     p(x) = σ(b) − σ(a),   a, b = (x ∓ h − μ) / s        half a step: h = (high − low) / 2(levels − 1)
 *     log p(x) = log σ(b) + log σ(−a) + log(1 − e^(a − b))
 *
 * The second line is the first without its cancellation, so f32 needs no approximation by the density.
 * `mean` is that of the law clipped to [low, high], low + s·(ς((μ − low)/s) − ς((μ − high)/s)) with ς the softplus,
 * which is the mean of the levels to within half a step.
 *
 * @throws GenError `range` unless levels is a whole number ≥ 2 and low < high
 */
export function discretisedLogistic({
  mean: mu,
  logScale,
  levels = 256,
  low = 0,
  high = 1,
  eventDims = 0,
  minLogScale = -7,
}: DiscretisedLogisticOptions): DiscretisedLogistic {
  if (!Number.isInteger(levels) || levels < 2 || !(low < high)) {
    throw new GenError(
      "range",
      `discretisedLogistic: expected levels ≥ 2 and low < high, got ${levels} from ${low} to ${high}`,
    );
  }
  const logS = lift(logScale, mu).maximum(minLogScale);
  const shape = broadcastShapes(mu.shape, logS.shape, "discretisedLogistic");
  checkEvent(shape, eventDims, "discretisedLogistic");
  const h = (high - low) / (2 * (levels - 1));
  const rate = logS.neg().exp(); //                                                      1/s
  const s = logS.exp();
  const uniform = (key: Tensor): Tensor => randomUniform(key, shape).cast(mu.dtype);
  const distanceTo = (x: Tensor, u: Tensor): Tensor => {
    const centred = x.sub(mu);
    const start = x.greater(low + h).where(centred.sub(h).mul(rate).sigmoid(), 0);
    const end = x.less(high - h).where(centred.add(h).mul(rate).sigmoid(), 1);
    return distance(u, start, end);
  };
  return {
    eventDims,
    get mean() {
      return softplus(mu.sub(low).mul(rate))
        .sub(softplus(mu.sub(high).mul(rate)))
        .mul(s)
        .add(low);
    },
    logProb: (x) => {
      const centred = x.sub(mu);
      const isLow = x.less(low + h);
      const isHigh = x.greater(high - h);
      const below = isHigh.not().where(logSigmoid(centred.add(h).mul(rate)), 0); //      log σ(b); the top has no upper end
      const above = isLow.not().where(logSigmoid(centred.sub(h).mul(rate).neg()), 0); // log σ(−a); the bottom no lower one
      const width = isLow
        .or(isHigh)
        .not()
        .where(logOneMinusExp(rate.mul(2 * h), logS), 0);
      return sumEvent(below.add(above).add(width), eventDims);
    },
    sample: (key) => {
      const u = uniform(key);
      const y = u.log().sub(u.neg().add(1).log()).mul(s).add(mu);
      const level = y
        .sub(low)
        .div(2 * h)
        .add(0.5)
        .floor()
        .maximum(0)
        .minimum(levels - 1);
      return level.mul(2 * h).add(low);
    },
    distance: distanceTo,
    outside: (x, key) => maxEvent(distanceTo(x, uniform(key)), eventDims),
  };

  /** log(1 − e^(−δ)) for δ = 2h/s > 0; where δ is small, log δ plus a series, as 1 − e^(−δ) would lose its digits. */
  function logOneMinusExp(delta: Tensor, logScaleOf: Tensor): Tensor {
    const small = delta.minimum(0.5);
    const series = small
      .square()
      .mul(-1 / 2880)
      .add(1 / 24)
      .mul(small)
      .sub(0.5)
      .mul(small);
    const direct = delta.maximum(0.5).neg().exp().neg().add(1).log();
    return delta.less(0.5).where(
      logScaleOf
        .neg()
        .add(Math.log(2 * h))
        .add(series),
      direct,
    );
  }
}
