/** @file Lower triangular matrices: the part of a matrix that counts, and equations solved with it. */
import { concat, iota, type Tensor } from "../tensor/tensor.js";

/** The matrix with zeros above its diagonal. [… D D] */
export function lowerPart(matrix: Tensor): Tensor {
  const size = matrix.shape.at(-1)!;
  const index = iota(size, "i32");
  return index.unsqueeze(1).less(index).not().where(matrix, 0); // row ≥ column
}

/** The diagonal of square matrices. [… D D] → [… D] */
export function diagonal(matrix: Tensor): Tensor {
  const index = iota(matrix.shape.at(-1)!, "i32");
  return index.unsqueeze(1).equal(index).where(matrix, 0).sum(-1);
}

/**
 * X of L X = B by substitution in blocks: the first half of the rows, then the second less what the first explains.
 *
 * @param lower [… D D]; what lies above the diagonal is not read
 * @param right [… D M]
 * @returns [… D M]
 */
export function solveLower(lower: Tensor, right: Tensor): Tensor {
  const size = lower.shape.at(-1)!;
  if (size === 1) return right.div(lower);
  const half = size >> 1;
  const block = (rows: [number, number], columns: [number, number]): Tensor =>
    lower.slice(-2, rows[0], rows[1]).slice(-1, columns[0], columns[1]);
  const first = solveLower(block([0, half], [0, half]), right.slice(-2, 0, half));
  const rest = right.slice(-2, half, size).sub(block([half, size], [0, half]).matmul(first));
  const second = solveLower(block([half, size], [half, size]), rest);
  return concat([first, second], -2);
}
