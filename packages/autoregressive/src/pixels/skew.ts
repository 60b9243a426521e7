/** @file Skewed pictures: each row one place further to the right than the one above, so that diagonals become columns. */
import type { Tensor } from "@gen/core";

/**
 * y[…, i, i + j] = x[…, i, j], `blank` elsewhere. Rows one longer than they are read shift by one each: no index is needed.
 *
 * @param x […, H, W]
 * @returns […, H, H + W − 1]
 * @see van den Oord et al. 2016, arXiv:1601.06759, figure 3
 */
export function skew(x: Tensor, blank = 0): Tensor {
  const [H, W] = x.shape.slice(-2) as [number, number];
  const lead = x.shape.slice(0, -2);
  const none = x.shape.map(() => 0);
  const padded = x.pad(none, [...none.slice(1), H], blank).reshape([...lead, H * (W + H)]);
  return padded.slice(-1, 0, -H).reshape([...lead, H, H + W - 1]);
}

/** Undoes {@link skew}: […, H, H + W − 1] → […, H, W] */
export function unskew(y: Tensor): Tensor {
  const [H, D] = y.shape.slice(-2) as [number, number];
  const lead = y.shape.slice(0, -2);
  const none = lead.map(() => 0);
  const padded = y.reshape([...lead, H * D]).pad([...none, 0], [...none, H]);
  return padded.reshape([...lead, H, D + 1]).slice(-1, 0, D + 1 - H);
}
