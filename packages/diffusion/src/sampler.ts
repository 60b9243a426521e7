/**
 * @file A sampler: how x at one level of noise becomes x at a cleaner one, given a denoiser. It works on x = data + σ·noise,
 * whatever the process: Karras et al. 2022, §3. arXiv:2206.00364
 */
import type { Tensor } from "@gen/core";

/** x̂(x, σ): the mean of the data given x = data + σ·noise. σ is a scalar, x [N, …shape]. */
export type Denoiser = (x: Tensor, sigma: Tensor) => Tensor;

/** What a sampler may use in one step. Levels are real scalars, from > to > 0: the step to 0 is the denoiser's alone. */
export interface Step {
  /** [N, …shape], at level `from`. */
  readonly x: Tensor;
  readonly from: Tensor;
  readonly to: Tensor;
  /** The levels one and two steps before `from`; where there was no step, ones that lie above it. */
  readonly past: readonly [before: Tensor, earlier: Tensor];
  /** i32 scalar: 0 in the first step. */
  readonly index: Tensor;
  readonly denoise: Denoiser;
  /** What the last call of `denoise` gave beside x̂: where the variance lies between its bounds, in [0, 1]; of models that learn it. */
  readonly blend: () => Tensor | undefined;
  /** Fresh draws from N(0, I), of the shape of x. */
  readonly noise: () => Tensor;
  /** What that noise comes from: this step's own. */
  readonly key: Tensor;
  /** What the step before handed on, each of the shape of x; zeros in the first step. */
  readonly memory: readonly Tensor[];
  /** α(σ) of the process, for samplers that are stated in its coordinates. */
  readonly scale: (sigma: Tensor) => Tensor;
}

/** The next x, and what is handed on. */
export interface Stepped {
  readonly x: Tensor;
  readonly memory: readonly Tensor[];
}

export interface Sampler {
  readonly name: string;
  /** p: the error falls as n⁻ᵖ (of moments, for samplers that draw). */
  readonly order: number;
  /** How many tensors are handed from step to step. @default 0 */
  readonly memory?: number;
  /** Whether it draws noise. @default false */
  readonly draws?: boolean;
  step(step: Step): Tensor | Stepped;
}

/** dx/dσ of the probability-flow ODE: (x − x̂)/σ. Karras et al. 2022, eq. 3 with eq. 4 */
export function slope(x: Tensor, denoised: Tensor, sigma: Tensor): Tensor {
  return x.sub(denoised).div(sigma);
}
