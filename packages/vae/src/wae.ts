/**
 * @file Losses that match the codes of all pictures together to the prior, by their maximum mean discrepancy: for any
 * latent-variable model, in the place of its own loss.
 * Tolstikhin, Bousquet, Gelly & Schölkopf 2018, "Wasserstein Auto-Encoders". arXiv:1711.01558; Zhao, Song & Ermon 2017,
 * "InfoVAE". arXiv:1706.02262
 */
import { GenError, type Scope, type Tensor } from "@gen/core";
import { observe, type Observed, type VaeBatch } from "./observed.js";
import type { LatentModel } from "./latent.js";
import { inverseMultiquadratic, mmd, type Kernel } from "./mmd.js";

export interface MatchingTerms extends Readonly<Record<string, Tensor>> {
  readonly loss: Tensor;
  /** E[log p(x|z)], a mean over the rows, in nats. */
  readonly reconstruction: Tensor;
  /** MMD² of the batch's codes and as many draws of the prior. */
  readonly mmd: Tensor;
}

/** What `trainStep` takes as its loss. */
export type MatchingLoss = (batch: VaeBatch, scope: Scope) => MatchingTerms;

export interface WaeOptions {
  /** λ: weight of the discrepancy. @default 10 */
  readonly lambda?: number;
  /** @default inverseMultiquadratic({ c: 2 · latentDim }) */
  readonly kernel?: Kernel;
}

/**
 * The Wasserstein autoencoder with the MMD penalty, with encoder z = μ(x):
 *
 *     −log p(x|μ(x)) + λ MMD²(q(z), p(z))
 *
 * With a gaussian likelihood the first term is the squared error of the paper, in units of 2σ². The spread of q(z|x) is
 * not learned: `bound` and `logProb` mean nothing for such a model; `encode`, `decode`, `sample` do.
 *
 * @throws GenError `range` for λ below 0
 */
export function waeMmd(model: LatentModel, { lambda = 10, kernel = kernelOf(model) }: WaeOptions = {}): MatchingLoss {
  checkWeight("waeMmd", "lambda", lambda);
  return (batch, scope) => {
    const { seen, q } = encoded(model, batch, scope);
    const reconstruction = seen.logLikelihood(q.mean, 1, scope).mean();
    const discrepancy = mmd(q.mean, model.prior.sample(q.mean.shape[0]!, scope), kernel);
    return { loss: discrepancy.mul(lambda).sub(reconstruction), reconstruction, mmd: discrepancy };
  };
}

export interface InfoVaeOptions {
  /** α: how much information codes should hold of pictures; 0 for the VAE's own bound, 1 for the MMD-VAE. @default 1 */
  readonly alpha?: number;
  /** λ, which with α makes the weight of the discrepancy, α + λ − 1. @default 10 */
  readonly lambda?: number;
  /** @default inverseMultiquadratic({ c: 2 · latentDim }) */
  readonly kernel?: Kernel;
}

/**
 * The InfoVAE's objective; α = 0, λ = 1 is the negative bound of the VAE:
 *
 *     −E_q[log p(x|z)] + (1 − α) KL(q(z|x) ‖ p(z)) + (α + λ − 1) MMD²(q(z), p(z))        eq. 6
 *
 * The KL term is the closed form where there is one.
 *
 * @throws GenError `range` unless α ≤ 1 and α + λ ≥ 1
 */
export function infoVae(
  model: LatentModel,
  { alpha = 1, lambda = 10, kernel = kernelOf(model) }: InfoVaeOptions = {},
): MatchingLoss {
  checkWeight("infoVae", "1 − alpha", 1 - alpha);
  checkWeight("infoVae", "alpha + lambda − 1", alpha + lambda - 1);
  return (batch, scope) => {
    const { seen, q } = encoded(model, batch, scope);
    const { z, gap } = q.draw(1, scope); //                      [N, Z]
    const reconstruction = seen.logLikelihood(z, 1, scope).mean();
    const kl = (q.kl ?? gap).sum(1).mean();
    const discrepancy = mmd(z, model.prior.sample(z.shape[0]!, scope), kernel);
    const matching = kl.mul(1 - alpha).add(discrepancy.mul(alpha + lambda - 1));
    return { loss: matching.sub(reconstruction), reconstruction, mmd: discrepancy, kl };
  };
}

function encoded(
  model: LatentModel,
  batch: VaeBatch,
  scope: Scope,
): { seen: Observed; q: ReturnType<LatentModel["posterior"]> } {
  const seen = observe(model, batch, { scope });
  return { seen, q: model.posterior(seen.x, seen.condition, scope) };
}

function kernelOf({ latentDim }: LatentModel): Kernel {
  return inverseMultiquadratic({ c: 2 * latentDim });
}

function checkWeight(where: string, name: string, value: number): void {
  if (!(value >= 0)) throw new GenError("range", `${where}: expected ${name} ≥ 0, got ${value}`);
}
