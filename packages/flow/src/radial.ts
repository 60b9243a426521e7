/**
 * @file Radial flow: contracts and expands around a point.
 * Rezende & Mohamed 2015, "Variational Inference with Normalizing Flows", §4.1 and appendix A. arXiv:1505.05770
 */
import { softplus, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { RowParams } from "./row-params.js";
import { checkRows, type At, type Bijection, type Unmapped } from "./transform.js";

export interface RadialOptions {
  readonly dim: number;
  /** Parameters are a linear function of a context of each row: an amortised flow. @default 0: they are learned numbers */
  readonly contextDim?: number;
}

/** Keeps the root of a squared distance differentiable at the centre. */
const TINY = 1e-30;

/**
 *     f(z) = z + β̂ (z − z₀)/(α + r), r = ‖z − z₀‖
 *     log |det| = (D − 1) log(1 + β̂/(α + r)) + log(1 + α β̂/(α + r)²)
 *
 * α = eᵃ > 0 and β̂ = −α + log(1 + eᵝ) > −α, so that f is invertible. The inverse is exact: ‖y − z₀‖ = r (1 + β̂/(α + r)) is
 * quadratic in r.
 *
 * @see Rezende & Mohamed 2015, eq. 14 and 24–26
 */
export class Radial implements Bijection {
  readonly params: RowParams;
  readonly shape: Shape;
  readonly contextDim: number;
  readonly #dim: number;

  constructor({ dim, contextDim = 0 }: RadialOptions) {
    this.shape = [dim];
    this.#dim = dim;
    this.contextDim = contextDim;
    this.params = new RowParams({ sizes: [dim, 1, 1], contextDim, std: 0.1 });
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(z: Tensor, at: At): Mapped {
    const { centre, alpha, beta } = this.#constrained(z, at);
    const away = z.sub(centre);
    const r = lengthOf(away);
    const factor = beta.div(alpha.add(r)); //                                 β̂/(α + r), [N, 1]
    return { y: z.add(away.mul(factor)), logDet: this.#logDet({ r, alpha, beta, factor }) };
  }

  inverse(y: Tensor, at: At): Unmapped {
    const { centre, alpha, beta } = this.#constrained(y, at);
    const away = y.sub(centre);
    const length = lengthOf(away);
    const p = length.sub(alpha).sub(beta); //                                 r² − p r − α‖y − z₀‖ = 0
    const product = length.mul(alpha).mul(4);
    const root = p.square().add(product).sqrt();
    const isDown = p.less(0); //                                              then the plain root cancels
    const r = isDown.where(product.mul(0.5).div(root.sub(p.minimum(0))), p.add(root).mul(0.5));
    const factor = beta.div(alpha.add(r));
    const x = centre.add(away.div(factor.add(1)));
    return { x, logDet: this.#logDet({ r, alpha, beta, factor }).neg() };
  }

  #constrained(rows: Tensor, at: At): { centre: Tensor; alpha: Tensor; beta: Tensor } {
    checkRows(rows, { shape: this.shape, context: at.context, contextDim: this.contextDim, where: "Radial" });
    const [centre, a, b] = this.params.of(at) as [Tensor, Tensor, Tensor];
    const alpha = a.exp();
    return { centre, alpha, beta: softplus(b).sub(alpha) };
  }

  #logDet({ r, alpha, beta, factor }: Readonly<Record<"r" | "alpha" | "beta" | "factor", Tensor>>): Tensor {
    const around = factor
      .add(1)
      .log()
      .mul(this.#dim - 1);
    const outward = alpha.mul(beta).div(alpha.add(r).square()).add(1).log();
    return around.add(outward).reshape([-1]);
  }
}

function lengthOf(v: Tensor): Tensor {
  return v.square().sum(1, { keepDims: true }).add(TINY).sqrt();
}
