/**
 * @file Many planar transforms one after the other, as one scan over their parameters: the deep flows of posteriors.
 * Rezende & Mohamed 2015, "Variational Inference with Normalizing Flows", §4.1. arXiv:1505.05770
 */
import { concat, constantInit, GenError, normalInit, param, scan, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { constrained, logSlope, squaredLength } from "./planar.js";
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
 * for all parameters and a graph whose size does not grow with K. It begins as the identity, however deep: each u_k starts
 * where û_k = 0, each w_k as a random direction. It is for sampling and offers no inverse.
 */
export class PlanarStack implements Transform {
  /** From context to (u, b, w) of each transform, [K, contextDim, 2D + 1]; nothing without a context. */
  readonly weight: Tensor | undefined;
  /** (u, b), [K, 1, D + 1] */
  readonly bias: Tensor;
  /** w, [K, 1, D] */
  readonly direction: Tensor;
  readonly shape: Shape;
  readonly contextDim: number;
  readonly sharesContext = true;

  /** @throws GenError `range` for less than one transform */
  constructor({ dim, depth, contextDim = 0 }: PlanarStackOptions) {
    if (!Number.isInteger(depth) || depth < 1)
      throw new GenError("range", `PlanarStack: expected depth ≥ 1, got ${depth}`);
    this.shape = [dim];
    this.contextDim = contextDim;
    this.weight = contextDim > 0 ? param([depth, contextDim, 2 * dim + 1], constantInit(0)) : undefined;
    this.bias = param([depth, 1, dim + 1], constantInit(0));
    this.direction = param([depth, 1, dim], normalInit({ std: 1 / Math.sqrt(dim) }));
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(z0: Tensor, { context }: At): Mapped {
    const { shape, contextDim } = this;
    checkRows(z0, { shape, context, contextDim, sharesContext: true, where: "PlanarStack" });
    const dim = shape[0]!;
    const fixed = concat([this.bias, this.direction], 2);
    const params = this.weight === undefined ? fixed : context!.matmul(this.weight).add(fixed);
    const [raw, b, w] = params.split([dim, 1, dim]) as [Tensor, Tensor, Tensor]; // [K, N, D], [K, N, 1], [K, N, D]
    const { u, s } = constrained(raw.add(w.mul(RESTING).div(squaredLength(w))), w);
    const n = this.weight === undefined ? 1 : context!.shape[0]!;
    const { carry, ys } = scan({ carry: [z0.reshape([-1, n, dim])], xs: [u, w, b] }, ([z], [u, w, b]) => {
      const h = z!.mul(w!).sum(2, { keepDims: true }).add(b!).tanh(); //            [R, N, 1]
      return { carry: [z!.add(u!.mul(h))], ys: [h] };
    });
    return { y: carry[0]!.reshape([-1, dim]), logDet: logSlope(ys[0]!, s.unsqueeze(1)).sum(0).reshape([-1]) };
  }
}

/** wᵀu where û = 0: log(1 + eᵃ) = 1. */
const RESTING = Math.log(Math.E - 1);
