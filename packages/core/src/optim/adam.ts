/** @file Adam (Kingma & Ba 2015, arXiv:1412.6980) and AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101). */
import { state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import { joined } from "./joined.js";
import { checkOption, realOf, statesLike, type Optimizer } from "./optimizer.js";
import { rateAt, type Rate } from "./schedule.js";

export interface AdamOptions {
  /** Step size α, or a schedule of it. @default 1e-3 */
  readonly learningRate?: Rate;
  /** Decay of the first moment, in [0, 1). @default 0.9 */
  readonly beta1?: number;
  /** Decay of the second moment, in [0, 1). @default 0.999 */
  readonly beta2?: number;
  /** Added to the root of the second moment. @default 1e-8 */
  readonly epsilon?: number;
  /** Decoupled weight decay λ (AdamW): each step also takes α·λ·θ. @default 0 */
  readonly weightDecay?: number;
  /** Divides by the largest second moment so far (Reddi, Kale & Kumar 2018, arXiv:1904.09237, algorithm 2). @default false */
  readonly amsgrad?: boolean;
}

/**
 * Adam:
 *
 *     m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²      θ ← θ − α · m̂ / (√v̂ + ε)
 *
 * Stored are M = m/(1 − β₁) and V = v/(1 − β₂), and beside them what both would be if every gradient were 1:
 * W₁ = (1 − β₁ᵗ)/(1 − β₁) and W₂ alike, so that m̂ = M/W₁ and v̂ = V/W₂ without a power and its cancellation at small t.
 * All factors are folded into the scalars c and e of θ ← θ − M / (c·√V + e), which saves three passes over every parameter.
 *
 * @throws GenError `option` for a number out of range
 */
export function adam({
  learningRate = 1e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0,
  amsgrad = false,
}: AdamOptions = {}): Optimizer {
  checkOption("adam", { learningRate, epsilon, weightDecay }, [0]);
  checkOption("adam", { beta1, beta2 }, [0, 1]);
  return joined({
    init: (names, params) => ({
      step: state([], undefined, "i32"),
      weight1: state([], undefined, realOf(params)),
      weight2: state([], undefined, realOf(params)),
      ...statesLike(names, params, amsgrad ? ["m", "v", "vMax"] : ["m", "v"]),
    }),
    update: ({ names, params, grads, states }) => {
      const weight1 = states["weight1"]!.mul(beta1).add(1);
      const weight2 = states["weight2"]!.mul(beta2).add(1);
      const rate = rateAt(learningRate, states["step"]!, realOf(params)).maximum(1e-30); // it divides: 0 would give 0 · ∞ where V is 0
      const e = weight1.mul(epsilon).div(rate);
      const c = weight1.div(rate).div(weight2.sqrt());
      const next: Record<string, Tensor> = { step: states["step"]!.add(1), weight1, weight2 };
      const steps = names.map((name, i) => {
        const g = grads[i]!;
        const m = (next[`m.${name}`] = states[`m.${name}`]!.mul(beta1).add(g));
        const v = (next[`v.${name}`] = states[`v.${name}`]!.mul(beta2).add(g.square()));
        const most = amsgrad ? (next[`vMax.${name}`] = states[`vMax.${name}`]!.maximum(v)) : v;
        const adaptive = m.div(most.sqrt().mul(c).add(e));
        return weightDecay === 0 ? adaptive : adaptive.add(params[i]!.mul(rate.mul(weightDecay)));
      });
      return { steps, states: next };
    },
  });
}

/** AdamW: {@link adam} with a decoupled weight decay of 0.01 unless told otherwise. */
export function adamw(options: AdamOptions = {}): Optimizer {
  return adam({ weightDecay: 1e-2, ...options });
}
