/** @file Guidance: estimates of the data pulled toward a condition. Each is a function from estimates to an estimate. */
import { concat, GenError, grad, scalar, type Tensor } from "@gen/core";
import { topK } from "@gen/core/nn";
import type { Denoiser } from "./sampler.js";

export interface Guidance {
  /** w: 0 is the model without its condition, 1 the conditional one, above 1 more of the condition than there is. A number, or a scalar. @default 1 */
  readonly weight?: number | Tensor | undefined;
  /** Guide only where σ lies in it, and use the condition alone elsewhere. Kynkäänniemi et al. 2024, arXiv:2404.07724. @default everywhere */
  readonly interval?: readonly [low: number, high: number] | undefined;
  /** φ: how far the estimate is brought back to the spread of the conditional one, in [0, 1]. @default 0 */
  readonly rescale?: number | undefined;
  /** Bring each estimate into the range [−1, 1] by this percentile of its absolute values, in (0, 1]. @default none */
  readonly threshold?: number | undefined;
}

/** @throws GenError `range` naming what is out of range */
export function checkGuidance({ interval, rescale = 0, threshold = 1, weight }: Guidance): void {
  const fail = (what: string): never => {
    throw new GenError("range", `guidance: expected ${what}`);
  };
  if (typeof weight === "number" && !Number.isFinite(weight)) fail(`a finite weight, got ${weight}`);
  if (interval !== undefined && !(interval[0] >= 0 && interval[1] > interval[0]))
    fail(`an interval of σ, 0 ≤ low < high, got [${interval.join(", ")}]`);
  if (!(rescale >= 0 && rescale <= 1)) fail(`rescale in [0, 1], got ${rescale}`);
  if (!(threshold > 0 && threshold <= 1)) fail(`a percentile in (0, 1] as threshold, got ${threshold}`);
}

/**
 * Classifier-free guidance of estimates with a condition and without (or with another, which is avoided):
 *
 *     x̂ = x̂₀ + w (x̂_c − x̂₀)
 *
 * @see Ho & Salimans 2022, eq. 6, with w for their 1 + w. arXiv:2207.12598; rescaling: Lin et al. 2024, eq. 15 and 16. arXiv:2305.08891
 */
export function guided(
  { conditional, unconditional }: { readonly conditional: Tensor; readonly unconditional: Tensor },
  sigma: Tensor,
  { weight = 1, interval, rescale = 0 }: Guidance,
): Tensor {
  const w = typeof weight === "number" ? scalar(weight) : weight;
  const inside = interval && sigma.greater(interval[0]).and(sigma.lessEqual(interval[1]));
  const here = inside === undefined ? w : inside.where(w, 1);
  const pulled = unconditional.add(conditional.sub(unconditional).mul(here));
  if (rescale === 0) return pulled;
  const factor = spread(conditional).div(spread(pulled));
  return pulled.mul(factor.mul(rescale).add(1 - rescale));
}

/** Standard deviation of each row, beside it. */
function spread(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis).slice(1);
  return x.variance(axes, { keepDims: true }).add(1e-12).sqrt();
}

/**
 * Dynamic thresholding: s is a percentile of |x̂| of each row, at least 1, and x̂ ← clip(x̂, −s, s) / s.
 *
 * @see Saharia et al. 2022, "Photorealistic text-to-image diffusion models", §2.3. arXiv:2205.11487
 */
export function thresholded(x: Tensor, percentile: number): Tensor {
  const flat = x.flatten(); //                      [N, D]
  const d = flat.shape[1]!;
  const rank = Math.min(d, Math.floor((1 - percentile) * d) + 1);
  const s = topK(flat.abs(), rank)
    .values.slice(1, rank - 1, rank)
    .maximum(1); //                                 [N, 1]
  return flat.minimum(s).maximum(s.neg()).div(s).reshape(x.shape);
}

/**
 * Guidance by a classifier of noisy rows:
 *
 *     x̂ ← x̂ + w σ² ∇_x log p(c | x, σ)
 *
 * @param logProb log p(c | x, σ) of each row, [N], for x = data + σ·noise
 * @see Dhariwal & Nichol 2021, eq. 14. arXiv:2105.05233
 */
export function classifierGuided(
  denoise: Denoiser,
  { logProb, weight = 1 }: { readonly logProb: (x: Tensor, sigma: Tensor) => Tensor; readonly weight?: number },
): Denoiser {
  return (x, sigma) => {
    const [slope] = grad(logProb(x, sigma).sum(), [x]) as [Tensor];
    return denoise(x, sigma).add(slope.mul(sigma.square().mul(weight)));
  };
}

/** Both halves of a batch twice as large. */
export function twice(x: Tensor): Tensor {
  return concat([x, x], 0);
}
