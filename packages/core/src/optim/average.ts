/** @file Running averages of the parameters, kept in the store beside them under a prefix. */
import { state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkOption, realOf, type States } from "./optimizer.js";

export interface Average {
  /** Where the averages are kept: `<prefix>.<parameter>`. */
  readonly prefix: string;
  init(names: readonly string[], params: readonly Tensor[]): States;
  update(names: readonly string[], next: readonly Tensor[], states: States): States;
}

export interface EmaOptions {
  /** Weight of the past d, in [0, 1). @default 0.999 */
  readonly decay?: number;
  /**
   * What keeps the start from lingering: "warm-up" forgets fast at first, with min(d, (1 + t) / (10 + t)); "unbiased" divides
   * by 1 − dᵗ, as Adam does for its moments; "none" begins at the parameters after the first step. @default "warm-up"
   */
  readonly start?: "warm-up" | "unbiased" | "none";
}

/**
 * Exponential moving average:
 *
 *     a ← a + (1 − d)(θ − a)
 *
 * @throws GenError `option` for a decay out of range
 */
export function ema({ decay = 0.999, start = "warm-up" }: EmaOptions = {}): Average {
  checkOption("ema", { decay }, [0, 1]);
  const shareAfter: Record<typeof start, (t: Tensor) => Tensor> = {
    "warm-up": (t) => t.add(1).div(t.add(10)).minimum(decay).neg().add(1),
    // a / (1 − dᵗ) moves by (1 − d) / (1 − dᵗ)
    unbiased: (t) =>
      t
        .mul(0)
        .add(decay)
        .pow(t.add(1))
        .neg()
        .add(1)
        .reciprocal()
        .mul(1 - decay),
    none: (t) => t.mul(0).add(1 - decay),
  };
  return averageOf("ema", (t) => t.equal(0).where(t.mul(0).add(1), shareAfter[start](t)));
}

export interface SwaOptions {
  /** Steps before the average begins; it is the parameters themselves until then. */
  readonly from: number;
  /** Steps between two that are averaged, as the length of a cycle of the rate. @default 1 */
  readonly every?: number;
}

/**
 * Stochastic weight averaging: the mean of the parameters after step `from` + 1 and each `every`-th after it.
 *
 * @throws GenError `option` for a number out of range
 * @see Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima and Better Generalization", algorithm 1. arXiv:1803.05407
 */
export function swa({ from, every = 1 }: SwaOptions): Average {
  checkOption("swa", { from }, [0]);
  checkOption("swa", { every }, [1]);
  return averageOf("swa", (t) => {
    const since = t.sub(from);
    const taken = since
      .div(every)
      .add(0.5 / every)
      .floor(); // how many the average holds; the half keeps rounding out
    const isDue = since.equal(taken.mul(every)).and(since.greaterEqual(0));
    const share = isDue.where(taken.add(1).reciprocal(), 0);
    return since.less(0).where(t.mul(0).add(1), share);
  });
}

/** Averages that move to the parameters by a share of the way, which follows from the count of steps taken before. */
function averageOf(prefix: string, share: (t: Tensor) => Tensor): Average {
  return {
    prefix,
    init: (names, params) => ({
      step: state([], undefined, "i32"),
      ...Object.fromEntries(names.map((name, i) => [name, state(params[i]!.shape, undefined, params[i]!.dtype)])),
    }),
    update: (names, next, states) => {
      const weight = share(states["step"]!.cast(realOf(next)));
      const averaged = names.map((name, i): [string, Tensor] => {
        const a = states[name]!;
        return [name, a.add(next[i]!.sub(a).mul(weight))];
      });
      return { step: states["step"]!.add(1), ...Object.fromEntries(averaged) };
    },
  };
}
