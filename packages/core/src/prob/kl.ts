/** @file Kullback–Leibler divergences in closed form: KL(p‖q) = E_p[log p − log q], in nats, for each event. */
import { logSoftmax, softmax, softplus } from "../tensor/math.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Bernoulli } from "./bernoulli.js";
import type { Categorical } from "./categorical.js";
import { sumEvent } from "./distribution.js";
import type { Normal } from "./normal.js";

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
 * Between Bernoulli distributions:
 *
 *     KL = σ(lp)·(lp − lq) − log(1 + e^lp) + log(1 + e^lq)
 */
export function klBernoulli(p: Bernoulli, q: Bernoulli): Tensor {
  const kl = p.mean.mul(p.logits.sub(q.logits)).sub(softplus(p.logits)).add(softplus(q.logits));
  return sumEvent(kl, p.eventDims);
}

/**
 * Between categorical distributions over the same categories:
 *
 *     KL = Σ_k p_k (log p_k − log q_k)
 */
export function klCategorical(p: Categorical, q: Categorical): Tensor {
  const kl = softmax(p.logits)
    .mul(logSoftmax(p.logits).sub(logSoftmax(q.logits)))
    .sum(-1);
  return sumEvent(kl, p.eventDims);
}
