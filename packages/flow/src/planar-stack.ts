/**
 * @file Many planar transforms one after the other, as one scan over their parameters: the deep flows of posteriors.
 * Rezende & Mohamed 2015, "Variational Inference with Normalizing Flows", §4.1. arXiv:1505.05770
 */
import { constantInit, GenError, normalInit, param, scan, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { constrained, logSlope } from "./planar.js";
import { checkRows, type At, type Transform } from "./transform.js";

export interface PlanarStackOptions {
  readonly dim: number;
  /** K: transforms. */
  readonly depth: number;
  /** Parameters are linear functions of a context of each row: an amortised flow. @default 0: they are learned numbers */
  readonly contextDim?: number;
}

/**
 * K planar transforms, z_k = z_{k−1} + û_k tanh(w_kᵀ z_{k−1} + b_k), k = 1 … K: as a chain of `Planar`, with one product
 * for all parameters and a graph whose size does not grow with K. It is for sampling and offers no inverse.
 */
export class PlanarStack implements Transform {
  /** From context to (u, w, b) of each transform, [K, contextDim, 2D + 1]; nothing without a context. */
  readonly weight: Tensor | undefined;
  /** [K, 1, 2D + 1] */
  readonly bias: Tensor;
  readonly shape: Shape;
  readonly contextDim: number;

  /** @throws GenError `range` for less than one transform */
  constructor({ dim, depth, contextDim = 0 }: PlanarStackOptions) {
    if (!Number.isInteger(depth) || depth < 1)
      throw new GenError("range", `PlanarStack: expected depth ≥ 1, got ${depth}`);
    this.shape = [dim];
    this.contextDim = contextDim;
    const width = 2 * dim + 1;
    const isAmortised = contextDim > 0;
    const std = 0.1 / Math.sqrt(Math.max(contextDim, 1));
    this.weight = isAmortised ? param([depth, contextDim, width], normalInit({ std })) : undefined;
    this.bias = param([depth, 1, width], isAmortised ? constantInit(0) : normalInit({ std }));
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(z0: Tensor, { context }: At): Mapped {
    checkRows(z0, { shape: this.shape, context, contextDim: this.contextDim, where: "PlanarStack" });
    const dim = this.shape[0]!;
    const params = this.weight === undefined ? this.bias : context!.matmul(this.weight).add(this.bias);
    const [raw, w, b] = params.split([dim, dim, 1]) as [Tensor, Tensor, Tensor]; // [K, N or 1, D], …, [K, N or 1, 1]
    const { u, s } = constrained(raw, w);
    const { carry, ys } = scan({ carry: [z0], xs: [u, w, b] }, ([z], [u, w, b]) => {
      const h = z!.mul(w!).sum(1, { keepDims: true }).add(b!).tanh();
      return { carry: [z!.add(u!.mul(h))], ys: [h] };
    });
    return { y: carry[0]!, logDet: logSlope(ys[0]!, s).squeeze(-1).sum(0) };
  }
}
