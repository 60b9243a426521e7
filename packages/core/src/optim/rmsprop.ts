/** @file RMSProp: gradients divided by a running root mean square of themselves. */
import { state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import { joined } from "./joined.js";
import { checkOption, realOf, statesLike, type Optimizer } from "./optimizer.js";
import { rateAt, type Rate } from "./schedule.js";

export interface RmspropOptions {
  /** @default 1e-2 */
  readonly learningRate?: Rate;
  /** Weight ρ of the past in the mean square, in [0, 1). @default 0.99 */
  readonly decay?: number;
  /** Added to the root. @default 1e-8 */
  readonly epsilon?: number;
  /** Share μ of the last velocity that is kept, in [0, 1). @default 0 */
  readonly momentum?: number;
  /** Divides by the deviation from the mean gradient instead of from 0. @default false */
  readonly centered?: boolean;
}

/**
 * RMSProp, in PyTorch's convention (ε outside of the root, the rate outside of the velocity):
 *
 *     v ← ρ v + (1 − ρ) g²      s = √v + ε, centered √(v − m²) + ε      b ← μ b + g / s      θ ← θ − α b
 *
 * Stored are v/(1 − ρ) and m/(1 − ρ), as for Adam: the factor goes into scalars, not over every parameter.
 *
 * @throws GenError `option` for a number out of range
 * @see Tieleman & Hinton 2012, lecture 6.5 of "Neural Networks for Machine Learning"; Graves 2013, arXiv:1308.0850, eq. 38–45
 */
export function rmsprop({
  learningRate = 1e-2,
  decay = 0.99,
  epsilon = 1e-8,
  momentum = 0,
  centered = false,
}: RmspropOptions = {}): Optimizer {
  checkOption("rmsprop", { learningRate, epsilon }, [0]);
  checkOption("rmsprop", { decay, momentum }, [0, 1]);
  const kinds = ["v", ...(centered ? ["m"] : []), ...(momentum === 0 ? [] : ["b"])];
  return joined({
    init: (names, params) => ({ step: state([], undefined, "i32"), ...statesLike(names, params, kinds) }),
    update: ({ names, params, grads, states }) => {
      const rate = rateAt(learningRate, states["step"]!, realOf(params));
      const next: Record<string, Tensor> = { step: states["step"]!.add(1) };
      const gather = (past: string, now: Tensor): Tensor => (next[past] = states[past]!.mul(decay).add(now));
      const steps = names.map((name, i) => {
        const g = grads[i]!;
        const v = gather(`v.${name}`, g.square());
        const m = centered ? gather(`m.${name}`, g) : undefined;
        const spread = m === undefined ? v : v.sub(m.square().mul(1 - decay)).maximum(0); // rounding may fall below 0
        const scaled = g.div(
          spread
            .sqrt()
            .mul(Math.sqrt(1 - decay))
            .add(epsilon),
        );
        if (momentum === 0) return scaled.mul(rate);
        return (next[`b.${name}`] = states[`b.${name}`]!.mul(momentum).add(scaled)).mul(rate);
      });
      return { steps, states: next };
    },
  });
}
