/**
 * @file Variational inference: fitting a flow to a density that is known up to a constant, from the flow's own draws.
 * Rezende & Mohamed 2015, "Variational Inference with Normalizing Flows". arXiv:1505.05770
 */
import { GenError, grad, logSumExp, type Scope, type Tensor } from "@gen/core";
import type { Drawn } from "./pushforward.js";
import type { At } from "./transform.js";

/** log p̃(z) of each row, up to a constant: [N, …shape] → [N], in nats. */
export type Target = (z: Tensor, scope: Scope) => Tensor;

/** What gives draws with densities: a `Pushforward`, or a `Flow` without a codec. */
export interface Drawable {
  draw(n: number, at: At): Drawn;
}

/** A drawable whose density is known everywhere: a `Flow`. */
export interface Scored extends Drawable {
  logProb(z: Tensor, scope: Scope, context?: Tensor): Tensor;
}

export interface ReverseKlOptions {
  /** Draws for one estimate. */
  readonly n: number;
  readonly scope: Scope;
  readonly context?: Tensor | undefined;
  /** β: weight of log p̃, which rises to 1 in annealing (eq. 20 of the paper). @default 1 */
  readonly beta?: Tensor | number;
}

/**
 * The reverse divergence of a flow from a target, up to the target's log-normaliser:
 *
 *     KL(q ‖ p) − log Z = E_q[log q(z) − β log p̃(z)]
 *
 * @returns a scalar, in nats, whose gradient goes through the draws and through log q
 * @see Rezende & Mohamed 2015, eq. 15
 */
export function reverseKl(q: Drawable, target: Target, { n, scope, context, beta = 1 }: ReverseKlOptions): Tensor {
  const { z, logProb } = q.draw(n, { scope, context });
  return logProb.sub(target(z, scope).mul(beta)).mean();
}

/**
 * The same value as {@link reverseKl} with the gradient along the path alone: the score of q, whose mean is 0, is left
 * out, so that the gradient vanishes draw by draw where q = p.
 *
 *     ∇ = E[(∂z/∂φ)ᵀ ∇_z (log q(z) − β log p̃(z))]
 *
 * @see Roeder, Wu & Duvenaud 2017, "Sticking the Landing", eq. 8. arXiv:1703.09194
 */
export function pathReverseKl(q: Scored, target: Target, { n, scope, context, beta = 1 }: ReverseKlOptions): Tensor {
  const { z, logProb } = q.draw(n, { scope, context });
  const here = z.stopGradient();
  const excess = q.logProb(here, scope, context).sub(target(here, scope).mul(beta));
  const [slope] = grad(excess.sum(), [here]) as [Tensor];
  const along = z
    .mul(slope.stopGradient())
    .sum()
    .mul(1 / n);
  const value = logProb.sub(target(z, scope).mul(beta)).mean();
  return value.stopGradient().add(along.sub(along.stopGradient()));
}

export interface AlphaOptions extends Omit<ReverseKlOptions, "beta"> {
  /** α ≠ 1: 0 is the importance-weighted bound, towards 1 is {@link reverseKl}, above 1 seeks modes. */
  readonly alpha: number;
}

/**
 * The negative of Rényi's variational bound on log Z, by n draws:
 *
 *     −L_α = −1/(1 − α) · log 1/n Σ (p̃(z)/q(z))^(1 − α)
 *
 * @throws GenError `range` for α = 1, which is {@link reverseKl}
 * @see Li & Turner 2016, "Rényi Divergence Variational Inference", eq. 9. arXiv:1602.02311
 */
export function alphaDivergence(q: Drawable, target: Target, { n, scope, context, alpha }: AlphaOptions): Tensor {
  if (!Number.isFinite(alpha) || alpha === 1) {
    throw new GenError("range", `alphaDivergence: expected α other than 1, got ${alpha}`, {
      fix: "use reverseKl for α = 1",
    });
  }
  const { z, logProb } = q.draw(n, { scope, context });
  const logW = target(z, scope).sub(logProb);
  return logSumExp(logW.mul(1 - alpha), 0)
    .sub(Math.log(n))
    .mul(-1 / (1 - alpha));
}
