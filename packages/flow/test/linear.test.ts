import { describe, expect, it } from "vitest";
import { Diagonal, Householder, LinearBijection, Lu, Rotation } from "../src/index.js";
import { logAbsDet } from "./laws.js";
import { luOf, orthogonalOf } from "../src/lu-factors.js";
import { describeTransform } from "./laws.js";

const dims = [1, 2, 3, 5, 64];

describeTransform("Lu", (dim: number) => new LinearBijection({ shape: [dim], of: new Lu({ dim }) }), {
  sizes: dims,
  reach: 0.1,
});
describeTransform(
  "Lu from a rotation",
  (dim: number) => new LinearBijection({ shape: [dim], of: new Lu({ dim, seed: 3 }) }),
  {
    sizes: dims,
    reach: 0.1,
  },
);
describeTransform("Rotation", (dim: number) => new LinearBijection({ shape: [dim], of: new Rotation({ dim }) }), {
  sizes: dims.slice(1),
  reach: 0.3,
});
describeTransform("Householder", (dim: number) => new LinearBijection({ shape: [dim], of: new Householder({ dim }) }), {
  sizes: dims,
});
describeTransform("Diagonal", (dim: number) => new LinearBijection({ shape: [dim], of: new Diagonal({ dim }) }), {
  sizes: dims,
});
describeTransform(
  "1×1 convolution",
  (shape: readonly [number, number, number]) => new LinearBijection({ shape, of: new Lu({ dim: shape[0], seed: 5 }) }),
  {
    sizes: [
      [3, 2, 2],
      [6, 3, 2],
    ],
    reach: 0.1,
  },
);

describe("LU factors", () => {
  it.each([1, 2, 7])("of a %i × %i rotation multiply to it", (n) => {
    const q = orthogonalOf(
      Float64Array.from({ length: n * n }, (_, i) => Math.sin(1 + 3.7 * i)),
      n,
    );
    const { permutation, lower, upper, signs, logScale } = luOf(q, n);
    const at = (m: ArrayLike<number>, i: number, j: number): number => m[i * n + j]!;
    const product = (a: ArrayLike<number>, b: ArrayLike<number>): number[] =>
      Array.from({ length: n * n }, (_, c) => {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += at(a, Math.floor(c / n), k) * at(b, k, c % n);
        return sum;
      });
    const withDiagonal = (strict: readonly number[], d: (i: number) => number): number[] =>
      strict.map((v, c) => (c % (n + 1) === 0 ? d(c / (n + 1)) : v));
    const l = withDiagonal(lower, () => 1);
    const u = withDiagonal(upper, (i) => signs[i]! * Math.exp(logScale[i]!));
    product(product(permutation, l), u).forEach((v, i) => expect(v).toBeCloseTo(q[i]!, 12));
    expect(logAbsDet(q, n)).toBeCloseTo(0, 12);
  });
});

describe("bad sizes", () => {
  it("are refused by name", () => {
    expect(() => new Rotation({ dim: 1 })).toThrow("Rotation: expected dim ≥ 2, got 1");
    expect(() => new Lu({ dim: 0 })).toThrow("Lu: expected dim ≥ 1, got 0");
    expect(() => new Householder({ dim: 3, reflections: 0 })).toThrow("Householder: expected reflections ≥ 1");
    expect(() => new LinearBijection({ shape: [3], of: new Lu({ dim: 2 }) })).toThrow("a matrix of 3 rows, got 2");
  });
});
