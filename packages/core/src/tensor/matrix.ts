/**
 * @file Small square matrices, many at once: triangles, their inverses by halves, QR and log-determinants. What has no
 * operator is written out in products, so it runs on every provider and differentiates again.
 */
import { GenError } from "../error.js";
import { showShape } from "../shape.js";
import { withGradient } from "./control.js";
import { concat, iota, type Tensor } from "./tensor.js";
import type { DType } from "../dtype.js";

/** The identity: [n, n]. */
export function eye(n: number, dtype: DType = "f32"): Tensor {
  return iota(n, "i32").unsqueeze(-1).equal(iota(n, "i32")).cast(dtype);
}

/** The main diagonal: [… n, n] → [… n] */
export function diagonal(a: Tensor): Tensor {
  return a.mul(eye(sizeOf(a, "diagonal"), a.dtype)).sum(-1);
}

/** A matrix with these numbers on its diagonal, zeros elsewhere: [… n] → [… n, n] */
export function diagonalMatrix(d: Tensor): Tensor {
  return d.unsqueeze(-1).mul(eye(d.shape.at(-1)!, d.dtype));
}

/** The sum of the main diagonal: [… n, n] → […] */
export function trace(a: Tensor): Tensor {
  return diagonal(a).sum(-1);
}

/** The part on and below the diagonal (`offset` 0; −1: strictly below; 1: one more), zeros elsewhere. [… n, m] */
export function lowerTriangle(a: Tensor, offset = 0): Tensor {
  return a.mul(isBelow(a, offset).cast(a.dtype));
}

/** The part on and above the diagonal (`offset` 0; 1: strictly above), zeros elsewhere. [… n, m] */
export function upperTriangle(a: Tensor, offset = 0): Tensor {
  return a.mul(
    isBelow(a, offset - 1)
      .not()
      .cast(a.dtype),
  );
}

function isBelow(a: Tensor, offset: number): Tensor {
  const [n, m] = a.shape.slice(-2) as [number, number];
  return iota(m, "i32").lessEqual(iota(n, "i32").unsqueeze(-1).add(offset));
}

export interface TriangularOptions {
  /** The triangle is the upper one. @default false */
  readonly upper?: boolean;
  /** The diagonal is taken as ones, whatever stands there. @default false */
  readonly unit?: boolean;
}

/**
 * Solves T·X = B for a triangular T, by halves: with T = [[P, 0], [R, S]], P·X₁ = B₁ and S·X₂ = B₂ − R·X₁. Numbers on the
 * other side of T's diagonal are not read. The gradient is a solve with the transpose.
 *
 * @param t [… n, n]
 * @param b [… n, m], with the same leading axes
 * @returns [… n, m]
 * @throws GenError `shape` for a T that is not square, or a B that does not fit
 */
export function solveTriangular(t: Tensor, b: Tensor, { upper = false, unit = false }: TriangularOptions = {}): Tensor {
  const n = sizeOf(t, "solveTriangular");
  if (
    b.rank !== t.rank ||
    b.shape.at(-2) !== n ||
    showShape(b.shape.slice(0, -2)) !== showShape(t.shape.slice(0, -2))
  ) {
    throw new GenError(
      "shape",
      `solveTriangular: expected [… n, n] and [… n, m], got ${showShape(t.shape)} and ${showShape(b.shape)}`,
    );
  }
  return withGradient(
    [t, b],
    ([p, q]) => byHalves(p!, q!, { upper, unit }),
    ([p], x, g) => {
      const gb = byHalves(p!.transpose(), g, { upper: !upper, unit }); //        T⁻ᵀ·G
      const product = gb.matmul(x.transpose()).neg(); //                         −T⁻ᵀ·G·Xᵀ, of which the triangle is T's
      return [upper ? upperTriangle(product, unit ? 1 : 0) : lowerTriangle(product, unit ? -1 : 0), gb];
    },
  );
}

function byHalves(t: Tensor, b: Tensor, options: Required<TriangularOptions>): Tensor {
  const n = t.shape.at(-1)!;
  if (n === 1) return options.unit ? b : b.div(t);
  const half = Math.ceil(n / 2);
  const block = (from: number, to: number, start: number, end: number): Tensor =>
    t.slice(-2, from, to).slice(-1, start, end);
  const [b1, b2] = [b.slice(-2, 0, half), b.slice(-2, half)];
  const [t1, t2] = [block(0, half, 0, half), block(half, n, half, n)];
  if (options.upper) {
    const x2 = byHalves(t2, b2, options);
    const x1 = byHalves(t1, b1.sub(block(0, half, half, n).matmul(x2)), options);
    return concat([x1, x2], -2);
  }
  const x1 = byHalves(t1, b1, options);
  const x2 = byHalves(t2, b2.sub(block(half, n, 0, half).matmul(x1)), options);
  return concat([x1, x2], -2);
}

/**
 * A = Q·R with orthonormal columns in Q and R upper triangular with a positive diagonal: column by column, each freed
 * from those before it twice over (once leaves the rounding errors of nearly parallel columns in).
 *
 * @param a [… n, n], n ≤ 64, not singular
 * @returns Q and R, [… n, n] each
 * @see Giraud, Langou, Rozložník & van den Eshof 2005, "Rounding error analysis of the classical Gram–Schmidt process"
 */
export function qr(a: Tensor): { q: Tensor; r: Tensor } {
  const n = sizeOf(a, "qr");
  if (n > MOST_COLUMNS) {
    throw new GenError("range", `qr: expected at most ${MOST_COLUMNS} columns, each of which is written out, got ${n}`);
  }
  const columns: Tensor[] = [];
  for (let k = 0; k < n; k++) {
    let v = a.slice(-1, k, k + 1); //                                   [… n, 1]
    if (k > 0) {
      const before = concat(columns);
      for (let pass = 0; pass < 2; pass++) v = v.sub(before.matmul(before.transpose().matmul(v)));
    }
    columns.push(v.div(v.square().sum(-2, { keepDims: true }).sqrt()));
  }
  const q = concat(columns);
  return { q, r: upperTriangle(q.transpose().matmul(a)) };
}

const MOST_COLUMNS = 64;

/**
 * log |det A|, by A = Q·R: the sum of the logarithms of R's diagonal.
 *
 * @param a [… n, n], n ≤ 64, not singular
 * @returns […]; its gradient is A⁻ᵀ
 */
export function logAbsDet(a: Tensor): Tensor {
  return diagonal(qr(a).r).log().sum(-1);
}

/** A⁻¹ = R⁻¹·Qᵀ: [… n, n], n ≤ 64, not singular. */
export function inverse(a: Tensor): Tensor {
  const { q, r } = qr(a);
  return solveTriangular(r, q.transpose(), { upper: true });
}

function sizeOf(a: Tensor, where: string): number {
  const n = a.shape.at(-1);
  if (n === undefined || n < 1 || a.shape.at(-2) !== n) {
    throw new GenError("shape", `${where}: expected square matrices [… n, n], got ${showShape(a.shape)}`);
  }
  return n;
}
