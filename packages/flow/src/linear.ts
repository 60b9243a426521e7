/** @file Invertible linear maps of features, or of the channels of each pixel (1×1 convolutions). */
import { full, GenError, sizeOf, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import type { Matrix } from "./matrix.js";
import { checkRows, perRow, type Bijection, type Unmapped } from "./transform.js";

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
