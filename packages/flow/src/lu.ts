/** @file A matrix by its LU factors, which may start as those of a random rotation. */
import { arrayInit, constant, full, key, ndarray, normalDraws, param, type Tensor } from "@gen/core";
import { luOf, orthogonalOf } from "./lu-factors.js";
import type { Matrix } from "./matrix.js";
import { checkDim } from "./transform.js";
import { identity, strictly, triangularInverse } from "./triangular.js";

export interface LuOptions {
  readonly dim: number;
  /** Start from a random rotation by this seed. @default the identity */
  readonly seed?: number;
}

/**
 * W = P·L·(U + diag(±eˢ)): a fixed permutation, a lower triangle with ones on its diagonal, and an upper one.
 *
 *     log |det W| = Σ s
 *
 * @see Kingma & Dhariwal 2018, "Glow", §3.2. arXiv:1807.03039
 */
export class Lu implements Matrix {
  /** [dim, dim]; what lies below the diagonal is used. */
  readonly lower: Tensor;
  /** [dim, dim]; what lies above the diagonal is used. */
  readonly upper: Tensor;
  /** s: [dim] */
  readonly logScale: Tensor;
  readonly dim: number;
  readonly #fixed: { readonly permutation: Tensor; readonly signs: Tensor };

  constructor({ dim, seed }: LuOptions) {
    this.dim = checkDim(dim, "Lu");
    const start = luOf(
      seed === undefined ? undefined : orthogonalOf(normalDraws(key(seed), dim * dim, "f64"), dim),
      dim,
    );
    this.lower = param([dim, dim], arrayInit(ndarray(start.lower, [dim, dim])));
    this.upper = param([dim, dim], arrayInit(ndarray(start.upper, [dim, dim])));
    this.logScale = param([dim], arrayInit(ndarray(start.logScale, [dim])));
    this.#fixed = {
      permutation: constant(ndarray(start.permutation, [dim, dim])),
      signs: constant(ndarray(start.signs, [dim])),
    };
  }

  matrix(): Tensor {
    const { lower, upper } = this.#strict();
    const l = lower.add(identity(this.dim));
    const u = upper.add(identity(this.dim).mul(this.#diagonal()));
    return this.#fixed.permutation.matmul(l).matmul(u);
  }
  inverse(): Tensor {
    const { lower, upper } = this.#strict();
    const l = triangularInverse(lower, full([this.dim], 1), "lower");
    const u = triangularInverse(upper, this.#diagonal(), "upper");
    return u.matmul(l).matmul(this.#fixed.permutation.transpose());
  }
  logAbsDet(): Tensor {
    return this.logScale.sum();
  }

  #strict(): { lower: Tensor; upper: Tensor } {
    return {
      lower: this.lower.mul(strictly("lower", this.dim)),
      upper: this.upper.mul(strictly("upper", this.dim)),
    };
  }
  #diagonal(): Tensor {
    return this.logScale.exp().mul(this.#fixed.signs);
  }
}
