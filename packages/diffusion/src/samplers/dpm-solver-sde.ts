/** @file DPM-Solver++ 2M with noise: Lu et al. 2022, "DPM-Solver++", appendix on SDE-DPM-Solver++. arXiv:2211.01095 */
import { GenError } from "@gen/core";
import type { Sampler } from "../sampler.js";
import { extrapolated } from "./dpm-solver.js";

export interface DpmSolverSdeOptions {
  /** η: 0 is the solver without noise, 1 the reverse SDE. @default 1 */
  readonly eta?: number;
}

/**
 *     x ← σ_to/σ_from e^(−ηh) x + (1 − e^(−(1+η)h)) D + σ_to √(1 − e^(−2ηh)) z        h = log(σ_from/σ_to)
 *
 * Second order in x̂, one evaluation a step.
 */
export function dpmSolver2mSde({ eta = 1 }: DpmSolverSdeOptions = {}): Sampler {
  if (!(eta >= 0)) throw new GenError("range", `dpmSolver2mSde: expected η ≥ 0, got ${eta}`);
  return {
    name: "dpm-solver-2m-sde",
    order: 2,
    memory: 1,
    draws: eta > 0,
    step(step) {
      const { x, from, to, denoise, noise, memory } = step;
      const denoised = denoise(x, from);
      const ahead = extrapolated(denoised, memory[0]!, step);
      const shrink = to.div(from).pow(eta); // e^(−ηh)
      const keep = to.div(from).mul(shrink);
      const mean = x.mul(keep).add(ahead.mul(keep.neg().add(1)));
      const fresh = shrink.square().neg().add(1).sqrt().mul(to);
      return { x: eta === 0 ? mean : mean.add(noise().mul(fresh)), memory: [denoised] };
    },
  };
}
