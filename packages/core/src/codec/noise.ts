/** @file The noise that makes levels continuous: uniform, or learned by somebody else. */
import type { Scope } from "../program/scope.js";
import { randomUniform } from "../tensor/random.js";
import { full, type Tensor } from "../tensor/tensor.js";

/**
 * Draws u in (0, 1) for each number of x. With levels k of width 1 and density p over k + u,
 *
 *     log P(k) ≥ E_{q(u|x)} [ log p(k + u) − log q(u|x) ]
 *
 * A learned q is variational dequantisation: a record of parameters with this method (`@gen/flow` has one).
 *
 * @see Ho et al. 2019, "Flow++", arXiv:1902.00275, §3.1
 */
export interface Noise {
  /** @param x [N, …shape], as the codec puts it in the middle of its levels @returns u like x, and log q(u|x), [N] in nats */
  draw(x: Tensor, scope: Scope): { readonly u: Tensor; readonly logProb: Tensor };
}

/** Evenly spread: "uniform". Not at all: "none". Or learned. */
export type NoiseChoice = "uniform" | "none" | Noise;

/** How a choice is written down; a learned noise has to be given again. */
export function noiseName(noise: NoiseChoice): "uniform" | "none" | "given" {
  return typeof noise === "string" ? noise : "given";
}

/** u and log q(u|x) by choice: drawn, or in the middle, where q counts as even. */
export function drawNoise(noise: NoiseChoice, x: Tensor, scope: Scope | "middle"): ReturnType<Noise["draw"]> {
  const even = full([x.shape[0]!], 0, x.dtype);
  if (scope === "middle" || noise === "none") return { u: full(x.shape, 0.5, x.dtype), logProb: even };
  if (noise !== "uniform") return noise.draw(x, scope);
  return { u: randomUniform(scope.nextKey(), x.shape).cast(x.dtype), logProb: even };
}
