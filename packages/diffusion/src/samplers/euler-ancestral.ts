/** @file Euler's method with fresh noise in each step: below the level aimed at, and back up to it. Karras et al. 2022, §4, at full churn. */
import type { Sampler } from "../sampler.js";
import { slope } from "../sampler.js";
import { drawn } from "./ddim.js";

/** First order. What it gives is DDIM at η = 1, as a step down and noise up. */
export const eulerAncestral: Sampler = {
  name: "euler-ancestral",
  order: 1,
  draws: true,
  step({ x, from, to, denoise, noise }) {
    const up = drawn(from, to);
    const down = to.square().sub(up.square()).sqrt(); // down² + up² = to²
    const d = slope(x, denoise(x, from), from);
    return x.add(d.mul(down.sub(from))).add(noise().mul(up));
  },
};
