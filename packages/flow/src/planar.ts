/**
 * @file Planar flow: contracts and expands along one direction.
 * Rezende & Mohamed 2015, "Variational Inference with Normalizing Flows", §4.1 and appendix A. arXiv:1505.05770
 */
import { scan, scalar, softplus, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { checkRows, type At, type Bijection, type Unmapped } from "./transform.js";
import { RowParams } from "./row-params.js";

export interface PlanarOptions {
  readonly dim: number;
  /** Parameters are a linear function of a context of each row: an amortised flow. @default 0: they are learned numbers */
  readonly contextDim?: number;
}

/** Halvings of the interval that holds the root: below the rounding of float64 for any usual row. */
const HALVINGS = 60;

/**
 *     f(z) = z + û tanh(wᵀz + b)        log |det| = log(1 + wᵀû · (1 − tanh²(wᵀz + b)))
 *
 * û = u + (m(wᵀu) − wᵀu) w/‖w‖² with m(a) = log(1 + eᵃ) − 1, so that wᵀû > −1 and f is invertible. The inverse solves
 * α + wᵀû tanh(α) = wᵀy + b for α by bisection, which ends within {@link Planar.tolerance}; a step of Newton's method
 * carries gradients (first derivatives only).
 *
 * @see Rezende & Mohamed 2015, eq. 10–12 and 22–23
 */
export class Planar implements Bijection {
  readonly params: RowParams;
  readonly shape: Shape;
  readonly contextDim: number;
  /** In float64, unless wᵀû comes within 1e-3 of −1, where the inverse is steep. */
  readonly tolerance = 1e-8;

  constructor({ dim, contextDim = 0 }: PlanarOptions) {
    this.shape = [dim];
    this.contextDim = contextDim;
    this.params = new RowParams({ sizes: [dim, dim, 1], contextDim, std: 0.1 });
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(z: Tensor, at: At): Mapped {
    checkRows(z, { shape: this.shape, context: at.context, contextDim: this.contextDim, where: "Planar" });
    const { u, w, b, s } = this.#constrained(at);
    const h = z.mul(w).sum(1, { keepDims: true }).add(b).tanh(); //            [N, 1]
    return { y: z.add(u.mul(h)), logDet: logSlope(h, s).squeeze(1) };
  }

  inverse(y: Tensor, at: At): Unmapped {
    checkRows(y, { shape: this.shape, context: at.context, contextDim: this.contextDim, where: "Planar" });
    const { u, w, b, s } = this.#constrained(at);
    const c = y.mul(w).sum(1, { keepDims: true }).add(b); //                   [N, 1]
    const h = rootOf(c, s).tanh();
    return { x: y.sub(u.mul(h)), logDet: logSlope(h, s).squeeze(1).neg() };
  }

  /** û, w, b and wᵀû. */
  #constrained(at: At): { u: Tensor; w: Tensor; b: Tensor; s: Tensor } {
    const [raw, w, b] = this.params.of(at) as [Tensor, Tensor, Tensor]; //     [N or 1, D], [.., D], [.., 1]
    return { ...constrained(raw, w), w, b };
  }
}

/** û, which keeps the map invertible, and s = wᵀû > −1. @param raw, w […, D] @returns u […, D], s […, 1] */
export function constrained(raw: Tensor, w: Tensor): { u: Tensor; s: Tensor } {
  const along = w.mul(raw).sum(-1, { keepDims: true }); //                     wᵀu
  const s = softplus(along).sub(1);
  const u = raw.add(w.mul(s.sub(along).div(squaredLength(w))));
  return { u, s: w.mul(u).sum(-1, { keepDims: true }) };
}

/** ‖w‖², away from 0: [.., D] → [.., 1] */
export function squaredLength(w: Tensor): Tensor {
  return w.square().sum(-1, { keepDims: true }).maximum(1e-12);
}

/** log(1 + s (1 − h²)) */
export function logSlope(h: Tensor, s: Tensor): Tensor {
  return h.square().neg().add(1).mul(s).add(1).log();
}

/** α with α + s tanh(α) = c, which lies within |s| of c and is one, as the left side increases for s > −1. */
function rootOf(c: Tensor, s: Tensor): Tensor {
  const reach = s.abs().expand(c.shape);
  const start = [c.sub(reach), c.add(reach)].map((end) => end.stopGradient());
  const excess = (alpha: Tensor): Tensor => alpha.add(alpha.tanh().mul(s)).sub(c);
  const { carry } = scan({ carry: start, length: HALVINGS }, ([low, high]) => {
    const middle = low!.add(high!).mul(0.5);
    const isBelow = excess(middle).less(0);
    return { carry: [isBelow.where(middle, low!), isBelow.where(high!, middle)] };
  });
  const alpha = carry[0]!.add(carry[1]!).mul(0.5).stopGradient();
  const slope = alpha.tanh().square().neg().add(1).mul(s).add(1).maximum(scalar(1e-6, c.dtype));
  return alpha.sub(excess(alpha).div(slope));
}
