/**
 * @file The variational bound on log p(x) of a chain of T steps back:
 *
 *     −log p(x) ≤ KL(q(x_T|x) ‖ p(x_T)) + Σ_{k=2}^{T} E KL(q(x_{k−1}|x_k, x) ‖ p(x_{k−1}|x_k)) − E log p(x|x_1)
 *
 * Ho et al. 2020, eq. 5 (arXiv:2006.11239); learned variances: Nichol & Dhariwal 2021, eq. 15 (arXiv:2102.09672).
 */
import { constant, ndarray, type Scope, type Tensor } from "@gen/core";
import type { Diffusion } from "./diffusion.js";
import { betweenVariances, posterior } from "./posterior.js";
import { column } from "./forward.js";

export interface BoundTermOptions {
  /** Rows as the network sees them. */
  readonly y: Tensor;
  /** N(0, I), of their shape. */
  readonly noise: Tensor;
  /** Which of their numbers are known, 1 or 0: the others have no terms. @default all */
  readonly mask?: Tensor | undefined;
  /** [N] in [0, 1): which step of the chain, ⌊t T⌋. */
  readonly t: Tensor;
  readonly condition: Tensor | undefined;
  readonly scope: Scope;
  /** No gradient through the mean: the bound then trains variances alone. @default false */
  readonly fixMean?: boolean;
}

/**
 * T times the term of one step, so that its mean over t is the sum over the chain, in nats of y; without the term at x_T,
 * which no one learns.
 *
 * @returns [N]
 */
export function boundTerm(model: Diffusion, { t, ...options }: BoundTermOptions): Tensor {
  const { levels } = model.process;
  const k = t
    .mul(levels.length)
    .floor()
    .minimum(levels.length - 1)
    .cast("i32");
  return stepTerm(model, { ...options, k }).mul(levels.length);
}

/**
 * The term of step k: a KL between normal distributions, and for k = 0 −log p(y | x_0) under the normal distribution around
 * x̂: a density, or a probability where rows are levels.
 *
 * @param k [N] i32 in [0, T)
 * @returns [N], nats
 */
export function stepTerm(
  model: Diffusion,
  { y, noise, mask, k, condition, scope, fixMean = false }: Omit<BoundTermOptions, "t"> & { readonly k: Tensor },
): Tensor {
  const table = constant(ndarray(model.process.levels, [model.process.levels.length]));
  const from = table.gather(k);
  const to = table.gather(k.sub(1).maximum(0));
  const [s, sTo] = [column(from, y), column(to, y)];
  const x = y.add(noise.mul(s));
  const { mean, blend } = model.estimate(x, { sigma: from, condition, scope });
  const denoised = fixMean ? mean.stopGradient() : mean;
  const isLast = column(k.equal(0), y);
  const decoder =
    model.levels === undefined ? normalNats(y, denoised, s) : levelNats(y, denoised, { std: s, levels: model.levels });
  // At k = 0 both levels are one and the variance is 0: put in what is finite, and take the decoder's term.
  const lower = isLast.where(sTo.mul(0.5), sTo);
  const step = { from: s, to: lower, scale: (sigma: Tensor): Tensor => model.process.scale(sigma) };
  const wanted = posterior({ x, denoised: y, ...step });
  const got = posterior({ x, denoised, ...step });
  const logVar = blend === undefined ? got.small.log() : betweenVariances(blend, got);
  const kl = logVar
    .sub(wanted.small.log())
    .sub(1)
    .add(wanted.small.add(wanted.mean.sub(got.mean).square()).div(logVar.exp()))
    .mul(0.5);
  const nats = isLast.where(decoder, kl);
  return (mask === undefined ? nats : nats.mul(mask)).flatten().sum(1);
}

/** −log N(y; mean, std²) of each number. */
function normalNats(y: Tensor, mean: Tensor, std: Tensor): Tensor {
  return y
    .sub(mean)
    .div(std)
    .square()
    .mul(0.5)
    .add(std.log())
    .add(0.5 * Math.log(2 * Math.PI));
}

/**
 * −log P of levels between −1 and 1 under a normal distribution, the outermost ones with its tails.
 *
 * @see Ho et al. 2020, eq. 13
 */
function levelNats(y: Tensor, mean: Tensor, { std, levels }: { std: Tensor; levels: number }): Tensor {
  const half = 1 / (levels - 1);
  const cdf = (z: Tensor): Tensor => z.sub(mean).div(std.mul(Math.SQRT2)).erf().add(1).mul(0.5);
  const above = y.greater(1 - half).where(y.mul(0).add(1), cdf(y.add(half)));
  const below = y.less(half - 1).where(y.mul(0), cdf(y.sub(half)));
  return above.sub(below).maximum(1e-12).log().neg();
}

/** KL(q(x_T | x) ‖ N(0, σ_T²)) = |y|² / 2σ_T² of each row, in nats: [N]. */
export function priorTerm(model: Diffusion, y: Tensor): Tensor {
  const top = model.process.levels.at(-1)!;
  return y
    .square()
    .flatten()
    .sum(1)
    .mul(0.5 / top ** 2);
}
