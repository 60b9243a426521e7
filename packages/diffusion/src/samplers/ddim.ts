/** @file DDIM: Song, Meng & Ermon 2021, "Denoising diffusion implicit models", eq. 12 and 16. arXiv:2010.02502 */
import { GenError, type Tensor } from "@gen/core";
import type { Sampler } from "../sampler.js";

export interface DdimOptions {
  /** η: 0 draws nothing and is Euler's method, 1 draws as DDPM does. @default 0 */
  readonly eta?: number;
}

/**
 *     x ← x̂ + √(σ_to² − s²)·ε̂ + s·z        s = η σ_to/σ_from √(σ_from² − σ_to²)
 *
 * @throws GenError `range` for an η outside [0, 1]
 */
export function ddim({ eta = 0 }: DdimOptions = {}): Sampler {
  if (!(eta >= 0 && eta <= 1)) throw new GenError("range", `ddim: expected η in [0, 1], got ${eta}`);
  return {
    name: "ddim",
    order: 1,
    draws: eta > 0,
    step({ x, from, to, denoise, noise }) {
      const denoised = denoise(x, from);
      const epsilon = x.sub(denoised).div(from);
      if (eta === 0) return denoised.add(epsilon.mul(to));
      const s = drawn(from, to).mul(eta);
      return denoised.add(epsilon.mul(to.square().sub(s.square()).sqrt())).add(noise().mul(s));
    },
  };
}

/** Standard deviation of q(x_to | x_from, x): σ_to/σ_from √(σ_from² − σ_to²). */
export function drawn(from: Tensor, to: Tensor): Tensor {
  return from.square().sub(to.square()).sqrt().mul(to.div(from));
}
