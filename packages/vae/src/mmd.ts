/**
 * @file Maximum mean discrepancy: how far two sets of points are from being draws of one distribution.
 * Gretton et al. 2012, "A Kernel Two-Sample Test", Journal of Machine Learning Research 13.
 */
import { GenError, iota, showShape, type Tensor } from "@gen/core";

/** k(x, y) as a function of squared distances ‖x − y‖². */
export type Kernel = (squaredDistances: Tensor) => Tensor;

/**
 * exp(−‖x − y‖² / 2b²)
 *
 * @throws GenError `range` for a bandwidth b that is not above 0
 */
export function gaussianKernel({ bandwidth }: { readonly bandwidth: number }): Kernel {
  if (!(bandwidth > 0)) throw new GenError("range", `gaussianKernel: expected bandwidth > 0, got ${bandwidth}`);
  return (d) => d.mul(-1 / (2 * bandwidth ** 2)).exp();
}

/**
 * Σ_s C s / (C s + ‖x − y‖²), over several scales s: heavy tails, so that points far away are still pulled. C is the
 * expected squared distance of two draws of the prior, 2·Z for the standard normal one.
 *
 * @throws GenError `range` for numbers that are not above 0, `option` for no scale
 * @see Tolstikhin et al. 2018, arXiv:1711.01558, §4
 */
export function inverseMultiquadratic({
  c,
  scales = [0.1, 0.2, 0.5, 1, 2, 5, 10],
}: {
  readonly c: number;
  readonly scales?: readonly number[];
}): Kernel {
  if (scales.length === 0) throw new GenError("option", "inverseMultiquadratic: expected scales, got none");
  const wrong = [c, ...scales].find((value) => !(value > 0));
  if (wrong !== undefined) throw new GenError("range", `inverseMultiquadratic: expected numbers > 0, got ${wrong}`);
  return (d) =>
    scales
      .map((s) =>
        d
          .add(c * s)
          .reciprocal()
          .mul(c * s),
      )
      .reduce((a, b) => a.add(b));
}

/**
 * The unbiased estimate of MMD²(p, q) from draws of both; it can be below 0:
 *
 *     1/(n(n−1)) Σ_{i≠j} k(x_i, x_j) + 1/(m(m−1)) Σ_{i≠j} k(y_i, y_j) − 2/(nm) Σ_{i,j} k(x_i, y_j)
 *
 * @param x [n, Z] draws of p
 * @param y [m, Z] draws of q
 * @throws GenError `shape` for fewer than two points, or points of different widths
 */
export function mmd(x: Tensor, y: Tensor, kernel: Kernel): Tensor {
  for (const points of [x, y]) {
    if (points.rank !== 2 || points.shape[0]! < 2 || points.shape[1] !== x.shape[1]) {
      throw new GenError(
        "shape",
        `mmd: expected at least two points [N, Z] each, got ${showShape(x.shape)} and ${showShape(y.shape)}`,
      );
    }
  }
  const cross = kernel(squaredDistances(x, y)).mean();
  return within(x, kernel).add(within(y, kernel)).sub(cross.mul(2));
}

/** The mean of k over pairs of two different points. */
function within(x: Tensor, kernel: Kernel): Tensor {
  const n = x.shape[0]!;
  const isPair = iota(n, "i32").unsqueeze(1).equal(iota(n, "i32")).not();
  return kernel(squaredDistances(x, x))
    .mul(isPair.cast(x.dtype))
    .sum()
    .mul(1 / (n * (n - 1)));
}

/** ‖x_i − y_j‖² = ‖x_i‖² − 2 x_i·y_j + ‖y_j‖², kept at or above 0. [n, Z], [m, Z] → [n, m] */
function squaredDistances(x: Tensor, y: Tensor): Tensor {
  const product = x.matmul(y.transpose()).mul(2);
  return x.square().sum(1, { keepDims: true }).sub(product).add(y.square().sum(1)).relu();
}
