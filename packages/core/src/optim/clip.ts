/** @file Links of a chain that keep gradients, steps or parameters within bounds. They keep no state. */
import type { Tensor } from "../tensor/tensor.js";
import type { Optimizer, UpdateSite } from "./optimizer.js";

const stateless = (steps: (site: UpdateSite) => Tensor[]): Optimizer => ({
  init: () => ({}),
  update: (site) => ({ steps: steps(site), states: {} }),
});

/**
 * Shrinks all gradients by one factor, so that together they are no longer than `limit`:
 *
 *     g ← g · limit / max(‖g‖, limit)        ‖g‖² = Σ over all parameters
 *
 * @see Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks", algorithm 1. arXiv:1211.5063
 */
export function clipByGlobalNorm(limit: number): Optimizer {
  return stateless(({ grads }) => {
    const [first, ...rest] = grads.map((g) => g.square().sum());
    if (first === undefined) return [];
    const norm = rest.reduce((sum, square) => sum.add(square), first).sqrt();
    const factor = norm.maximum(limit).reciprocal().mul(limit);
    return grads.map((g) => g.mul(factor));
  });
}

/** Cuts each element of the gradients off at ±`limit`. */
export function clipByValue(limit: number): Optimizer {
  return stateless(({ grads }) => grads.map((g) => g.clip(-limit, limit)));
}

/**
 * As the last link: lets no element of a parameter leave [−limit, limit], as a critic of Wasserstein's distance needs.
 *
 * @see Arjovsky, Chintala & Bottou 2017, "Wasserstein GAN", algorithm 1, line 7. arXiv:1701.07875
 */
export function clampParameters(limit: number): Optimizer {
  return stateless(({ params, grads }) => params.map((p, i) => p.sub(p.sub(grads[i]!).clip(-limit, limit))));
}
