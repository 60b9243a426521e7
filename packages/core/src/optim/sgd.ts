/** @file Stochastic gradient descent, with momentum. */
import { GenError } from "../error.js";
import { state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import { joined } from "./joined.js";
import { checkOption, realOf, statesLike, type Optimizer } from "./optimizer.js";
import { rateAt, type Rate } from "./schedule.js";

export interface SgdOptions {
  readonly learningRate: Rate;
  /** Share μ of the last velocity that is kept, in [0, 1). @default 0 */
  readonly momentum?: number;
  /** Share τ of each gradient but the first that the velocity leaves out. @default 0 */
  readonly dampening?: number;
  /** Looks ahead along the velocity; needs momentum without dampening. @default false */
  readonly nesterov?: boolean;
  /** λ of an L2 penalty ½ λ θ², added to the gradient. @default 0 */
  readonly weightDecay?: number;
}

/**
 * Gradient descent in PyTorch's convention: the velocity is a sum of gradients, and the rate stands outside of it.
 *
 *     g ← g + λ θ      b ← μ b + (1 − τ) g      θ ← θ − α b          (Nesterov: θ ← θ − α (g + μ b); b is g at first)
 *
 * @throws GenError `option` for a number out of range, or one that would have no effect
 * @see Sutskever, Martens, Dahl & Hinton 2013, "On the importance of initialization and momentum in deep learning", eq. 1–4
 */
export function sgd({
  learningRate,
  momentum = 0,
  dampening = 0,
  nesterov = false,
  weightDecay = 0,
}: SgdOptions): Optimizer {
  checkOption("sgd", { learningRate, weightDecay }, [0]);
  checkOption("sgd", { momentum, dampening }, [0, 1]);
  if ((nesterov && dampening !== 0) || ((nesterov || dampening !== 0) && momentum === 0)) {
    const got = `momentum ${momentum}, dampening ${dampening}${nesterov ? ", nesterov" : ""}`;
    throw new GenError(
      "option",
      `sgd: expected momentum for dampening or for nesterov, and only one of these, got ${got}`,
    );
  }
  const optimizer: Optimizer = {
    init: (names, params) => ({
      step: state([], undefined, "i32"),
      ...statesLike(names, params, momentum === 0 ? [] : ["b"]),
    }),
    update: ({ names, params, grads, states }) => {
      const step = states["step"]!;
      const rate = rateAt(learningRate, step, realOf(params));
      const isFirst = step.equal(0);
      const next: Record<string, Tensor> = { step: step.add(1) };
      const steps = names.map((name, i) => {
        const g = weightDecay === 0 ? grads[i]! : grads[i]!.add(params[i]!.mul(weightDecay));
        if (momentum === 0) return g.mul(rate);
        const share = isFirst.where(rate.mul(0).add(1), 1 - dampening);
        const b = states[`b.${name}`]!.mul(momentum).add(dampening === 0 ? g : g.mul(share));
        next[`b.${name}`] = b;
        return (nesterov ? g.add(b.mul(momentum)) : b).mul(rate);
      });
      return { steps, states: next };
    },
  };
  return momentum === 0 ? optimizer : joined(optimizer); // without states little is to be saved
}
