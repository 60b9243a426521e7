/**
 * @file Variational dequantisation: a flow that learns where within its level a number lies.
 * Ho, Chen, Srinivas, Duan & Abbeel 2019, "Flow++", §3.1. arXiv:1902.00275
 */
import { randomNormal, softplus, type Scope, type Tensor } from "@gen/core";
import type { Noise } from "@gen/core/codec";
import type { Chain } from "./compose.js";
import { sumRows, type Transform } from "./transform.js";

/**
 * u = σ(g(ε; x)), ε ~ N(0, I), the flow g conditioned on the row by a context network of the user's:
 *
 *     log q(u|x) = log N(ε; 0, I) − log |det ∂g/∂ε| − Σ log σ'(g)
 *
 * A `noise` of the codec `Dequantise` of core: `new Dequantise({ shape, noise: new FlowNoise(…) })`.
 */
export class FlowNoise implements Noise {
  readonly transform: Chain<Transform>;
  readonly context: { forward(x: Tensor, scope: Scope): Tensor };

  /** @param options.context from rows, flat, to what the transform is conditioned on: [N, D] → [N, contextDim] */
  constructor({ transform, context }: Pick<FlowNoise, "transform" | "context">) {
    this.transform = transform;
    this.context = context;
  }

  draw(x: Tensor, scope: Scope): { readonly u: Tensor; readonly logProb: Tensor } {
    const rows = [x.shape[0]!, ...this.transform.shape];
    const epsilon = randomNormal(scope.nextKey(), rows).cast(x.dtype);
    const context = this.context.forward(x.flatten(), scope);
    const { y, logDet } = this.transform.forward(epsilon, { context, scope });
    const logNormal = epsilon
      .square()
      .add(Math.log(2 * Math.PI))
      .mul(-0.5);
    const logSlope = softplus(y).add(softplus(y.neg())).neg(); //             log σ'(y)
    return { u: y.sigmoid().reshape(x.shape), logProb: sumRows(logNormal.sub(logSlope)).sub(logDet) };
  }
}
