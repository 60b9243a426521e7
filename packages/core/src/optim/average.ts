/** @file Running averages of the parameters, kept in the store beside them under a prefix. */
import { state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import type { States } from "./optimizer.js";

export interface Average {
  /** Where the averages are kept: `<prefix>.<parameter>`. */
  readonly prefix: string;
  init(names: readonly string[], params: readonly Tensor[]): States;
  update(names: readonly string[], next: readonly Tensor[], states: States): States;
}

/**
 * Exponential moving average, with a warm-up so that the start does not linger:
 *
 *     a ← a + (1 − d)(θ − a)      d = min(decay, (1 + t) / (10 + t))
 *
 * @param decay weight of the past, in [0, 1)
 */
export function ema({ decay = 0.999 }: { decay?: number } = {}): Average {
  return {
    prefix: "ema",
    init: (names, params) => ({
      step: state([], undefined, "i32"),
      ...Object.fromEntries(names.map((name, i) => [name, state(params[i]!.shape, undefined, params[i]!.dtype)])),
    }),
    update: (names, next, states) => {
      const t = states["step"]!.cast(next[0]?.dtype ?? "f32");
      const warm = t.add(1).div(t.add(10));
      const weight = t.equal(0).where(warm.mul(0).add(1), warm.minimum(decay).neg().add(1)); // the first step copies
      const averaged = names.map((name, i): [string, Tensor] => {
        const a = states[name]!;
        return [name, a.add(next[i]!.sub(a).mul(weight))];
      });
      return { step: states["step"]!.add(1), ...Object.fromEntries(averaged) };
    },
  };
}
