/**
 * @file Invertible linear maps of features, or of the channels of each pixel (1×1 convolutions), by matrices whose inverse
 * and determinant are cheap: LU factors, rotations, Householder reflections.
 */
import { arrayInit, constant, constantInit, GenError, key, ndarray, normalDraws, normalInit, param } from "@gen/core";
import { full, sizeOf, type Model, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { luOf, orthogonalOf } from "./matrices.js";
import { checkRows, perRow, type Bijection, type Unmapped } from "./transform.js";
import { identity, strictly, triangularInverse } from "./triangular.js";

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

export interface LinearBijectionOptions {
  /** Shape of a row: [D], or [C, H, W], whose channels are mixed at each pixel. */
  readonly shape: Shape;
  /** Of the first extent of `shape`. */
  readonly of: Matrix;
}

/**
 * Mixes features, or channels at each pixel:
 *
 *     y = x·W        log |det| = H·W · log |det W|
 */
export class LinearBijection implements Bijection {
  readonly of: Matrix;
  readonly shape: Shape;
  readonly contextDim = 0;

  /** @throws GenError `shape` if the matrix has another size than the first axis */
  constructor({ shape, of }: LinearBijectionOptions) {
    if (of.dim !== shape[0]) {
      throw new GenError("shape", `LinearBijection: expected a matrix of ${shape[0] ?? 0} rows, got ${of.dim}`);
    }
    this.shape = shape;
    this.of = of;
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(x: Tensor): Mapped {
    checkRows(x, { shape: this.shape, where: "LinearBijection" });
    return { y: this.#times(x, this.of.matrix()), logDet: this.#logDet(x, 1) };
  }

  inverse(y: Tensor): Unmapped {
    return { x: this.#times(y, this.of.inverse()), logDet: this.#logDet(y, -1) };
  }

  #times(x: Tensor, w: Tensor): Tensor {
    if (x.rank === 2) return x.matmul(w);
    const pixels = x.flatten(2); //                                 [N, C, H·W]
    return w.transpose().matmul(pixels).reshape(x.shape); //        one product for each picture, no transposition of it
  }
  #logDet(x: Tensor, sign: number): Tensor {
    const one = this.of.logAbsDet();
    return one === undefined ? full([x.shape[0]!], 0, x.dtype) : perRow(one.mul(sign * sizeOf(this.shape.slice(1))), x);
  }
}

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

function checkDim(dim: number, where: string, least = 1): number {
  if (!Number.isInteger(dim) || dim < least)
    throw new GenError("range", `${where}: expected dim ≥ ${least}, got ${dim}`);
  return dim;
}
