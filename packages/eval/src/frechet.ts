/**
 * @file The Fréchet distance between normal distributions with the moments of two sets.
 * Dowson & Landau 1982, "The Fréchet distance between multivariate normal distributions", Journal of Multivariate
 * Analysis 12; as a measure of samples in a classifier's features: Heusel et al. 2017, arXiv:1706.08500.
 */
import { bootstrap, type BootstrapOptions, type Estimate } from "./estimate.js";
import { BlockMoments, type Moments } from "./moments.js";
import { checkWidths } from "./points.js";
import type { Source } from "./source.js";
import { eigenSymmetric, eigenvaluesSymmetric } from "./symmetric.js";

/**
 * d² between N(μ₁, Σ₁) and N(μ₂, Σ₂): what is reported as the "FID" when the features are those of Inception v3.
 *
 *     d² = ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂ Σ₁^½)^½)
 *
 * @throws GenError `shape` for moments of different widths
 */
export function frechetDistance(a: Moments, b: Moments): number {
  checkWidths("frechetDistance", a, b);
  const { dim } = a;
  let distance = 0;
  for (let i = 0; i < dim; i++) {
    distance += (a.mean[i]! - b.mean[i]!) ** 2 + a.covariance[i * dim + i]! + b.covariance[i * dim + i]!;
  }
  const values = eigenvaluesSymmetric(between(a, b), dim);
  return values.reduce((sum, value) => sum - 2 * Math.sqrt(Math.max(0, value)), distance);
}

/** R Σ₂ Rᵀ with R = Λ^½ V from Σ₁ = Vᵀ Λ V: its eigenvalues are those of Σ₁^½ Σ₂ Σ₁^½. */
function between({ covariance, dim }: Moments, b: Moments): Float64Array {
  const { values, vectors } = eigenSymmetric(covariance, dim);
  const root = vectors.map((v, i) => v * Math.sqrt(Math.max(0, values[Math.floor(i / dim)]!))); // [D, D]
  const half = timesTransposed(root, b.covariance, dim); // R Σ₂ᵀ
  return timesTransposed(half, root, dim);
}

/** A·Bᵀ of matrices [n, n]. */
function timesTransposed(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i * n + k]! * b[j * n + k]!;
      out[i * n + j] = sum;
    }
  }
  return out;
}

/**
 * {@link frechetDistance} between two sets of rows, in one pass over each. It is above 0 even for two draws of one
 * distribution, by an amount that falls as 1 / n: compare values at the same n, and beside real against real.
 *
 * The interval resamples 100 blocks of rows of either set.
 *
 * @param a rows [N, …]: features, or the samples themselves
 * @throws GenError `data` for fewer than 20 rows, `shape` for rows of different widths, `numeric` for NaN
 */
export async function frechet(a: Source, b: Source, options: BootstrapOptions = {}): Promise<Estimate> {
  const first = await BlockMoments.of(a, "frechet: first set");
  const second = await BlockMoments.of(b, "frechet: second set");
  checkWidths("frechet", first, second);
  return bootstrap(
    [first.blocks, second.blocks],
    (one, other) => frechetDistance(first.moments(one), second.moments(other)),
    options,
  );
}
