/** @file Derivatives beyond the gradient of a scalar: Jacobians, products with the Hessian, traces. */
import { GenError } from "../error.js";
import { sameShape, showShape } from "../shape.js";
import { stack, type Tensor } from "../tensor/tensor.js";
import { grad, vjp } from "./grad.js";

/**
 * The Jacobian of each row, where no row of y depends on another row of x:
 *
 *     J[n, i, j] = ∂y[n, i] / ∂x[n, j]
 *
 * One pullback for each of the E outputs.
 *
 * @param y [N, E]
 * @param x [N, D]
 * @returns [N, E, D]
 * @throws GenError `shape` for other ranks or counts of rows
 */
export function jacobian(y: Tensor, x: Tensor): Tensor {
  if (y.rank !== 2 || x.rank !== 2 || y.shape[0] !== x.shape[0]) {
    throw new GenError(
      "shape",
      `jacobian: expected [N, E] and [N, D], got ${showShape(y.shape)} and ${showShape(x.shape)}`,
    );
  }
  const rows = Array.from({ length: y.shape[1]! }, (_, i) => grad(y.slice(1, i, i + 1).sum(), [x])[0]!);
  return stack(rows, 1);
}

/**
 * The Hessian of a scalar times vectors, without the Hessian: H·v = ∂(∇loss · v)/∂w, over all `wrt` together.
 *
 * @param vectors one for each `wrt`, of its shape
 * @returns one product for each `wrt`
 * @see Pearlmutter 1994, "Fast exact multiplication by the Hessian"
 */
export function hessianVectorProduct(loss: Tensor, wrt: readonly Tensor[], vectors: readonly Tensor[]): Tensor[] {
  wrt.forEach((w, i) => checkAlike(vectors[i], w, "hessianVectorProduct"));
  const slopes = grad(loss, wrt).map((g, i) => g.mul(vectors[i]!.stopGradient()).sum());
  return grad(
    slopes.reduce((a, b) => a.add(b)),
    wrt,
  );
}

/**
 * The trace of each row's Jacobian, estimated without bias from random probes:
 *
 *     tr J = E[εᵀ J ε]      E[ε εᵀ] = I
 *
 * Signs (see `randomSigns`) have the least variance among such probes.
 *
 * @param y [N, D], of which no row depends on another row of x
 * @param x [N, D]
 * @param probes [N, D]
 * @returns [N]
 * @see Hutchinson 1990; for densities: Grathwohl et al. 2019, "FFJORD", eq. 7. arXiv:1810.01367
 */
export function hutchinsonTrace(y: Tensor, x: Tensor, probes: Tensor): Tensor {
  checkAlike(y, x, "hutchinsonTrace");
  checkAlike(probes, x, "hutchinsonTrace");
  const [pulled] = vjp([y], [probes], [x]);
  const axes = x.shape.map((_, axis) => axis).slice(1);
  return pulled!.mul(probes).sum(axes);
}

/** The exact trace of each row's Jacobian: a pullback for each of the D outputs. y, x: [N, D] → [N] */
export function jacobianTrace(y: Tensor, x: Tensor): Tensor {
  checkAlike(y, x, "jacobianTrace");
  if (x.rank !== 2) throw new GenError("shape", `jacobianTrace: expected [N, D], got ${showShape(x.shape)}`);
  const own = Array.from({ length: x.shape[1]! }, (_, i) =>
    grad(y.slice(1, i, i + 1).sum(), [x])[0]!.slice(1, i, i + 1),
  );
  return own.reduce((a, b) => a.add(b)).squeeze(1);
}

function checkAlike(a: Tensor | undefined, b: Tensor, where: string): void {
  if (a === undefined || !sameShape(a.shape, b.shape)) {
    const got = a === undefined ? "none" : showShape(a.shape);
    throw new GenError("shape", `${where}: expected ${showShape(b.shape)}, as of what it belongs to, got ${got}`);
  }
}
