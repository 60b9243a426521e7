/** @file Rows of pictures, one at a time: products with a kernel over the last few, and the memory of the last few. */
import { concat, type Tensor } from "@gen/core";

/**
 * One row of a convolution:
 *
 *     y[n, o, j] = b[o] + Σ_c Σ_r Σ_k W[o, c, r, k] · rows[n, c, r, j + k − (K − 1)/2]
 *
 * @param rows [n, C, R, W]
 * @param weight [O, C, R, K], K odd
 * @param bias [O]
 * @returns [n, O, W]
 */
export function rowProduct(rows: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [, , , W] = rows.shape as [number, number, number, number];
  const [O, , , K] = weight.shape as [number, number, number, number];
  const side = (K - 1) / 2;
  const padded = side === 0 ? rows : rows.pad([0, 0, 0, side], [0, 0, 0, side]);
  const taps = Array.from({ length: K }, (_, k) => padded.slice(3, k, k + W)); //  [n, C, R, W] each
  const columns = concat(taps, 1).reshape([rows.shape[0]!, -1, W]); //             [n, K·C·R, W]
  const matrix = weight.transpose([0, 3, 1, 2]).reshape([O, -1]); //               [O, K·C·R]
  const y = matrix.matmul(columns); //                                             [n, O, W]
  return bias === undefined ? y : y.add(bias.unsqueeze(1));
}

/** Forgets the oldest of the last rows [n, C, R, W], and adds a new one [n, C, W]. */
export function pushRow(rows: Tensor, row: Tensor): Tensor {
  return concat([rows.slice(2, 1), row.unsqueeze(2)], 2);
}
