/** @file Stochastic gradient descent, with momentum. */
import { state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Optimizer } from "./optimizer.js";
import { rateAt, type Rate } from "./schedule.js";

export interface SgdOptions {
  readonly learningRate: Rate;
  /** Share μ of the last velocity that is kept, in [0, 1). @default 0 */
  readonly momentum?: number;
  /** Looks ahead along the velocity. @default false */
  readonly nesterov?: boolean;
  /** λ of an L2 penalty ½ λ θ², added to the gradient. @default 0 */
  readonly weightDecay?: number;
}

/**
 * Gradient descent in PyTorch's convention: the velocity is a sum of gradients, and the rate stands outside of it.
 *
 *     g ← g + λ θ      b ← μ b + g      θ ← θ − α b          (Nesterov: θ ← θ − α (g + μ b))
 *
 * @see Sutskever, Martens, Dahl & Hinton 2013, "On the importance of initialization and momentum in deep learning", eq. 1–4
 */
export function sgd({ learningRate, momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions): Optimizer {
  return {
    init: (names, params) => ({
      step: state([], undefined, "i32"),
      ...(momentum === 0
        ? {}
        : Object.fromEntries(
            names.map((name, i) => [`b.${name}`, state(params[i]!.shape, undefined, params[i]!.dtype)]),
          )),
    }),
    update: ({ names, params, grads, states }) => {
      const rate = rateAt(learningRate, states["step"]!, params[0]?.dtype ?? "f32");
      const next: Record<string, Tensor> = { step: states["step"]!.add(1) };
      const steps = names.map((name, i) => {
        const g = weightDecay === 0 ? grads[i]! : grads[i]!.add(params[i]!.mul(weightDecay));
        if (momentum === 0) return g.mul(rate);
        const b = states[`b.${name}`]!.mul(momentum).add(g);
        next[`b.${name}`] = b;
        return (nesterov ? g.add(b.mul(momentum)) : b).mul(rate);
      });
      return { steps, states: next };
    },
  };
}
