/** @file Uniform distributions on boxes. */
import { broadcastShapes } from "../shape.js";
import { randomUniform } from "../tensor/random.js";
import type { Operand, Tensor } from "../tensor/tensor.js";
import { checkEvent, lift, sumEvent, type Distribution, type EventOptions } from "./distribution.js";

export interface Uniform extends Distribution {
  readonly kind: "uniform";
  readonly low: Tensor;
  readonly high: Tensor;
  readonly std: Tensor;
  entropy(): Tensor;
}

export interface UniformOptions extends EventOptions {
  readonly low: Tensor;
  /** Above `low`. */
  readonly high: Operand;
}

/**
 * U(low, high), independent for each element.
 *
 *     log p(x) = −log(high − low) inside, −∞ outside        entropy = log(high − low)
 */
export function uniform({ low, high: end, eventDims = 0 }: UniformOptions): Uniform {
  const high = lift(end, low);
  const width = high.sub(low);
  const shape = broadcastShapes(low.shape, high.shape, "uniform");
  checkEvent(shape, eventDims, "uniform");
  return {
    kind: "uniform",
    eventDims,
    low,
    high,
    mean: low.add(high).mul(0.5),
    std: width.mul(Math.sqrt(1 / 12)),
    logProb: (x) => {
      const inside = x.less(low).or(x.greater(high)).not();
      return sumEvent(inside.where(width.log().neg(), -Infinity), eventDims);
    },
    sample: (key) => randomUniform(key, shape).cast(low.dtype).mul(width).add(low),
    entropy: () => sumEvent(width.log(), eventDims),
  };
}
