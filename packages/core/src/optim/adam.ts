/** @file Adam (Kingma & Ba 2015, arXiv:1412.6980) and AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101). */
import { state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import { scalar } from "../tensor/tensor.js";
import type { Optimizer } from "./optimizer.js";
import { rateAt, type Rate } from "./schedule.js";

export interface AdamOptions {
  /** Step size α, or a schedule of it. @default 1e-3 */
  readonly learningRate?: Rate;
  /** Decay of the first moment. @default 0.9 */
  readonly beta1?: number;
  /** Decay of the second moment. @default 0.999 */
  readonly beta2?: number;
  /** Added to the root of the second moment. @default 1e-8 */
  readonly epsilon?: number;
  /** Decoupled weight decay λ (AdamW): each step also takes α·λ·θ. @default 0 */
  readonly weightDecay?: number;
}

/**
 * Adam:
 *
 *     m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²      θ ← θ − α · m̂ / (√v̂ + ε)
 *
 * Stored are m/(1 − β₁) and v/(1 − β₂); both factors and both bias corrections are folded into the scalars c and e of
 * θ ← θ − m / (c·√v + e), which saves three passes over every parameter.
 */
export function adam({
  learningRate = 1e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0,
}: AdamOptions = {}): Optimizer {
  return {
    init: (names, params) => ({
      step: state([], undefined, "i32"),
      ...Object.fromEntries(
        names.flatMap((name, i) => [
          [`m.${name}`, like(params[i]!)],
          [`v.${name}`, like(params[i]!)],
        ]),
      ),
    }),
    update: ({ names, params, grads, states }) => {
      const step = states["step"]!.add(1);
      const dtype = params[0]?.dtype ?? "f32";
      const t = step.cast(dtype);
      const rate = rateAt(learningRate, states["step"]!, dtype).maximum(1e-30); // it divides: 0 would give 0 · ∞ where V is 0
      // α m̂ / (√v̂ + ε) with m = (1 − β₁) M and v = (1 − β₂) V  is  M / (c √V + e):
      const correct1 = scalar(1, dtype)
        .sub(scalar(beta1, dtype).pow(t))
        .div(1 - beta1); //     (1 − β₁ᵗ) / (1 − β₁)
      const correct2 = scalar(1, dtype)
        .sub(scalar(beta2, dtype).pow(t))
        .div(1 - beta2); //     (1 − β₂ᵗ) / (1 − β₂)
      const e = correct1.mul(epsilon).div(rate);
      const c = correct1.div(rate).div(correct2.sqrt());
      const next: Record<string, Tensor> = { step };
      const steps = names.map((name, i) => {
        const g = grads[i]!;
        const m = states[`m.${name}`]!.mul(beta1).add(g);
        const v = states[`v.${name}`]!.mul(beta2).add(g.mul(g));
        next[`m.${name}`] = m;
        next[`v.${name}`] = v;
        const adaptive = m.div(v.sqrt().mul(c).add(e));
        return weightDecay === 0 ? adaptive : adaptive.add(params[i]!.mul(rate.mul(weightDecay)));
      });
      return { steps, states: next };
    },
  };
}

function like({ shape, dtype }: Tensor): Tensor {
  return state(shape, undefined, dtype);
}
