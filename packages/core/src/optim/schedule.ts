/** @file Learning-rate schedules: functions of the step counter, in nodes. */
import type { DType } from "../dtype.js";
import { scalar, type Tensor } from "../tensor/tensor.js";

/** A number, or a function of the count of steps taken before this one (a real scalar). */
export type Rate = number | ((step: Tensor) => Tensor);

/** The rate at a step (i32 scalar), as a scalar of `dtype`. */
export function rateAt(rate: Rate, step: Tensor, dtype: DType): Tensor {
  return typeof rate === "number" ? scalar(rate, dtype) : rate(step.cast(dtype));
}

/** `rate` · decay^(step / every), in one smooth curve. */
export function exponentialDecay(rate: number, { decay, every }: { decay: number; every: number }): Rate {
  return (step) => scalar(decay, step.dtype).pow(step.div(every)).mul(rate);
}

/** Half a cosine from `rate` down to `end` over `steps`, constant after. Loshchilov & Hutter 2017, arXiv:1608.03983 */
export function cosine(rate: number, { steps, end = 0 }: { steps: number; end?: number }): Rate {
  return (step) =>
    step
      .div(steps)
      .minimum(1)
      .mul(Math.PI)
      .cos()
      .add(1)
      .mul((rate - end) / 2)
      .add(end);
}

/** A straight line from `rate` to `end` over `steps`, constant after. */
export function linear(rate: number, { steps, end = 0 }: { steps: number; end?: number }): Rate {
  return (step) =>
    step
      .div(steps)
      .minimum(1)
      .mul(end - rate)
      .add(rate);
}

/** Rises linearly from 0 over the first `steps`, then follows `rate`. */
export function warmUp(rate: Rate, { steps }: { steps: number }): Rate {
  return (step) => {
    const base = typeof rate === "number" ? scalar(rate, step.dtype) : rate(step);
    return base.mul(step.add(1).div(steps).minimum(1));
  };
}
