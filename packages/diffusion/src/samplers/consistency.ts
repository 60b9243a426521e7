/** @file Sampling from a consistency model: Song et al. 2023, "Consistency models", algorithm 1. arXiv:2303.01469 */
import type { Sampler } from "../sampler.js";

/** Each step jumps to the data and back to the next level. For models made by distillation; others blur. */
export const consistency: Sampler = {
  name: "consistency",
  order: 0,
  draws: true,
  step({ x, from, to, denoise, noise }) {
    return denoise(x, from).add(noise().mul(to));
  },
};
