/**
 * @file Sylvester flow: planar flows through M directions at once.
 * van den Berg, Hasenclever, Tomczak & Welling 2018, "Sylvester Normalizing Flows". arXiv:1803.05649
 */
import { GenError, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { Householder } from "./orthogonal.js";
import { RowParams } from "./row-params.js";
import { identity, strictly } from "./triangular.js";
import { checkRows, type At, type Transform } from "./transform.js";

export interface SylvesterOptions {
  readonly dim: number;
  /** M: directions, at most `dim`. @default min(dim, 8) */
  readonly directions?: number;
  /** R, R̃ and b are linear functions of a context of each row. @default 0: they are learned numbers */
  readonly contextDim?: number;
}

/**
 *     f(z) = z + Q R tanh(R̃ Qᵀz + b)        log |det| = Σ log(1 + (1 − tanh²) r̃ᵢᵢ rᵢᵢ)
 *
 * Q has M orthonormal columns (Householder reflections); R and R̃ are upper triangular with diagonals tanh(·), so that
 * rᵢᵢ r̃ᵢᵢ > −1 and f is invertible. Its inverse has no closed form, and is not offered.
 *
 * @see van den Berg et al. 2018, eq. 8–12
 */
export class Sylvester implements Transform {
  readonly orthogonal: Householder;
  readonly params: RowParams;
  readonly shape: Shape;
  readonly contextDim: number;
  readonly #directions: number;

  /** @throws GenError `range` for more directions than dimensions */
  constructor({ dim, directions = Math.min(dim, 8), contextDim = 0 }: SylvesterOptions) {
    if (!Number.isInteger(directions) || directions < 1 || directions > dim)
      throw new GenError("range", `Sylvester: expected directions in [1, ${dim}], got ${directions}`);
    this.shape = [dim];
    this.contextDim = contextDim;
    this.#directions = directions;
    this.orthogonal = new Householder({ dim });
    this.params = new RowParams({ sizes: [directions ** 2, directions ** 2, directions], contextDim, std: 0.1 });
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(z: Tensor, at: At): Mapped {
    checkRows(z, { shape: this.shape, context: at.context, contextDim: this.contextDim, where: "Sylvester" });
    const M = this.#directions;
    const [a, b, shift] = this.params.of(at) as [Tensor, Tensor, Tensor]; // [N or 1, M²], [.., M²], [.., M]
    const q = this.orthogonal.matrix().slice(1, 0, M); //                     [D, M]
    const [r, rTilde] = [this.#triangle(a), this.#triangle(b)]; //            [N or 1, M, M]
    const turned = z.matmul(q).unsqueeze(2); //                               [N, M, 1]
    const h = rTilde.full.matmul(turned).squeeze(2).add(shift).tanh(); //     [N, M]
    const y = z.add(r.full.matmul(h.unsqueeze(2)).squeeze(2).matmul(q.transpose()));
    const slopes = h.square().neg().add(1).mul(r.diagonal.mul(rTilde.diagonal)).add(1);
    return { y, logDet: slopes.log().sum(1) };
  }

  /** [N, M²] → an upper triangle with a diagonal in (−1, 1). */
  #triangle(raw: Tensor): { full: Tensor; diagonal: Tensor } {
    const M = this.#directions;
    const all = raw.reshape([-1, M, M]);
    const diagonal = all.mul(identity(M)).sum(2).tanh(); //                   [.., M]
    return { full: all.mul(strictly("upper", M)).add(identity(M).mul(diagonal.unsqueeze(1))), diagonal };
  }
}
