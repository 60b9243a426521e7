/** @file Links of a chain that change gradients, steps or parameters, and keep no state. */
import { GenError } from "../error.js";
import { full, type Tensor } from "../tensor/tensor.js";
import { checkOption, type Optimizer, type UpdateSite } from "./optimizer.js";

const stateless = (steps: (site: UpdateSite) => Tensor[]): Optimizer => ({
  init: () => ({}),
  update: (site) => ({ steps: steps(site), states: {} }),
});

/** What shrinks a vector of this squared length to at most `limit`: limit / max(‖g‖, limit). */
function shrinkage(square: Tensor, limit: number): Tensor {
  return square.sqrt().maximum(limit).reciprocal().mul(limit);
}

function checkLimit(where: string, limit: number): void {
  if (!(limit > 0)) throw new GenError("option", `${where}: expected a limit above 0, got ${limit}`);
}

/**
 * Shrinks all gradients by one factor, so that together they are no longer than `limit`:
 *
 *     g ← g · limit / max(‖g‖, limit)        ‖g‖² = Σ over all parameters
 *
 * @see Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks", algorithm 1. arXiv:1211.5063
 */
export function clipByGlobalNorm(limit: number): Optimizer {
  checkLimit("clipByGlobalNorm", limit);
  return stateless(({ grads }) => {
    const [first, ...rest] = grads.map((g) => g.square().sum());
    if (first === undefined) return [];
    const factor = shrinkage(
      rest.reduce((sum, square) => sum.add(square), first),
      limit,
    );
    return grads.map((g) => g.mul(factor));
  });
}

/** Shrinks the gradient of each parameter on its own to a length of at most `limit`. */
export function clipByNorm(limit: number): Optimizer {
  checkLimit("clipByNorm", limit);
  return stateless(({ grads }) => grads.map((g) => g.mul(shrinkage(g.square().sum(), limit))));
}

/** Cuts each element of the gradients off at ±`limit`. */
export function clipByValue(limit: number): Optimizer {
  checkOption("clipByValue", { limit }, [0]);
  return stateless(({ grads }) => grads.map((g) => g.clip(-limit, limit)));
}

/**
 * As the first link: adds λ θ to each gradient, which is that of an L2 penalty ½ λ θ². With Adam this is not the decay of
 * AdamW, which adaptive scaling does not touch (`adamw`).
 */
export function l2Penalty(weight: number): Optimizer {
  checkOption("l2Penalty", { weight }, [0]);
  return stateless(({ params, grads }) => grads.map((g, i) => g.add(params[i]!.mul(weight))));
}

/** Stands still: the optimizer of a group that is not trained. `trainStep`'s option `learn` leaves parameters out altogether. */
export function frozen(): Optimizer {
  return stateless(({ params }) => params.map(({ shape, dtype }) => full(shape, 0, dtype)));
}

/**
 * As the last link: lets no element of a parameter leave [−limit, limit], as a critic of Wasserstein's distance needs.
 *
 * @see Arjovsky, Chintala & Bottou 2017, "Wasserstein GAN", algorithm 1, line 7. arXiv:1701.07875
 */
export function clampParameters(limit: number): Optimizer {
  checkOption("clampParameters", { limit }, [0]);
  return stateless(({ params, grads }) => params.map((p, i) => p.sub(p.sub(grads[i]!).clip(-limit, limit))));
}
