/**
 * @file Eigenvalues and eigenvectors of a symmetric matrix in float64: Householder reflections to a tridiagonal form, then
 * QR steps with implicit shifts. Golub & Van Loan 2013, "Matrix Computations", §8.3.1 and §8.3.3.
 */
import { GenError } from "@gen/core";

export interface Eigen {
  /** [n], in no order. */
  readonly values: Float64Array;
  /** [n, n]: row i is the unit eigenvector of value i. */
  readonly vectors: Float64Array;
}

/** QR steps that a value may take; three are usual. */
const STEPS = 60;

/**
 * A = Σ_i λ_i v_i v_iᵀ. Values are exact to about 1e-16 of the largest.
 *
 * @param a [n, n], row-major; only what is symmetric in it counts. It is not changed.
 * @throws GenError `numeric` if it holds NaN or infinity
 */
export function eigenSymmetric(a: Float64Array, n: number): Eigen {
  const vectors = identity(n);
  return { values: eigenvalues(a, n, vectors), vectors };
}

/** The eigenvalues alone, at a third of the cost. */
export function eigenvaluesSymmetric(a: Float64Array, n: number): Float64Array {
  return eigenvalues(a, n);
}

/** The eigenvalues; `rows` is turned into the eigenvectors. The work is done on numbers of about unit size. */
function eigenvalues(a: Float64Array, n: number, rows?: Float64Array): Float64Array {
  const scale = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(scale)) throw new GenError("numeric", `eigenSymmetric: expected finite numbers, got ${scale}`);
  if (scale === 0) return new Float64Array(n);
  const { diagonal, beside } = tridiagonal(
    a.map((value) => value / scale),
    n,
    rows,
  );
  diagonalise(diagonal, beside, rows);
  return diagonal.map((value) => value * scale);
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** [n − 1], above and below the diagonal. */
  readonly beside: Float64Array;
}

/** H_{n−3} … H_0 A H_0 … H_{n−3}, in place; `rows` becomes H_{n−3} … H_0 · rows. */
function tridiagonal(a: Float64Array, n: number, rows?: Float64Array): Tridiagonal {
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    let squared = 0;
    for (let i = k + 1; i < n; i++) squared += (v[i] = a[i * n + k]!) ** 2;
    if (squared < Number.EPSILON ** 2) continue; // nothing beside numbers of unit size
    const norm = Math.sqrt(squared);
    const alpha = v[k + 1]! > 0 ? -norm : norm;
    v[k + 1]! -= alpha; //                 H = I − β v vᵀ takes column k to α e₁
    const beta = 1 / (squared + norm * Math.abs(a[(k + 1) * n + k]!));
    let vw = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * v[j]!;
      vw += v[i]! * (w[i] = beta * sum);
    }
    for (let i = k + 1; i < n; i++) w[i]! -= (beta / 2) * vw * v[i]!;
    for (let i = k + 1; i < n; i++) {
      for (let j = k + 1; j < n; j++) a[i * n + j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
    }
    a[(k + 1) * n + k] = alpha;
    if (rows !== undefined) reflect(rows, v, { n, k, beta });
  }
  return {
    diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!),
    beside: Float64Array.from({ length: Math.max(0, n - 1) }, (_, i) => a[(i + 1) * n + i]!),
  };
}

function reflect(
  rows: Float64Array,
  v: Float64Array,
  { n, k, beta }: { readonly n: number; readonly k: number; readonly beta: number },
): void {
  const sums = new Float64Array(n);
  for (let i = k + 1; i < n; i++) for (let j = 0; j < n; j++) sums[j]! += v[i]! * rows[i * n + j]!;
  for (let i = k + 1; i < n; i++) for (let j = 0; j < n; j++) rows[i * n + j]! -= beta * v[i]! * sums[j]!;
}

/** Drives what is beside the diagonal to nothing, and turns `rows` the same way. */
function diagonalise(d: Float64Array, e: Float64Array, rows?: Float64Array): void {
  const n = d.length;
  const isNothing = (i: number): boolean => Math.abs(e[i]!) <= Number.EPSILON;
  let high = n - 1;
  let steps = 0;
  while (high > 0) {
    if (isNothing(high - 1)) {
      high--;
      steps = 0;
      continue;
    }
    let low = high - 1;
    while (low > 0 && !isNothing(low - 1)) low--;
    if (steps++ === STEPS) throw new GenError("internal", "eigenSymmetric: expected to converge, got no end");
    step({ d, e, rows, low, high });
  }
}

interface Block {
  readonly d: Float64Array;
  readonly e: Float64Array;
  readonly rows: Float64Array | undefined;
  readonly low: number;
  readonly high: number;
}

/** One QR step on rows `low` … `high`: a rotation by Wilkinson's shift makes a bulge, and the others chase it out. */
function step({ d, e, rows, low, high }: Block): void {
  const n = d.length;
  const half = (d[high - 1]! - d[high]!) / 2;
  const off = e[high - 1]!;
  const shift = d[high]! - off ** 2 / (half + (half < 0 ? -1 : 1) * Math.sqrt(half ** 2 + off ** 2));
  let x = d[low]! - shift;
  let z = e[low]!;
  for (let k = low; k < high; k++) {
    const r = Math.sqrt(x * x + z * z);
    const c = r === 0 ? 1 : x / r;
    const s = r === 0 ? 0 : z / r;
    if (k > low) e[k - 1] = r;
    const a = d[k]!;
    const b = e[k]!;
    const f = d[k + 1]!;
    d[k] = c * c * a + 2 * c * s * b + s * s * f;
    d[k + 1] = s * s * a - 2 * c * s * b + c * c * f;
    e[k] = c * s * (f - a) + (c * c - s * s) * b;
    if (k + 1 < high) {
      x = e[k]!;
      z = s * e[k + 1]!;
      e[k + 1]! *= c;
    }
    if (rows !== undefined) rotate(rows, { n, k, c, s });
  }
}

function rotate(
  rows: Float64Array,
  { n, k, c, s }: { readonly n: number; readonly k: number; readonly c: number; readonly s: number },
): void {
  for (let j = k * n; j < (k + 1) * n; j++) {
    const upper = rows[j]!;
    const lower = rows[j + n]!;
    rows[j] = c * upper + s * lower;
    rows[j + n] = c * lower - s * upper;
  }
}

function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
}
