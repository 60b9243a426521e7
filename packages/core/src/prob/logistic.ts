/** @file Logistic distributions: like the normal, with heavier tails and a distribution function in closed form. */
import { broadcastShapes } from "../shape.js";
import { softplus } from "../tensor/math.js";
import { randomUniform } from "../tensor/random.js";
import type { Operand, Tensor } from "../tensor/tensor.js";
import { checkEvent, lift, sumEvent, type Distribution, type EventOptions } from "./distribution.js";

export interface Logistic extends Distribution {
  readonly std: Tensor;
  entropy(): Tensor;
}

export interface LogisticOptions extends EventOptions {
  readonly mean: Tensor;
  /** Logarithm of the scale s; the standard deviation is s·π/√3. */
  readonly logScale: Operand;
}

/**
 * Logistic(μ, s), independent for each element.
 *
 *     P(X ≤ x) = σ(z), z = (x − μ)/s      log p(x) = −z − log s − 2 log(1 + e^(−z))      entropy = log s + 2
 *     draw = μ + s·(log u − log(1 − u))
 */
export function logistic({ mean, logScale, eventDims = 0 }: LogisticOptions): Logistic {
  const logS = lift(logScale, mean);
  const s = logS.exp();
  const shape = broadcastShapes(mean.shape, logS.shape, "logistic");
  checkEvent(shape, eventDims, "logistic");
  const batch = shape.slice(0, shape.length - eventDims);
  return {
    eventDims,
    mean,
    std: s.mul(Math.PI / Math.sqrt(3)),
    logProb: (x) => {
      const distance = x.sub(mean).mul(logS.neg().exp()).abs(); // the density is even
      return sumEvent(distance.add(logS).add(softplus(distance.neg()).mul(2)).neg(), eventDims);
    },
    sample: (key) => {
      const u = randomUniform(key, shape).cast(mean.dtype);
      return u.log().sub(u.neg().add(1).log()).mul(s).add(mean);
    },
    entropy: () => sumEvent(logS.add(2), eventDims, shape).expand(batch),
  };
}
