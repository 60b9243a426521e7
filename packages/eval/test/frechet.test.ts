import { ndarray } from "@gen/core";
import { describe, expect, it } from "vitest";
import { frechet, frechetDistance, momentsOf, type Moments } from "../src/index.js";
import { normals, points, streamed } from "./draws.js";

const moments = (mean: readonly number[], covariance: readonly number[]): Moments => ({
  n: 100,
  dim: mean.length,
  mean: Float64Array.from(mean),
  covariance: Float64Array.from(covariance),
});

describe("the Fréchet distance of normal distributions", () => {
  it("is Σ (Δμ)² + (Δσ)² where covariances are diagonal", () => {
    const a = moments([0, 1, 2], [4, 0, 0, 0, 9, 0, 0, 0, 0]);
    const b = moments([1, 1, 0], [1, 0, 0, 0, 16, 0, 0, 0, 25]);
    expect(frechetDistance(a, b)).toBeCloseTo(1 + 4 + (2 - 1) ** 2 + (3 - 4) ** 2 + (0 - 5) ** 2, 12);
  });

  it("is the closed form for 2 × 2 covariances that do not commute", () => {
    const [a, b] = [moments([0, 0], [2, 1, 1, 3]), moments([0, 0], [5, -1, -1, 1])];
    // tr √M = √(tr M + 2 √det M) for M = Σ₁Σ₂, whose eigenvalues are those of Σ₁^½ Σ₂ Σ₁^½
    const [trace, det] = [2 * 5 + 2 * (1 * -1) + 3 * 1, (2 * 3 - 1) * (5 * 1 - 1)];
    expect(frechetDistance(a, b)).toBeCloseTo(2 + 3 + 5 + 1 - 2 * Math.sqrt(trace + 2 * Math.sqrt(det)), 12);
    expect(frechetDistance(a, b)).toBeCloseTo(frechetDistance(b, a), 12);
  });

  it("is 0 between a distribution and itself, also where it is flat", () => {
    const flat = moments([3, 4, 5], [1, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(frechetDistance(flat, flat)).toBeCloseTo(0, 7);
  });

  it("refuses moments of different widths", () => {
    expect(() => frechetDistance(moments([0], [1]), moments([0, 0], [1, 0, 0, 1]))).toThrow("got 1 and 2 numbers");
  });
});

describe("moments", () => {
  it("are those of the definition, whatever the chunks, far from the origin", async () => {
    const x = normals(1, [1203, 3], { mean: 1e6 });
    const { n, mean, covariance } = await momentsOf(streamed(x, 77));
    expect(n).toBe(1203);
    for (let j = 0; j < 3; j++) {
      const column = (k: number): number[] => Array.from({ length: n }, (_, i) => Number(x.data[3 * i + k]) - 1e6);
      const average = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
      expect(mean[j]! - 1e6).toBeCloseTo(average(column(j)), 8);
      for (let k = 0; k < 3; k++) {
        const [u, v] = [column(j), column(k)];
        const products = u.map((value, i) => (value - average(u)) * (v[i]! - average(v)));
        expect(covariance[3 * j + k]).toBeCloseTo((average(products) * n) / (n - 1), 8);
      }
    }
  });
});

describe("frechet", () => {
  it("finds the distance of the distributions that points are drawn from, within its interval", async () => {
    const a = normals(1, [20_000, 4]);
    const b = normals(2, [20_000, 4], { mean: 0.5, std: 1.5 });
    const truth = 4 * (0.5 ** 2 + 0.5 ** 2);
    const { value, low, high, standardError } = await frechet(a, b);
    expect(Math.abs(value - truth)).toBeLessThan(4 * standardError);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  });

  it("has a standard error that is the spread of the value over new draws", async () => {
    const values: number[] = [];
    const errors: number[] = [];
    for (let i = 0; i < 40; i++) {
      const { value, standardError } = await frechet(
        normals(2 * i, [500, 2]),
        normals(2 * i + 1, [500, 2], { mean: 1 }),
      );
      values.push(value);
      errors.push(standardError);
    }
    const mean = values.reduce((a, b) => a + b) / 40;
    const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 39);
    const ratio = errors.reduce((a, b) => a + b) / 40 / spread;
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.4);
  });

  it("does not depend on chunks", async () => {
    const [a, b] = [normals(1, [999, 3]), normals(2, [1500, 3])];
    const [whole, parts] = [await frechet(a, b), await frechet(streamed(a, 100), streamed(b, 7))];
    expect(parts.value).toBeCloseTo(whole.value, 10);
    expect(parts.high).toBeCloseTo(whole.high, 10);
  });

  it.each([
    ["too few rows", normals(1, [19, 2]), "frechet: first set: expected at least 20 rows, got 19"],
    ["no rows", ndarray([], [0, 2]), "expected at least 20 rows, got 0"],
    [
      "NaN",
      points(Array.from({ length: 30 }, (_, i) => [i, i === 7 ? NaN : 1])),
      "row 7: expected finite numbers, got NaN in column 1",
    ],
    ["another width", normals(1, [30, 3]), "expected rows of one width, got 3 and 2 numbers"],
    ["a scalar", ndarray([1], []), "expected [N, …], got a scalar"],
  ])("refuses %s", async (_, a, message) => {
    await expect(frechet(a, normals(2, [30, 2]))).rejects.toThrow(message);
  });
});
