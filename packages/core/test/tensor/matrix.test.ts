import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { feed } from "../../src/tensor/inputs.js";
import {
  diagonal,
  diagonalMatrix,
  eye,
  inverse,
  logAbsDet,
  lowerTriangle,
  qr,
  solveTriangular,
  trace,
  upperTriangle,
} from "../../src/tensor/matrix.js";
import { constant, type Tensor } from "../../src/tensor/tensor.js";
import { expectGradients } from "../../src/testing/gradients.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { valuesOf } from "../../src/testing/run-reference.js";

const numbers = (t: Tensor, given: ReadonlyMap<Tensor, NdArray> = new Map()): number[] =>
  [...valuesOf([t], given)[0]!.data].map(Number);
const expectNear = (got: number[], wanted: number[], digits = 10): void => {
  expect(got).toHaveLength(wanted.length);
  got.forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, digits));
};

/** det by cofactors of the first row: slow, and plainly right. */
function det(a: number[][]): number {
  if (a.length === 0) return 1;
  return a[0]!.reduce((sum, v, j) => {
    const minor = a.slice(1).map((row) => row.filter((_, k) => k !== j));
    return sum + (j % 2 === 0 ? v : -v) * det(minor);
  }, 0);
}

/** Matrices that are far from singular: rows of a sequence would be nearly parallel. */
function regular(shape: number[]): NdArray {
  const n = shape.at(-1)!;
  const { data } = spread(shape, [-1, 1], 3);
  return ndarray(
    data.map((v, i) => (Math.floor(i / n) % n === i % n ? v + (i % 2 === 0 ? 3 : -3) : v)),
    shape,
  );
}

describe("parts of matrices", () => {
  const a = constant(ndarray([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3]));

  it("are what their names say", () => {
    expect(numbers(eye(2))).toEqual([1, 0, 0, 1]);
    expect(numbers(diagonal(a))).toEqual([1, 5, 9]);
    expect(numbers(trace(a))).toEqual([15]);
    expect(numbers(diagonalMatrix(constant(ndarray([2, 3]))))).toEqual([2, 0, 0, 3]);
    expect(numbers(lowerTriangle(a))).toEqual([1, 0, 0, 4, 5, 0, 7, 8, 9]);
    expect(numbers(lowerTriangle(a, -1))).toEqual([0, 0, 0, 4, 0, 0, 7, 8, 0]);
    expect(numbers(upperTriangle(a))).toEqual([1, 2, 3, 0, 5, 6, 0, 0, 9]);
    expect(numbers(upperTriangle(a, 1))).toEqual([0, 2, 3, 0, 0, 6, 0, 0, 0]);
    expect(() => trace(feed([2, 3]))).toThrow("expected square matrices [… n, n], got [2, 3]");
  });
});

describe("solveTriangular", () => {
  it.each([1, 2, 3, 5, 8])("undoes a product, of %i rows, and reads its triangle only", (n) => {
    for (const upper of [false, true]) {
      for (const unit of [false, true]) {
        const [t, x] = [feed([2, n, n]), feed([2, n, 3])];
        const part = upper ? upperTriangle(t, 1) : lowerTriangle(t, -1);
        const full = part.add(unit ? eye(n) : diagonalMatrix(diagonal(t)));
        const given = new Map([t, x].map((v, i) => [v, spread(v.shape, i === 0 ? [0.5, 1.5] : [-1, 1], i)]));
        expectNear(numbers(solveTriangular(t, full.matmul(x), { upper, unit }), given), numbers(x, given), 9);
      }
    }
  });

  it("has a gradient that is the limit of differences, twice", () => {
    for (const upper of [false, true]) {
      for (const unit of [false, true]) {
        const [t, b] = [feed([2, 3, 3]), feed([2, 3, 2])];
        const given = new Map([t, b].map((v, i) => [v, spread(v.shape, i === 0 ? [0.5, 1.5] : [-1, 1], i)]));
        expectGradients([solveTriangular(t, b, { upper, unit })], given, { tolerance: 1e-5 });
      }
    }
  });

  it("refuses what does not fit", () => {
    expect(() => solveTriangular(feed([2, 3, 3]), feed([3, 1]))).toThrow("got [2, 3, 3] and [3, 1]");
    expect(() => solveTriangular(feed([2, 3]), feed([3, 1]))).toThrow("square matrices");
  });
});

describe("qr, logAbsDet and inverse", () => {
  it.each([1, 2, 3, 5])("keep their promises for %i columns", (n) => {
    const a = feed([2, n, n]);
    const given = new Map([[a, regular([2, n, n])]]);
    const { q, r } = qr(a);
    expectNear(numbers(q.matmul(r), given), numbers(a, given));
    expectNear(numbers(q.transpose().matmul(q), given), numbers(eye(n).expand([2, n, n])));
    expectNear(numbers(inverse(a).matmul(a), given), numbers(eye(n).expand([2, n, n])), 8);
    const values = numbers(a, given);
    const tables = [0, 1].map((k) =>
      Array.from({ length: n }, (_, i) => values.slice(k * n * n + i * n, k * n * n + (i + 1) * n)),
    );
    expectNear(
      numbers(logAbsDet(a), given),
      tables.map((m) => Math.log(Math.abs(det(m)))),
      9,
    );
    const [slope] = grad(logAbsDet(a).sum(), [a]);
    expectNear(numbers(slope!, given), numbers(inverse(a).transpose(), given), 7);
  });

  it("have gradients that are limits of differences, twice", () => {
    const a = feed([3, 3]);
    expectGradients([logAbsDet(a), inverse(a)], new Map([[a, regular([3, 3])]]), { tolerance: 1e-5 });
  });

  it("keep orthogonality where columns are nearly parallel", () => {
    const a = feed([3, 3]);
    const given = new Map([[a, ndarray([1, 1, 1, 1e-6, 0, 0, 0, 1e-6, 1e-6 + 1e-9], [3, 3], "f64")]]);
    const { q } = qr(a);
    expectNear(numbers(q.transpose().matmul(q), given), [1, 0, 0, 0, 1, 0, 0, 0, 1], 9);
    expect(() => qr(feed([65, 65]))).toThrow("at most 64 columns");
  });
});
