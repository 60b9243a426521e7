/** @file Kullback–Leibler divergences in closed form: KL(p‖q) = E_p[log p − log q], in nats, for each event. */
import { logSoftmax, softmax, softplus } from "../tensor/math.js";
import { diagonal } from "../tensor/matrix.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Bernoulli } from "./bernoulli.js";
import { sumEvent } from "./distribution.js";
import type { Laplace } from "./laplace.js";
import { solveEach, whiten, type MultivariateNormal } from "./multivariate-normal.js";
import type { Normal } from "./normal.js";
import type { Uniform } from "./uniform.js";

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

/**
 * Between normal distributions with independent elements:
 *
 *     KL = log σq − log σp + ½ (σp²/σq² + (μp − μq)²/σq² − 1)
 */
export function klNormal(p: Normal, q: Normal): Tensor {
  const logRatio = p.logStd.sub(q.logStd);
  const distance = p.mean.sub(q.mean).mul(q.logStd.neg().exp());
  const kl = logRatio.mul(2).exp().add(distance.square()).sub(1).mul(0.5).sub(logRatio);
  return sumEvent(kl, p.eventDims);
}

/**
 * From the standard normal distribution:
 *
 *     KL = ½ (μ² + σ² − 1) − log σ
 *
 * @see Kingma & Welling 2014, "Auto-Encoding Variational Bayes", appendix B. arXiv:1312.6114
 */
export function klStandardNormal(p: Normal): Tensor {
  const kl = p.mean.square().add(p.logStd.mul(2).exp()).sub(1).mul(0.5).sub(p.logStd);
  return sumEvent(kl, p.eventDims);
}

/**
 * From a Laplace distribution, with Δ = μp − μq and E|x − μq| of a folded normal law:
 *
 *     KL = log 2b + (σ √(2/π) e^(−Δ²/2σ²) + Δ erf(Δ/√2σ)) / b − log σ − ½ log 2πe
 */
export function klNormalLaplace(p: Normal, q: Laplace): Tensor {
  const delta = p.mean.sub(q.mean);
  const ratio = delta.mul(p.logStd.neg().exp());
  const folded = ratio
    .square()
    .mul(-0.5)
    .exp()
    .mul(Math.sqrt(2 / Math.PI))
    .mul(p.std);
  const distance = folded.add(delta.mul(ratio.mul(Math.SQRT1_2).erf()));
  const kl = distance.mul(q.logScale.neg().exp()).add(q.logScale).sub(p.logStd);
  return sumEvent(kl.add(Math.LN2 - HALF_LOG_TAU - 0.5), p.eventDims);
}

/**
 * Between Laplace distributions, with Δ = |μp − μq|:
 *
 *     KL = log bq − log bp + (bp e^(−Δ/bp) + Δ) / bq − 1
 */
export function klLaplace(p: Laplace, q: Laplace): Tensor {
  const logRatio = p.logScale.sub(q.logScale);
  const delta = p.mean.sub(q.mean).abs();
  const near = delta.mul(p.logScale.neg().exp()).neg().exp().mul(logRatio.exp());
  const kl = near.add(delta.mul(q.logScale.neg().exp())).sub(1).sub(logRatio);
  return sumEvent(kl, p.eventDims);
}

/**
 * Of a Laplace from a normal distribution, by its second moment 2b² + Δ²:
 *
 *     KL = (2b² + Δ²) / 2σ² + log σ + ½ log 2π − 1 − log 2b
 */
export function klLaplaceNormal(p: Laplace, q: Normal): Tensor {
  const distance = p.mean.sub(q.mean).mul(q.logStd.neg().exp());
  const logRatio = p.logScale.sub(q.logStd);
  const kl = logRatio.mul(2).exp().add(distance.square().mul(0.5)).sub(logRatio);
  return sumEvent(kl.add(HALF_LOG_TAU - 1 - Math.LN2), p.eventDims);
}

/** Between uniform distributions: the logarithm of the ratio of their widths, ∞ where p reaches beyond q. */
export function klUniform(p: Uniform, q: Uniform): Tensor {
  const isInside = p.low.less(q.low).or(p.high.greater(q.high)).not();
  const ratio = q.high.sub(q.low).div(p.high.sub(p.low)).log();
  return sumEvent(isInside.where(ratio, Infinity), p.eventDims);
}

/**
 * Of a uniform from a normal distribution, by its second moment Δ² + width²/12 about μq:
 *
 *     KL = (Δ² + width²/12) / 2σ² + log σ + ½ log 2π − log width
 */
export function klUniformNormal(p: Uniform, q: Normal): Tensor {
  const width = p.high.sub(p.low);
  const distance = p.mean
    .sub(q.mean)
    .square()
    .add(width.square().mul(1 / 12));
  const kl = distance.mul(q.logStd.mul(-2).exp()).mul(0.5).add(q.logStd).sub(width.log());
  return sumEvent(kl.add(HALF_LOG_TAU), p.eventDims);
}

/**
 * Between Bernoulli distributions:
 *
 *     KL = σ(lp)·(lp − lq) − log(1 + e^lp) + log(1 + e^lq)
 */
export function klBernoulli(p: Bernoulli, q: Bernoulli): Tensor {
  const kl = p.mean.mul(p.logits.sub(q.logits)).sub(softplus(p.logits)).add(softplus(q.logits));
  return sumEvent(kl, p.eventDims);
}

/** What has logits of categories along a last axis: as indices, or as one-hot vectors with that axis in the event. */
interface Categories {
  readonly logits: Tensor;
  readonly eventDims: number;
}

/**
 * Between categorical distributions over the same categories:
 *
 *     KL = Σ_k p_k (log p_k − log q_k)
 */
export function klCategorical(p: Categories, q: Categories): Tensor {
  const kl = softmax(p.logits)
    .mul(logSoftmax(p.logits).sub(logSoftmax(q.logits)))
    .sum(-1);
  return sumEvent(kl, p.eventDims);
}

/** Between one-hot categorical distributions: that of the categories. */
export function klOneHot(p: Categories, q: Categories): Tensor {
  return klCategorical({ logits: p.logits, eventDims: p.eventDims - 1 }, q);
}

/**
 * Between normal distributions of vectors, with M = Lq⁻¹ Lp:
 *
 *     KL = ½ (‖M‖² + ‖Lq⁻¹(μp − μq)‖² − D) + Σ log Lq_ii − Σ log Lp_ii
 */
export function klMultivariateNormal(p: MultivariateNormal, q: MultivariateNormal): Tensor {
  const ratio = solveEach(q.cholesky, p.cholesky).square().sum([-2, -1]);
  const distance = whiten(q.cholesky, p.mean.sub(q.mean)).square().sum(-1);
  const logRatio = diagonal(q.cholesky).log().sum(-1).sub(diagonal(p.cholesky).log().sum(-1));
  const kl = ratio.add(distance).sub(p.mean.shape.at(-1)!).mul(0.5).add(logRatio);
  return sumEvent(kl, p.eventDims - 1);
}
