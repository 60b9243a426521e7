/** @file Laplace distributions: two exponentials back to back. */
import { broadcastShapes } from "../shape.js";
import { randomUniform } from "../tensor/random.js";
import { scalar, type Operand, type Tensor } from "../tensor/tensor.js";
import { checkEvent, sumEvent, type Distribution, type EventOptions } from "./distribution.js";

export interface LaplaceOptions extends EventOptions {
  readonly mean: Tensor;
  /** Logarithm of the scale b; the standard deviation is √2·b. */
  readonly logScale: Operand;
}

/**
 * Laplace(μ, b), independent for each element.
 *
 *     log p(x) = −|x − μ| / b − log 2b        entropy = 1 + log 2b        draw = μ + b·sign(v)·(−log(1 − |v|)), v in (−1, 1)
 */
export function laplace({ mean, logScale, eventDims = 0 }: LaplaceOptions): Distribution & { entropy(): Tensor } {
  const logB = typeof logScale === "number" ? scalar(logScale, mean.dtype) : logScale;
  const shape = broadcastShapes(mean.shape, logB.shape, "laplace");
  checkEvent(shape, eventDims, "laplace");
  const batch = shape.slice(0, shape.length - eventDims);
  return {
    eventDims,
    mean,
    logProb: (x) => sumEvent(x.sub(mean).abs().mul(logB.neg().exp()).neg().sub(logB).sub(Math.LN2), eventDims),
    sample: (key) => {
      const u = randomUniform(key, shape).cast(mean.dtype);
      const isLeft = u.less(0.5);
      const tail = isLeft.where(u, u.neg().add(1)).mul(2).log(); //     log(1 − |v|), ≤ 0
      return isLeft.where(tail, tail.neg()).mul(logB.exp()).add(mean);
    },
    entropy: () => sumEvent(logB.add(1 + Math.LN2), eventDims, shape).expand(batch),
  };
}
