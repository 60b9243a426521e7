/** @file Lookahead (Zhang, Lucas, Ba & Hinton 2019, "Lookahead Optimizer: k steps forward, 1 step back", arXiv:1907.08610). */
import { GenError } from "../error.js";
import { state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import { statesLike, statesUnder, under, type Optimizer } from "./optimizer.js";

/**
 * Every `every` steps of another optimizer, the parameters go back along the way that they came (algorithm 1):
 *
 *     φ ← φ + share · (θ − φ)      θ ← φ
 *
 * @param options.every steps between two of these. @default 5
 * @param options.share how much of the way is kept, in (0, 1]. @default 0.5
 * @throws GenError `option` for a number out of range
 */
export function lookahead(
  optimizer: Optimizer,
  { every = 5, share = 0.5 }: { every?: number; share?: number } = {},
): Optimizer {
  if (!Number.isSafeInteger(every) || every < 1) {
    throw new GenError("option", `lookahead: expected a whole number of steps ≥ 1, got ${every}`);
  }
  if (!(share > 0 && share <= 1)) throw new GenError("option", `lookahead: expected a share in (0, 1], got ${share}`);
  return {
    init: (names, params) => ({
      step: state([], undefined, "i32"),
      ...statesLike(names, params, ["slow"]),
      ...Object.fromEntries(under("inner", optimizer.init(names, params))),
    }),
    update: (site) => {
      const { names, params, states } = site;
      const update = optimizer.update({ ...site, states: statesUnder("inner", states) });
      const before = states["step"]!;
      const step = before.add(1);
      const isDue = step.equal(step.div(every).mul(every));
      const next: Record<string, Tensor> = { step, ...Object.fromEntries(under("inner", update.states)) };
      const steps = names.map((name, i) => {
        const p = params[i]!;
        const slow = before.equal(0).where(p, states[`slow.${name}`]!);
        const way = p.sub(update.steps[i]!).sub(slow);
        const after = isDue.where(slow.add(way.mul(share)), slow);
        next[`slow.${name}`] = after;
        return isDue.where(p.sub(after), update.steps[i]!);
      });
      return { steps, states: next };
    },
  };
}
