/** @file Euler's method on the probability-flow ODE: Karras et al. 2022, algorithm 1 without its second half. arXiv:2206.00364 */
import { slope, type Sampler } from "../sampler.js";

/** First order, one evaluation a step. On straight paths and on DDPM's alike: what is a straight line there is one here. */
export const euler: Sampler = {
  name: "euler",
  order: 1,
  step({ x, from, to, denoise }) {
    const d = slope(x, denoise(x, from), from);
    return x.add(d.mul(to.sub(from)));
  },
};
