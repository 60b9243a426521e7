/** @file Invertible matrices whose inverse and determinant are cheap, and the plainest of them. */
import { constantInit, param, type Model, type Tensor } from "@gen/core";
import { checkDim } from "./transform.js";
import { identity } from "./triangular.js";

/** An invertible square matrix that acts from the right on rows, y = x·W. */
export interface Matrix extends Model {
  /** Rows and columns. */
  readonly dim: number;
  /** W: [dim, dim] */
  matrix(): Tensor;
  /** W⁻¹: [dim, dim] */
  inverse(): Tensor;
  /** log |det W|: a scalar; undefined where it is 0. */
  logAbsDet(): Tensor | undefined;
}

/** diag(eˢ): with orthogonal matrices on both sides, W = Q₁ · diag(eˢ) · Q₂ is a singular value decomposition. */
export class Diagonal implements Matrix {
  /** s: [dim] */
  readonly logScale: Tensor;
  readonly dim: number;

  constructor({ dim }: { readonly dim: number }) {
    this.dim = checkDim(dim, "Diagonal");
    this.logScale = param([dim], constantInit(0));
  }

  matrix(): Tensor {
    return identity(this.dim).mul(this.logScale.exp());
  }
  inverse(): Tensor {
    return identity(this.dim).mul(this.logScale.neg().exp());
  }
  logAbsDet(): Tensor {
    return this.logScale.sum();
  }
}
