/** @file The step back that the process itself would take, if it knew the data: q(x_to | x_from, x). */
import type { Tensor } from "@gen/core";

export interface PosteriorOptions {
  /** At level `from`. */
  readonly x: Tensor;
  /** The data, or an estimate of them. */
  readonly denoised: Tensor;
  readonly from: Tensor;
  readonly to: Tensor;
  readonly scale: (sigma: Tensor) => Tensor;
}

export interface Posterior {
  readonly mean: Tensor;
  /** β̃: its variance. */
  readonly small: Tensor;
  /** β: that of the step forward, seen from the cleaner level. */
  readonly large: Tensor;
}

/**
 *     q(x_to | x_from, x) = N(x + r (x_from − x), r (σ_from² − σ_to²))        r = σ_to² / σ_from²
 *
 * @see Ho et al. 2020, eq. 7, in the coordinates x_t / α
 */
export function posterior({ x, denoised, from, to, scale }: PosteriorOptions): Posterior {
  const ratio = to.div(from).square();
  const gap = from.square().sub(to.square());
  return {
    mean: denoised.add(x.sub(denoised).mul(ratio)),
    small: gap.mul(ratio),
    large: gap.mul(scale(from).div(scale(to)).square()),
  };
}

/** log of a variance between the two, by its share of the large one: Nichol & Dhariwal 2021, eq. 15. arXiv:2102.09672 */
export function betweenVariances(share: Tensor, { small, large }: Pick<Posterior, "small" | "large">): Tensor {
  return share.mul(large.log()).add(share.neg().add(1).mul(small.log()));
}
