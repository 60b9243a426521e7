/** @file Ancestral sampling: Ho, Jain & Abbeel 2020, "Denoising diffusion probabilistic models", algorithm 2. arXiv:2006.11239 */
import { GenError } from "@gen/core";
import { betweenVariances, posterior } from "../posterior.js";
import type { Sampler } from "../sampler.js";

export interface DdpmOptions {
  /** Of each step: that of q(x_to | x_from, x), that of q(x_from | x_to), or what the model learned between them. @default "small" */
  readonly variance?: "small" | "large" | "learned";
}

/** First order: x ← mean of q(x_to | x_from, x̂) + noise. */
export function ddpm({ variance = "small" }: DdpmOptions = {}): Sampler {
  return {
    name: "ddpm",
    order: 1,
    draws: true,
    step({ x, from, to, denoise, blend, noise, scale }) {
      const { mean, small, large } = posterior({ x, denoised: denoise(x, from), from, to, scale });
      if (variance !== "learned") return mean.add(noise().mul((variance === "small" ? small : large).sqrt()));
      const share = blend();
      if (share === undefined)
        throw new GenError("option", "ddpm: expected a model that learns variances, got one that does not", {
          fix: 'make the model with variance: "learned", or sample with variance "small"',
        });
      return mean.add(noise().mul(betweenVariances(share, { small, large }).mul(0.5).exp()));
    },
  };
}
