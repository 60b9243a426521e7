/** @file Orthogonal matrices, whose inverse is their transpose: rotations, and products of reflections. */
import { GenError, normalInit, param, type Tensor } from "@gen/core";
import type { Matrix } from "./matrix.js";
import { checkDim } from "./transform.js";
import { identity } from "./triangular.js";

/** Squarings of the exponential series, and its terms: exact to 1e-13 for ‖A − Aᵀ‖ ≤ 16. */
const [SQUARINGS, TERMS] = [5, 14];

/**
 * A rotation, R = exp(A − Aᵀ), whose inverse is its transpose. It starts as the identity turned by little.
 *
 * @throws GenError `range` for less than two dimensions, where nothing turns
 */
export class Rotation implements Matrix {
  /** A: [dim, dim] */
  readonly generator: Tensor;
  readonly dim: number;

  constructor({ dim }: { readonly dim: number }) {
    this.dim = checkDim(dim, "Rotation", 2);
    this.generator = param([dim, dim], normalInit({ std: 0.1 / Math.sqrt(dim) }));
  }

  matrix(): Tensor {
    const small = this.generator.sub(this.generator.transpose()).mul(2 ** -SQUARINGS);
    const one = identity(this.dim);
    let r = one; // Horner: 1 + S (1 + S/2 (1 + S/3 (…)))
    for (let k = TERMS; k >= 1; k--) r = small.matmul(r).div(k).add(one);
    for (let k = 0; k < SQUARINGS; k++) r = r.matmul(r);
    return r;
  }
  inverse(): Tensor {
    return this.matrix().transpose();
  }
  logAbsDet(): undefined {
    return undefined;
  }
}

export interface HouseholderOptions {
  readonly dim: number;
  /** Reflections; `dim` of them reach every orthogonal matrix. @default min(dim, 8) */
  readonly reflections?: number;
}

/**
 * An orthogonal matrix as a product of reflections H = I − 2 v vᵀ / vᵀv.
 *
 * @see Tomczak & Welling 2016, "Improving Variational Auto-Encoders using Householder Flow", eq. 9. arXiv:1611.09630
 */
export class Householder implements Matrix {
  /** [reflections, dim] */
  readonly vectors: Tensor;
  readonly dim: number;

  constructor({ dim, reflections = Math.min(dim, 8) }: HouseholderOptions) {
    this.dim = checkDim(dim, "Householder");
    if (!Number.isInteger(reflections) || reflections < 1)
      throw new GenError("range", `Householder: expected reflections ≥ 1, got ${reflections}`);
    this.vectors = param([reflections, dim], normalInit({ std: 1 }));
  }

  matrix(): Tensor {
    let q = identity(this.dim);
    for (let k = 0; k < this.vectors.shape[0]!; k++) {
      const v = this.vectors.slice(0, k, k + 1); //                            [1, D]
      const along = q.matmul(v.transpose()); //                                [D, 1]
      q = q.sub(along.matmul(v).mul(v.square().sum().reciprocal().mul(2)));
    }
    return q;
  }
  inverse(): Tensor {
    return this.matrix().transpose();
  }
  logAbsDet(): undefined {
    return undefined;
  }
}
