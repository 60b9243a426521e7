/**
 * @file Learning-rate schedules: functions of the step counter, in nodes. A number is the constant one. Steps are counted
 * from 0 and as reals, exactly below 2²⁴.
 */
import type { DType } from "../dtype.js";
import { GenError } from "../error.js";
import { scalar, type Tensor } from "../tensor/tensor.js";
import { checkOption } from "./optimizer.js";

/** A number, or a function of the count of steps taken before this one (a real scalar). */
export type Rate = number | ((step: Tensor) => Tensor);

/** The rate at a step (i32 scalar), as a scalar of `dtype`. */
export function rateAt(rate: Rate, step: Tensor, dtype: DType): Tensor {
  return typeof rate === "number" ? scalar(rate, dtype) : rate(step.cast(dtype));
}

/** `rate` · decay^(step / every), in one smooth curve. */
export function exponentialDecay(rate: number, { decay, every }: { decay: number; every: number }): Rate {
  checkLength("exponentialDecay", every);
  return (step) => scalar(decay, step.dtype).pow(step.div(every)).mul(rate);
}

/** Half a cosine from `rate` down to the floor `end` over `steps`, constant after. Loshchilov & Hutter 2017, arXiv:1608.03983 */
export function cosine(rate: number, { steps, end = 0 }: { steps: number; end?: number }): Rate {
  checkLength("cosine", steps);
  return (step) => halfCosine(step.div(steps).minimum(1), rate, end);
}

/** A straight line from `rate` to `end` over `steps`, constant after. */
export function linear(rate: number, { steps, end = 0 }: { steps: number; end?: number }): Rate {
  checkLength("linear", steps);
  return (step) =>
    step
      .div(steps)
      .minimum(1)
      .mul(end - rate)
      .add(rate);
}

/** Rises linearly from 0 over the first `steps`, then follows `rate`. */
export function warmUp(rate: Rate, { steps }: { steps: number }): Rate {
  checkLength("warmUp", steps);
  return (step) => atReal(rate, step).mul(step.add(1).div(steps).minimum(1));
}

export interface OneCycleOptions {
  /** Length of the whole cycle; the rate stays at its end after it. */
  readonly steps: number;
  /** Share of the steps in which the rate rises. @default 0.3 */
  readonly rise?: number;
  /** The first rate is the highest divided by this. @default 25 */
  readonly divideFirst?: number;
  /** The last rate is the first divided by this. @default 1e4 */
  readonly divideLast?: number;
}

/**
 * One cycle: half a cosine up to the highest rate, and half a cosine down to nearly nothing, as PyTorch's OneCycleLR.
 *
 * @param rate the highest
 * @see Smith & Topin 2018, "Super-Convergence", arXiv:1708.07120
 */
export function oneCycle(
  rate: number,
  { steps, rise = 0.3, divideFirst = 25, divideLast = 1e4 }: OneCycleOptions,
): Rate {
  const top = rise * steps - 1; // the step of the highest rate
  if (!(top > 0 && top < steps - 1)) {
    throw new GenError(
      "option",
      `oneCycle: expected a rise of more than one step and a fall after it, got ${rise} of ${steps} steps`,
    );
  }
  const first = rate / divideFirst;
  return (step) => {
    const up = halfCosine(step.div(top).minimum(1), first, rate);
    const down = halfCosine(
      step
        .sub(top)
        .div(steps - 1 - top)
        .maximum(0)
        .minimum(1),
      rate,
      first / divideLast,
    );
    return step.greater(top).where(down, up);
  };
}

/**
 * Rises linearly to `rate` over the first `warmUp` steps, then falls with the root of their count:
 *
 *     rate · min(t / w, √(w / t)),    t = step + 1
 *
 * @see Vaswani et al. 2017, "Attention Is All You Need", eq. 3, where rate = (d·w)^(−½). arXiv:1706.03762
 */
export function inverseSqrt(rate: number, { warmUp: w }: { warmUp: number }): Rate {
  checkLength("inverseSqrt", w);
  return (step) => {
    const t = step.add(1);
    return t.div(w).minimum(t.reciprocal().mul(w).sqrt()).mul(rate);
  };
}

/** A rate and how many steps it is followed for. */
export interface Stretch {
  readonly rate: Rate;
  readonly steps: number;
}

/**
 * Rates one after the other, each counting from its own beginning; the last is followed for ever:
 *
 *     sequential([{ rate: linear(0, { steps: 100, end: 1e-3 }), steps: 100 }], cosine(1e-3, { steps: 900 }))
 *
 * @throws GenError `option` for a stretch of no step
 */
export function sequential(stretches: readonly Stretch[], last: Rate): Rate {
  stretches.forEach(({ steps }) => checkLength("sequential", steps));
  const ends = stretches.map((_, i) => stretches.slice(0, i + 1).reduce((sum, { steps }) => sum + steps, 0));
  return (step) =>
    stretches.reduceRight(
      (after, { rate, steps }, i) => step.less(ends[i]!).where(atReal(rate, step.sub(ends[i]! - steps)), after),
      atReal(last, step.sub(ends.at(-1) ?? 0)),
    );
}

/** A rate that falls by steps: `rates[i]` before step `at[i]`, the last one after. */
export function piecewise(rates: readonly number[], { at }: { at: readonly number[] }): Rate {
  if (rates.length !== at.length + 1) {
    throw new GenError("option", `piecewise: expected one rate more than steps, got ${rates.length} and ${at.length}`);
  }
  const stretches = at.map((end, i) => ({ rate: rates[i]!, steps: end - (at[i - 1] ?? 0) }));
  return sequential(stretches, rates.at(-1)!);
}

/** A rate at a step that is a real scalar already. */
function atReal(rate: Rate, step: Tensor): Tensor {
  return typeof rate === "number" ? scalar(rate, step.dtype) : rate(step);
}

/** From `from` to `to` along half a cosine, x in [0, 1]. */
function halfCosine(x: Tensor, from: number, to: number): Tensor {
  return x
    .mul(Math.PI)
    .cos()
    .add(1)
    .mul((from - to) / 2)
    .add(to);
}

function checkLength(where: string, steps: number): void {
  checkOption(where, { steps }, [1]);
}
