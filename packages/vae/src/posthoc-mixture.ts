/**
 * @file A mixture of normal distributions with full covariances, fitted to codes of training pictures by expectation and
 * maximisation, on the host in float64.
 * Dempster, Laird & Rubin 1977, "Maximum Likelihood from Incomplete Data via the EM Algorithm"; as a prior after the
 * fact: Ghosh et al. 2020, "From Variational to Deterministic Autoencoders", §5. arXiv:1903.12436
 */
import { GenError, isReal, showShape, split, uniformDraws, type Key, type NdArray } from "@gen/core";
import { checkWhole } from "./rows.js";

export interface MixtureFitOptions {
  /** M: components. @default 10 */
  readonly components?: number;
  /** Where the first means are drawn from. */
  readonly key: Key;
  /** Most rounds of EM. @default 100 */
  readonly rounds?: number;
  /** Stops when a round gains less than this many nats a row. @default 1e-4 */
  readonly tolerance?: number;
  /** Added to the variance along each axis, in squared units of the codes. @default 1e-6 */
  readonly regularization?: number;
}

/** A fitted mixture, M components in Z dimensions, row-major. */
export interface MixtureFit {
  /** π: [M], adding up to 1. */
  readonly weights: Float64Array;
  /** μ: [M, Z] */
  readonly means: Float64Array;
  /** L with Σ = L Lᵀ, lower triangular: [M, Z, Z] */
  readonly factors: Float64Array;
  /** Mean log-density of the rows in nats, before each round and at the end: it never falls, but for regularisation. */
  readonly history: readonly number[];
}

/**
 * Fits a mixture to rows. Means begin at rows drawn far from each other (k-means++), covariances at that of all rows.
 *
 *     r_im = π_m N(z_i; μ_m, Σ_m) / Σ_j …        π_m = Σ_i r_im / N,   μ_m = Σ r z / Σ r,   Σ_m = Σ r (z − μ)(z − μ)ᵀ / Σ r + εI
 *
 * @param z [N, Z] codes, real
 * @throws GenError `shape` or `dtype` for what is not rows of real numbers, `data` for NaN, infinities or fewer rows than
 *   components, `range` for options out of range
 */
export function fitMixture(
  z: NdArray,
  { components = 10, key, rounds = 100, tolerance = 1e-4, regularization = 1e-6 }: MixtureFitOptions,
): MixtureFit {
  const where = "fitMixture";
  checkWhole("components", components, { where, least: 1 });
  checkWhole("rounds", rounds, { where, least: 1 });
  for (const [name, value] of Object.entries({ tolerance, regularization })) {
    if (!(value >= 0)) throw new GenError("range", `fitMixture: expected ${name} ≥ 0, got ${value}`);
  }
  const rows = rowsOf(z, components);
  let fit = initial(rows, { components, key, regularization });
  const history: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { responsibilities, logProb } = expectation(rows, fit);
    history.push(logProb);
    if (round > 0 && logProb - history[round - 1]! < tolerance) return { ...fit, history };
    fit = maximisation(rows, responsibilities, { components, regularization });
  }
  return { ...fit, history: [...history, expectation(rows, fit).logProb] };
}

interface Rows {
  readonly n: number;
  readonly dim: number;
  readonly data: Float64Array;
}

type Parameters = Omit<MixtureFit, "history">;

function rowsOf({ shape, dtype, data }: NdArray, components: number): Rows {
  if (!isReal(dtype)) throw new GenError("dtype", `fitMixture: expected real numbers, got ${dtype}`);
  const [n = 0, dim = 0] = shape;
  if (shape.length !== 2 || dim === 0) {
    throw new GenError("shape", `fitMixture: expected rows [N, Z], got ${showShape(shape)}`);
  }
  if (n < components) {
    throw new GenError("data", `fitMixture: expected at least ${components} rows, one for each component, got ${n}`);
  }
  const values = Float64Array.from(data as Float64Array);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new GenError(
      "data",
      `fitMixture: row ${Math.floor(bad / dim)}: expected finite numbers, got ${values[bad]!}`,
    );
  }
  return { n, dim, data: values };
}

/** Means by k-means++: each is a row, drawn with a probability that grows with the squared distance from those before. */
function initial(rows: Rows, options: { components: number; key: Key; regularization: number }): Parameters {
  const { n, dim, data } = rows;
  const { components, key, regularization } = options;
  const u = uniformDraws(split(key, 0), components, "f64");
  const nearest = new Float64Array(n).fill(1);
  const means = new Float64Array(components * dim);
  for (let m = 0; m < components; m++) {
    const row = pick(nearest, u[m]!);
    const mean = data.subarray(row * dim, (row + 1) * dim);
    means.set(mean, m * dim);
    for (let i = 0; i < n; i++) {
      const distance = mean.reduce((sum, v, d) => sum + (data[i * dim + d]! - v) ** 2, 0);
      nearest[i] = m === 0 ? distance : Math.min(nearest[i]!, distance);
    }
  }
  const all = maximisation(rows, new Float64Array(n).fill(1), { components: 1, regularization });
  const factors = new Float64Array(components * dim * dim);
  for (let m = 0; m < components; m++) factors.set(all.factors, m * dim * dim);
  return { weights: new Float64Array(components).fill(1 / components), means, factors };
}

/** The index that a share u of the total weight lies before; any of them when all weights are 0. */
function pick(weights: Float64Array, u: number): number {
  const total = weights.reduce((a, b) => a + b, 0);
  if (total === 0) return Math.min(weights.length - 1, Math.floor(u * weights.length));
  let rest = u * total;
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i]!;
    if (rest < 0) return i;
  }
  return weights.findLastIndex((weight) => weight > 0);
}

/** r_im, [N, M], and the mean log-density of the rows. */
function expectation(
  { n, dim, data }: Rows,
  { weights, means, factors }: Parameters,
): { responsibilities: Float64Array; logProb: number } {
  const components = weights.length;
  const responsibilities = new Float64Array(n * components);
  const offset = dim * Math.log(2 * Math.PI) * 0.5;
  const solved = new Float64Array(dim);
  for (let m = 0; m < components; m++) {
    const factor = factors.subarray(m * dim * dim, (m + 1) * dim * dim);
    let logDet = 0;
    for (let d = 0; d < dim; d++) logDet += Math.log(factor[d * dim + d]!);
    for (let i = 0; i < n; i++) {
      let square = 0;
      for (let a = 0; a < dim; a++) {
        let value = data[i * dim + a]! - means[m * dim + a]!;
        for (let b = 0; b < a; b++) value -= factor[a * dim + b]! * solved[b]!;
        const coordinate = value / factor[a * dim + a]!;
        solved[a] = coordinate;
        square += coordinate ** 2;
      }
      responsibilities[i * components + m] = Math.log(weights[m]!) - 0.5 * square - logDet - offset;
    }
  }
  let total = 0;
  for (let i = 0; i < n; i++) {
    const row = responsibilities.subarray(i * components, (i + 1) * components);
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = row.reduce((a, b) => a + Math.exp(b - top), 0);
    for (let m = 0; m < components; m++) row[m] = Math.exp(row[m]! - top) / sum;
    total += top + Math.log(sum);
  }
  return { responsibilities, logProb: total / n };
}

function maximisation(
  { n, dim, data }: Rows,
  responsibilities: Float64Array,
  { components, regularization }: { components: number; regularization: number },
): Parameters {
  const weights = new Float64Array(components);
  const means = new Float64Array(components * dim);
  const factors = new Float64Array(components * dim * dim);
  const centred = new Float64Array(dim);
  for (let m = 0; m < components; m++) {
    const mean = means.subarray(m * dim, (m + 1) * dim);
    const covariance = factors.subarray(m * dim * dim, (m + 1) * dim * dim);
    let mass = Number.MIN_VALUE; // so that a component without rows divides by no zero
    for (let i = 0; i < n; i++) {
      const r = responsibilities[i * components + m]!;
      mass += r;
      for (let d = 0; d < dim; d++) mean[d]! += r * data[i * dim + d]!;
    }
    for (let d = 0; d < dim; d++) mean[d]! /= mass;
    for (let i = 0; i < n; i++) {
      const r = responsibilities[i * components + m]!;
      for (let a = 0; a < dim; a++) {
        const difference = data[i * dim + a]! - mean[a]!;
        centred[a] = difference;
        for (let b = 0; b <= a; b++) covariance[a * dim + b]! += r * difference * centred[b]!;
      }
    }
    for (let a = 0; a < dim; a++) {
      for (let b = 0; b <= a; b++) covariance[a * dim + b]! /= mass;
      covariance[a * dim + a]! += regularization;
    }
    factorise(covariance, dim);
    weights[m] = mass / n;
  }
  return { weights, means, factors };
}

/** Cholesky's L of the lower half, in its place. @throws GenError `numeric` for a matrix that is not positive definite */
function factorise(matrix: Float64Array, dim: number): void {
  for (let a = 0; a < dim; a++) {
    for (let b = 0; b <= a; b++) {
      let value = matrix[a * dim + b]!;
      for (let c = 0; c < b; c++) value -= matrix[a * dim + c]! * matrix[b * dim + c]!;
      if (a !== b) {
        matrix[a * dim + b] = value / matrix[b * dim + b]!;
        continue;
      }
      if (!(value > 0)) {
        throw new GenError(
          "numeric",
          `fitMixture: expected a covariance of full rank, got one that is flat along axis ${a}`,
          {
            fix: "raise regularization, or use fewer components",
          },
        );
      }
      matrix[a * dim + a] = Math.sqrt(value);
    }
  }
}
