/** @file Heun's method on the probability-flow ODE: Karras et al. 2022, algorithm 1. arXiv:2206.00364 */
import { slope, type Sampler } from "../sampler.js";

/** Second order, two evaluations a step. */
export const heun: Sampler = {
  name: "heun",
  order: 2,
  step({ x, from, to, denoise }) {
    const h = to.sub(from);
    const d = slope(x, denoise(x, from), from);
    const ahead = x.add(d.mul(h));
    const dAhead = slope(ahead, denoise(ahead, to), to);
    return x.add(d.add(dAhead).mul(h.mul(0.5)));
  },
};
