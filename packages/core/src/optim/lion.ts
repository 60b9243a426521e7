/** @file Lion (Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", arXiv:2302.06675). */
import { state } from "../tensor/inputs.js";
import { scalar, type Tensor } from "../tensor/tensor.js";
import { joined } from "./joined.js";
import { checkOption, realOf, statesLike, type Optimizer } from "./optimizer.js";
import { rateAt, type Rate } from "./schedule.js";

export interface LionOptions {
  /** Step size α: every element moves by it; 3 to 10 times smaller than Adam's. @default 1e-4 */
  readonly learningRate?: Rate;
  /** Weight of the past in the direction, in [0, 1). @default 0.9 */
  readonly beta1?: number;
  /** Decay of the momentum, in [0, 1). @default 0.99 */
  readonly beta2?: number;
  /** Decoupled weight decay λ: each step also takes α·λ·θ. @default 0 */
  readonly weightDecay?: number;
}

/**
 * Lion, algorithm 2 of the paper: a step of one size in the direction of a sign.
 *
 *     u = β₁ m + (1 − β₁) g      θ ← θ − α (sign u + λ θ)      m ← β₂ m + (1 − β₂) g
 *
 * Stored is m/(1 − β₂). An element without any gradient stays: sign 0 = 0.
 *
 * @throws GenError `option` for a number out of range
 */
export function lion({ learningRate = 1e-4, beta1 = 0.9, beta2 = 0.99, weightDecay = 0 }: LionOptions = {}): Optimizer {
  checkOption("lion", { learningRate, weightDecay }, [0]);
  checkOption("lion", { beta1, beta2 }, [0, 1]);
  const share = (beta1 * (1 - beta2)) / (1 - beta1); // u / (1 − β₁) = share · M + g
  return joined({
    init: (names, params) => ({ step: state([], undefined, "i32"), ...statesLike(names, params, ["m"]) }),
    update: ({ names, params, grads, states }) => {
      const rate = rateAt(learningRate, states["step"]!, realOf(params));
      const next: Record<string, Tensor> = { step: states["step"]!.add(1) };
      const steps = names.map((name, i) => {
        const g = grads[i]!;
        const m = states[`m.${name}`]!;
        next[`m.${name}`] = m.mul(beta2).add(g);
        const u = m.mul(share).add(g);
        const signed = u.less(0).where(rate.neg(), u.greater(0).where(rate, scalar(0, g.dtype)));
        return weightDecay === 0 ? signed : signed.add(params[i]!.mul(rate.mul(weightDecay)));
      });
      return { steps, states: next };
    },
  });
}
