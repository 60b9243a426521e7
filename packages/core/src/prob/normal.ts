/** @file Normal distributions with independent elements. */
import { broadcastShapes } from "../shape.js";
import { randomNormal, randomUniform } from "../tensor/random.js";
import type { Operand, Tensor } from "../tensor/tensor.js";
import {
  checkEvent,
  lift,
  maxEvent,
  sumEvent,
  type Distribution,
  type EventOptions,
  type InvertedLaw,
} from "./distribution.js";

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

export interface Normal extends Distribution, InvertedLaw {
  readonly kind: "normal";
  readonly mean: Tensor;
  /** Standard deviation. */
  readonly std: Tensor;
  /** Its natural logarithm. */
  readonly logStd: Tensor;
  entropy(): Tensor;
}

/** The spread is given as it is (> 0), or by its logarithm, which a network can give without a constraint. */
export type NormalOptions = EventOptions & { readonly mean: Tensor } & (
    { readonly std: Operand; readonly logStd?: undefined } | { readonly logStd: Operand; readonly std?: undefined }
  );

/**
 * N(μ, σ²), independent for each element; `mean` and spread broadcast.
 *
 *     log p(x) = −½ ((x − μ)/σ)² − log σ − ½ log 2π        entropy = log σ + ½ log 2πe        draw = μ + σ ε
 */
export function normal({ mean, std: sigma, logStd: logSigma, eventDims = 0 }: NormalOptions): Normal {
  const std = sigma === undefined ? lift(logSigma, mean).exp() : lift(sigma, mean);
  const logStd =
    sigma === undefined ? lift(logSigma, mean) : typeof sigma === "number" ? lift(Math.log(sigma), mean) : sigma.log();
  const precision = sigma === undefined ? logStd.neg().exp() : std.reciprocal(); // 1/σ
  const shape = broadcastShapes(mean.shape, std.shape, "normal");
  checkEvent(shape, eventDims, "normal");
  const draw = (key: Tensor): Tensor => randomNormal(key, shape).cast(mean.dtype).mul(std).add(mean);
  return {
    kind: "normal",
    eventDims,
    mean,
    std,
    logStd,
    logProb: (x) => sumEvent(x.sub(mean).mul(precision).square().mul(-0.5).sub(logStd).sub(HALF_LOG_TAU), eventDims),
    sample: draw,
    outside: (x, key) => {
      const below = x.sub(mean).mul(precision).mul(Math.SQRT1_2).erf().add(1).mul(0.5); // P(X ≤ x)
      const byNumber = below.sub(randomUniform(key, shape).cast(mean.dtype)).abs();
      const drawn = draw(key);
      return maxEvent(x.sub(drawn).abs().div(drawn.abs().add(1)).minimum(byNumber), eventDims);
    },
    entropy: () =>
      sumEvent(logStd.add(HALF_LOG_TAU + 0.5), eventDims, shape).expand(shape.slice(0, shape.length - eventDims)),
  };
}
