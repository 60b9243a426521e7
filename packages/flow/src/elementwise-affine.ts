/** @file Element-wise affine maps: scales and shifts of their own, which start as the identity. */
import { constantInit, param, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { checkRows, perRow, type Bijection, type Unmapped } from "./transform.js";

/**
 * Scales and shifts each number of a row:
 *
 *     y = x · eˢ + t        log |det| = Σ s
 */
export class ElementwiseAffine implements Bijection {
  /** s: […shape] */
  readonly logScale: Tensor;
  /** t: […shape] */
  readonly shift: Tensor;
  readonly shape: Shape;
  readonly contextDim = 0;

  constructor({ shape }: { readonly shape: Shape }) {
    this.shape = shape;
    this.logScale = param(shape, constantInit(0));
    this.shift = param(shape, constantInit(0));
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(x: Tensor): Mapped {
    checkRows(x, { shape: this.shape, where: "ElementwiseAffine" });
    return { y: x.mul(this.logScale.exp()).add(this.shift), logDet: perRow(this.logScale.sum(), x) };
  }

  inverse(y: Tensor): Unmapped {
    const x = y.sub(this.shift).mul(this.logScale.neg().exp());
    return { x, logDet: perRow(this.logScale.sum().neg(), y) };
  }
}
