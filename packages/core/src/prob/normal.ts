/** @file Normal distributions with independent elements. */
import { broadcastShapes } from "../shape.js";
import { randomNormal } from "../tensor/random.js";
import type { Operand, Tensor } from "../tensor/tensor.js";
import { checkEvent, lift, sumEvent, type Distribution, type EventOptions } from "./distribution.js";

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

export interface Normal extends Distribution {
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
  return {
    kind: "normal",
    eventDims,
    mean,
    std,
    logStd,
    logProb: (x) => sumEvent(x.sub(mean).mul(precision).square().mul(-0.5).sub(logStd).sub(HALF_LOG_TAU), eventDims),
    sample: (key) => randomNormal(key, shape).cast(mean.dtype).mul(std).add(mean),
    entropy: () =>
      sumEvent(logStd.add(HALF_LOG_TAU + 0.5), eventDims, shape).expand(shape.slice(0, shape.length - eventDims)),
  };
}
