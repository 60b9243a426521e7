/** @file Laplace distributions: two exponentials back to back. */
import { broadcastShapes } from "../shape.js";
import { randomUniform } from "../tensor/random.js";
import type { Operand, Tensor } from "../tensor/tensor.js";
import { checkEvent, lift, sumEvent, type Distribution, type EventOptions } from "./distribution.js";

export interface Laplace extends Distribution {
  readonly kind: "laplace";
  /** Logarithm of the scale b. */
  readonly logScale: Tensor;
  readonly std: Tensor;
  entropy(): Tensor;
}

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
export function laplace({ mean, logScale, eventDims = 0 }: LaplaceOptions): Laplace {
  const logB = lift(logScale, mean);
  const shape = broadcastShapes(mean.shape, logB.shape, "laplace");
  checkEvent(shape, eventDims, "laplace");
  const batch = shape.slice(0, shape.length - eventDims);
  return {
    kind: "laplace",
    eventDims,
    mean,
    logScale: logB,
    std: logB.exp().mul(Math.SQRT2),
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
