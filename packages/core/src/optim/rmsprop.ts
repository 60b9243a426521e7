/** @file RMSProp: gradients divided by a running root mean square of themselves. */
import { state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Optimizer } from "./optimizer.js";
import { rateAt, type Rate } from "./schedule.js";

export interface RmspropOptions {
  /** @default 1e-2 */
  readonly learningRate?: Rate;
  /** Weight ρ of the past in the mean square. @default 0.99 */
  readonly decay?: number;
  /** Added to the root. @default 1e-8 */
  readonly epsilon?: number;
  /** Share μ of the last velocity that is kept. @default 0 */
  readonly momentum?: number;
  /** Divides by the deviation from the mean gradient instead of from 0. @default false */
  readonly centered?: boolean;
}

/**
 * RMSProp, in PyTorch's convention (ε outside of the root, the rate outside of the velocity):
 *
 *     v ← ρ v + (1 − ρ) g²      s = √v + ε, centered √(v − m²) + ε      b ← μ b + g / s      θ ← θ − α b
 *
 * @see Tieleman & Hinton 2012, lecture 6.5 of "Neural Networks for Machine Learning"; Graves 2013, arXiv:1308.0850, eq. 38–45
 */
export function rmsprop({
  learningRate = 1e-2,
  decay = 0.99,
  epsilon = 1e-8,
  momentum = 0,
  centered = false,
}: RmspropOptions = {}): Optimizer {
  const kept = ["v", ...(centered ? ["m"] : []), ...(momentum === 0 ? [] : ["b"])];
  return {
    init: (names, params) => ({
      step: state([], undefined, "i32"),
      ...Object.fromEntries(
        names.flatMap((name, i) =>
          kept.map((kind) => [`${kind}.${name}`, state(params[i]!.shape, undefined, params[i]!.dtype)]),
        ),
      ),
    }),
    update: ({ names, params, grads, states }) => {
      const rate = rateAt(learningRate, states["step"]!, params[0]?.dtype ?? "f32");
      const next: Record<string, Tensor> = { step: states["step"]!.add(1) };
      const blend = (past: string, now: Tensor): Tensor =>
        (next[past] = states[past]!.mul(decay).add(now.mul(1 - decay)));
      const steps = names.map((name, i) => {
        const g = grads[i]!;
        const v = blend(`v.${name}`, g.square());
        const spread = centered ? v.sub(blend(`m.${name}`, g).square()).maximum(0) : v; // rounding may fall below 0
        const scaled = g.div(spread.sqrt().add(epsilon));
        if (momentum === 0) return scaled.mul(rate);
        return (next[`b.${name}`] = states[`b.${name}`]!.mul(momentum).add(scaled)).mul(rate);
      });
      return { steps, states: next };
    },
  };
}
