/**
 * @file What a latent-variable model is trained by: a lower bound on log p(x), made of importance weights.
 * Kingma & Welling 2014, arXiv:1312.6114; Burda, Grosse & Salakhutdinov 2016, arXiv:1509.00519; Rainforth et al. 2018,
 * arXiv:1802.04537.
 */
import { GenError, logSumExp, type Tensor } from "@gen/core";
import type { Rate } from "@gen/core/optim";

/** A lower bound on log p(x) as a function of log-weights log w = log p(x|z) + log p(z) − log q(z|x). */
export interface Objective {
  readonly name: "elbo" | "iwae" | "miwae";
  /** Draws of z for each row. */
  readonly draws: number;
  /** How many of them the gradient goes back through, chosen by their weights; all of them unless given. */
  readonly resampled?: number | undefined;
  /** @param logW [draws, N] @returns [N] */
  bound(logW: Tensor): Tensor;
}

/**
 * The evidence lower bound, a mean over draws; the KL term is in closed form where there is one:
 *
 *     E_q[log w] = E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))
 */
export function elbo({ draws = 1 }: { readonly draws?: number } = {}): Objective {
  checkCount("elbo", { draws });
  return { name: "elbo", draws, bound: (logW) => logW.mean(0) };
}

export interface IwaeOptions {
  /** Draws of z for each row. */
  readonly k: number;
  /** Take the gradient through so many draws, resampled in proportion to their weights: unbiased, and cheaper. @default k */
  readonly resampled?: number;
}

/**
 * The importance-weighted bound, tighter with every draw, and its gradient:
 *
 *     E[log 1/K Σ_k w_k]        Σ_k w̃_k ∇ log w_k,  w̃_k = w_k / Σ_j w_j
 *
 * Few of the weights w̃ are large, so a gradient through a few draws chosen by them is nearly as good as through all K.
 *
 * @see Burda, Grosse & Salakhutdinov 2016, arXiv:1509.00519, eq. 8, 13 and §3
 */
export function iwae({ k, resampled }: IwaeOptions): Objective {
  checkCount("iwae", { k, ...(resampled !== undefined && { resampled }) });
  if (resampled !== undefined && resampled > k)
    throw new GenError("range", `iwae: expected at most ${k} resampled draws, got ${resampled}`);
  return { name: "iwae", draws: k, resampled, bound: (logW) => logMeanExp(logW, 0) };
}

/**
 * The mean of m importance-weighted bounds of k draws each: as tight as `iwae({ k })`, with m times the draws for the
 * gradient of the encoder, whose signal drowns in noise as k grows.
 *
 * @see Rainforth et al. 2018, arXiv:1802.04537, eq. 8
 */
export function miwae({ m, k }: { readonly m: number; readonly k: number }): Objective {
  checkCount("miwae", { m, k });
  return {
    name: "miwae",
    draws: m * k,
    bound: (logW) => logMeanExp(logW.reshape([m, k, logW.shape[1]!]), 1).mean(0),
  };
}

/** Everything that decides what a training step lowers. */
export interface Criterion {
  readonly objective: Objective;
  /** Weight of log q(z|x) − log p(z), or a schedule of it over training steps; 1 is the bound itself. */
  readonly beta: Rate;
  /** Nats of KL that each group of latents has free. */
  readonly freeBits: number;
}

export interface CriterionOptions {
  /** The bound to train by. @default elbo() */
  readonly objective?: Objective;
  /** Weight of the KL term, or a schedule of it over training steps. @default 1 */
  readonly beta?: Rate;
  /**
   * Free bits λ, in nats: the KL term is Σ_g max(λ, KL_g), with KL_g the mean over the batch for a group of latents: a
   * latent number of its own where the posterior is normal and the prior the standard one, else a layer of them. Only
   * with `elbo()`. Kingma et al. 2016, arXiv:1606.04934, eq. 15. @default 0
   */
  readonly freeBits?: number;
}

/** @throws GenError `range` for numbers out of range, `option` for free bits with a bound that has no KL term */
export function criterionOf({ objective = elbo(), beta = 1, freeBits = 0 }: CriterionOptions): Criterion {
  if (typeof beta === "number" && !(beta >= 0)) throw new GenError("range", `vae: expected beta ≥ 0, got ${beta}`);
  if (!(freeBits >= 0 && freeBits < Infinity))
    throw new GenError("range", `vae: expected freeBits ≥ 0, got ${freeBits}`);
  if (freeBits > 0 && objective.name !== "elbo") {
    throw new GenError("option", `vae: expected freeBits with elbo(), which has a KL term, got ${objective.name}()`, {
      fix: "leave out freeBits, or train by elbo()",
    });
  }
  return { objective, beta, freeBits };
}

function logMeanExp(x: Tensor, axis: number): Tensor {
  return logSumExp(x, axis).sub(Math.log(x.shape[axis]!));
}

function checkCount(where: string, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 1)
      throw new GenError("range", `${where}: expected ${name} ≥ 1 draws, got ${count}`);
  }
}
