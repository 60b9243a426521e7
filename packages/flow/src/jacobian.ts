/** @file Jacobians of row-wise functions in graphs, and what is read from them. */
import { concat, vjp, type Tensor } from "@gen/core";
import { identity } from "./triangular.js";

/**
 * The Jacobian of each row, ∂f_i/∂x_j, from one backward pass over D copies of the batch.
 *
 * @param f a function of rows that treats each by itself; `copies` makes of [N, …] what belongs to its rows, [N · D, …]
 * @param x [N, D]
 * @returns [N, D, D]
 */
export function jacobianOf(f: (rows: Tensor, copies: (v: Tensor) => Tensor) => Tensor, x: Tensor): Tensor {
  const [n, dim] = x.shape as [number, number];
  const copies = (v: Tensor): Tensor =>
    v
      .unsqueeze(1)
      .expand([n, dim, ...v.shape.slice(1)])
      .reshape([n * dim, ...v.shape.slice(1)]);
  const rows = copies(x);
  const cotangents = identity(dim)
    .unsqueeze(0)
    .expand([n, dim, dim])
    .reshape([n * dim, dim])
    .cast(x.dtype);
  const [gradient] = vjp([f(rows, copies)], [cotangents], [rows]) as [Tensor];
  return gradient.reshape([n, dim, dim]);
}

/** tr J of each row. [N, D, D] → [N] */
export function traceOf(jacobian: Tensor): Tensor {
  return jacobian.mul(identity(jacobian.shape[1]!)).sum([1, 2]);
}

/**
 * log det A of matrices whose symmetric part is positive definite, as I + J with ‖J‖ < 1: by elimination, whose pivots
 * are all positive. [N, D, D] → [N]
 */
export function logDetOfPositive(matrices: Tensor): Tensor {
  const dim = matrices.shape[1]!;
  const pivots: Tensor[] = [];
  let a = matrices;
  for (let left = dim; left > 0; left--) {
    const pivot = a.slice(1, 0, 1).slice(2, 0, 1); //             [N, 1, 1]
    pivots.push(pivot.reshape([-1, 1]));
    if (left === 1) break;
    const column = a.slice(1, 1, left).slice(2, 0, 1); //         [N, left − 1, 1]
    const row = a.slice(1, 0, 1).slice(2, 1, left).div(pivot); // [N, 1, left − 1]
    a = a.slice(1, 1, left).slice(2, 1, left).sub(column.matmul(row));
  }
  return concat(pivots, 1).log().sum(1);
}
