/**
 * @file Contracts between families: what a VAE asks of a learned prior or of a richer posterior, so that a flow or an
 * autoregressive model can be one without either package importing the other.
 */
import type { Scope } from "../program/scope.js";
import type { Shape } from "../shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** A density over events of one shape; its parameters are its public fields, as of any model. */
export interface Density {
  /** Shape of one event, without the batch axis. */
  readonly shape: Shape;
  /** log p(x) of each row, in nats. @param x [N, …shape] @returns [N] */
  logProb(x: Tensor, scope: Scope): Tensor;
  /** n draws; their randomness is taken from the scope. @returns [n, …shape] */
  sample(n: number, scope: Scope): Tensor;
}

/** Where a transport takes a row, and log |det ∂y/∂x|. */
export interface Mapped {
  /** [N, …shape] */
  readonly y: Tensor;
  /** [N], in nats */
  readonly logDet: Tensor;
}

/**
 * An invertible map of rows, which may depend on a context of each row. Only the direction that sampling takes is asked
 * for: with z₀ ~ q₀ and z = f(z₀), log q(z) = log q₀(z₀) − logDet.
 *
 * @see Rezende & Mohamed 2015, arXiv:1505.05770, eq. 7
 */
export interface Transport {
  /** Numbers of context that each row has; 0 for none. */
  readonly contextDim: number;
  /**
   * Whether `forward` also takes K·N rows for N rows of context, draw by draw: row i of draw k, at k·N + i, has the context
   * of row i. @default false
   */
  readonly sharesContext?: boolean;
  /** @param x [N, …shape], context [N, contextDim] */
  forward(x: Tensor, at: { readonly context?: Tensor | undefined; readonly scope: Scope }): Mapped;
}
