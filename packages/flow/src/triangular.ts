/** @file Triangular matrices in graphs: their inverses by substitution, a scan over the rows. */
import { constant, ndarray, scan, type Tensor } from "@gen/core";

/** The identity matrix [n, n]. */
export function identity(n: number): Tensor {
  return constant(
    ndarray(
      Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0)),
      [n, n],
    ),
  );
}

/** [n, n] with 1 below the diagonal, or above it, and 0 elsewhere. */
export function strictly(which: "lower" | "upper", n: number): Tensor {
  const isInside = (row: number, column: number): boolean => (which === "lower" ? column < row : column > row);
  return constant(
    ndarray(
      Array.from({ length: n * n }, (_, i) => Number(isInside(Math.floor(i / n), i % n))),
      [n, n],
    ),
  );
}

/**
 * The inverse of a triangular matrix T = D + S with diagonal D and strict part S, row by row:
 *
 *     xᵢ = (eᵢ − Σⱼ Sᵢⱼ xⱼ) / dᵢ      from the first row if S is lower, from the last if it is upper
 *
 * @param strict S: [n, n] @param diagonal d: [n] @returns [n, n]
 */
export function triangularInverse(strict: Tensor, diagonal: Tensor, which: "lower" | "upper"): Tensor {
  const n = diagonal.shape[0]!;
  const start = identity(n).mul(0);
  const { carry } = scan(
    { carry: [start], xs: [strict, diagonal, identity(n)], reverse: which === "upper" },
    ([x], [row, d, unit]) => {
      const e = unit!.unsqueeze(0); //                                       [1, n]
      const next = e.sub(row!.unsqueeze(0).matmul(x!)).div(d!); //           [1, n]
      return { carry: [x!.add(e.transpose().matmul(next))] }; //             row i is written once, and was 0
    },
  );
  return carry[0]!;
}
