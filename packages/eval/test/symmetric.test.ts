import { key, normalDraws } from "@gen/core";
import { describe, expect, it } from "vitest";
import { eigenSymmetric, eigenvaluesSymmetric } from "../src/index.js";

/** A symmetric matrix of the given rank (all unless given). */
function random(n: number, rank = n): Float64Array {
  const z = normalDraws(key(n), n * rank, "f64");
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k < rank; k++) a[i * n + j]! += (k % 2 === 0 ? 1 : -1) * z[i * rank + k]! * z[j * rank + k]!;
  return a;
}

describe("the eigenvectors of a symmetric matrix", () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [8, 8],
    [40, 40],
    [40, 5],
  ])("rebuild it and are orthonormal: %i × its size, rank %i", (n, rank) => {
    const a = random(n, rank);
    const { values, vectors } = eigenSymmetric(a, n);
    const scale = Math.max(...values.map(Math.abs));
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let [rebuilt, product] = [0, 0];
        for (let k = 0; k < n; k++) {
          rebuilt += values[k]! * vectors[k * n + i]! * vectors[k * n + j]!;
          product += vectors[i * n + k]! * vectors[j * n + k]!;
        }
        expect(Math.abs(rebuilt - a[i * n + j]!)).toBeLessThan(1e-13 * n * scale);
        expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-13 * n);
      }
    }
    expect(values.filter((value) => Math.abs(value) > 1e-12 * scale)).toHaveLength(rank);
  });

  it("come with the values that are found alone", () => {
    const [a, n] = [random(12), 12];
    const both = [eigenSymmetric(a, n).values, eigenvaluesSymmetric(a, n)].map((values) => [...values].sort());
    both[0]!.forEach((value, i) => expect(both[1]![i]).toBeCloseTo(value, 12));
  });

  it("are those of a chain of springs: 2 − 2 cos(πk/(n + 1))", () => {
    const n = 30;
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      a[i * n + i] = 2;
      if (i > 0) a[i * n + i - 1] = a[(i - 1) * n + i] = -1;
    }
    const values = [...eigenvaluesSymmetric(a, n)].sort((x, y) => x - y);
    values.forEach((value, i) => expect(value).toBeCloseTo(2 - 2 * Math.cos((Math.PI * (i + 1)) / (n + 1)), 13));
  });

  it("take twins: rows that are equal but for rounding, of any size", () => {
    for (const size of [1, 1e-150, 1e150]) {
      const [half, n] = [random(20, 7), 40];
      const noise = normalDraws(key(7), n * n, "f64");
      const a = Float64Array.from({ length: n * n }, (_, i) => {
        const [row, column] = [Math.floor(i / n), i % n];
        const jitter = noise[Math.min(row, column) * n + Math.max(row, column)]! * 1e-16;
        return size * (half[(row % 20) * 20 + (column % 20)]! + jitter);
      });
      const values = eigenvaluesSymmetric(a, n);
      const scale = Math.max(...values.map(Math.abs));
      expect(scale / size).toBeGreaterThan(1);
      expect(values.filter((value) => Math.abs(value) > 1e-12 * scale)).toHaveLength(7);
    }
  });

  it("take a matrix of zeros, and leave what they are given as it is", () => {
    expect([...eigenSymmetric(new Float64Array(9), 3).values]).toEqual([0, 0, 0]);
    const a = random(5);
    const before = [...a];
    eigenSymmetric(a, 5);
    expect([...a]).toEqual(before);
  });

  it("are refused where a number is not finite", () => {
    expect(() => eigenvaluesSymmetric(Float64Array.of(1, NaN, NaN, 1), 2)).toThrow("expected finite numbers");
  });
});
