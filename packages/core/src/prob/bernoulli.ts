/** @file Bernoulli distributions, from logits. */
import { softplus } from "../tensor/math.js";
import { randomUniform } from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  checkEvent,
  maxEvent,
  sumEvent,
  type Distribution,
  type EventOptions,
  type InvertedLaw,
} from "./distribution.js";

export interface Bernoulli extends Distribution, InvertedLaw {
  readonly kind: "bernoulli";
  readonly logits: Tensor;
  readonly std: Tensor;
  entropy(): Tensor;
}

export interface BernoulliOptions extends EventOptions {
  /** log(p / (1 − p)) */
  readonly logits: Tensor;
}

/**
 * 1 with probability σ(l), else 0, independent for each element. Finite for every finite logit.
 *
 *     log p(x) = x·l − log(1 + eˡ)        entropy = log(1 + eˡ) − l·σ(l)
 *
 * An `x` between 0 and 1 counts as the cross-entropy of that grey value, which is no density over grey values.
 */
export function bernoulli({ logits, eventDims = 0 }: BernoulliOptions): Bernoulli {
  checkEvent(logits.shape, eventDims, "bernoulli");
  const mean = logits.sigmoid();
  return {
    kind: "bernoulli",
    eventDims,
    logits,
    mean,
    get std() {
      return mean.mul(logits.neg().sigmoid()).sqrt();
    },
    logProb: (x) => sumEvent(x.mul(logits).sub(softplus(logits)), eventDims),
    sample: (key) => randomUniform(key, logits.shape).less(mean.cast("f32")).cast(logits.dtype),
    outside: (x, key) => {
      const above = randomUniform(key, logits.shape).cast(logits.dtype).sub(mean); // of which x is 0
      return maxEvent(x.greater(0.5).where(above, above.neg()).maximum(0), eventDims);
    },
    entropy: () => sumEvent(softplus(logits).sub(logits.mul(mean)), eventDims),
  };
}
