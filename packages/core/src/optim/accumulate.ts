/** @file Gradients of several batches gathered into one step. */
import { GenError } from "../error.js";
import { state } from "../tensor/inputs.js";
import { full, type Tensor } from "../tensor/tensor.js";
import { statesLike, statesUnder, under, type Optimizer } from "./optimizer.js";

/**
 * Steps once in `batches` runs, along the mean of their gradients: a large batch in small pieces. The parameters and
 * the optimizer's own states stand still in between, its count of steps too: a schedule counts steps, not batches.
 *
 * @throws GenError `option` unless `batches` is a whole number of at least 1
 */
export function accumulate(batches: number, optimizer: Optimizer): Optimizer {
  if (!Number.isSafeInteger(batches) || batches < 1) {
    throw new GenError("option", `accumulate: expected a whole number of batches ≥ 1, got ${batches}`);
  }
  return {
    init: (names, params) => ({
      count: state([], undefined, "i32"),
      ...statesLike(names, params, ["sum"]),
      ...Object.fromEntries(under("inner", optimizer.init(names, params))),
    }),
    update: (site) => {
      const { names, grads, states } = site;
      const count = states["count"]!.add(1);
      const isDue = count.equal(batches);
      const sums = names.map((name, i) => states[`sum.${name}`]!.add(grads[i]!));
      const before = statesUnder("inner", states);
      const update = optimizer.update({ ...site, grads: sums.map((sum) => sum.mul(1 / batches)), states: before });
      const next: Record<string, Tensor> = { count: isDue.where(full([], 0, "i32"), count) };
      names.forEach((name, i) => (next[`sum.${name}`] = isDue.not().where(sums[i]!, 0)));
      const after = Object.entries(before).map(([name, s]) => [name, isDue.where(update.states[name]!, s)] as const);
      Object.assign(next, Object.fromEntries(under("inner", Object.fromEntries(after))));
      return { steps: update.steps.map((step) => isDue.where(step, 0)), states: next };
    },
  };
}
