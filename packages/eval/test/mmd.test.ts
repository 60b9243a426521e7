import { describe, expect, it } from "vitest";
import { gaussianKernel, kid, mmd } from "../src/index.js";
import { normals, points, streamed } from "./draws.js";

describe("mmd", () => {
  it("is the unbiased sum of its definition", async () => {
    const [x, y] = [
      [[0], [1], [3], [7]],
      [[2], [2.5], [-1], [0]],
    ] as const;
    const k = (a: number, b: number): number => Math.exp(-((a - b) ** 2) / 2);
    const block = (at: number): number => {
      const [[a], [b]] = [x[at]!, x[at + 1]!];
      const [[c], [d]] = [y[at]!, y[at + 1]!];
      return k(a, b) + k(c, d) - (k(a, c) + k(a, d) + k(b, c) + k(b, d)) / 2;
    };
    const { value } = await mmd(points(x), points(y), { kernel: gaussianKernel(1), blockSize: 2 });
    expect(value).toBeCloseTo((block(0) + block(2)) / 2, 12);
  });

  it("finds the closed form between normal distributions", async () => {
    // E k(x, y) for x ~ N(0, I), y ~ N(μ, I) in D dimensions is (b²/(b² + 2))^(D/2) exp(−‖μ‖² / (2 (b² + 2)))
    const [b, D, mean] = [1.5, 3, 0.6];
    const same = (b ** 2 / (b ** 2 + 2)) ** (D / 2);
    const truth = 2 * same * (1 - Math.exp((-D * mean ** 2) / (2 * (b ** 2 + 2))));
    const sets = [normals(1, [10_000, D]), normals(2, [10_000, D], { mean })] as const;
    const { value, standardError } = await mmd(...sets, { kernel: gaussianKernel(b) });
    expect(Math.abs(value - truth)).toBeLessThan(4 * standardError);
    expect(standardError).toBeLessThan(truth / 10);
  });

  it("is 0 in the mean between draws of one distribution, whatever the block size", async () => {
    for (const blockSize of [50, 250]) {
      const { value, low, high } = await mmd(normals(3, [5000, 2]), streamed(normals(4, [6000, 2]), 333), {
        blockSize,
      });
      expect(low).toBeLessThan(0.002);
      expect(high).toBeGreaterThan(-0.002);
      expect(Math.abs(value)).toBeLessThan(0.005);
    }
  });

  it.each([
    [normals(1, [999, 2]), {}, "mmd: first set: expected at least 1000 rows, got 999"],
    [normals(1, [1000, 3]), {}, "got 3 and 2 numbers"],
    [normals(1, [1000, 2]), { blockSize: 1 }, "expected a block size ≥ 2, got 1"],
  ])("refuses what it cannot compare", async (a, options, message) => {
    await expect(mmd(a, normals(2, [1000, 2]), options)).rejects.toThrow(message);
  });

  it("refuses a width that is none", () => {
    expect(() => gaussianKernel(0)).toThrow("expected a bandwidth > 0, got 0");
  });
});

describe("kid", () => {
  it("finds the closed form between normal distributions with other means", async () => {
    const nu = 0.8;
    const moment = (m: number, n: number): number => {
      // x and y independent, in one dimension: E (xy + 1)³ = E x³ E y³ + 3 E x² E y² + 3 E x E y + 1
      const third = (mean: number): number => mean ** 3 + 3 * mean;
      return third(m) * third(n) + 3 * (m * m + 1) * (n * n + 1) + 3 * m * n + 1;
    };
    const truth = moment(0, 0) + moment(nu, nu) - 2 * moment(0, nu);
    const { value, standardError } = await kid(normals(5, [20_000, 1]), normals(6, [20_000, 1], { mean: nu }));
    expect(Math.abs(value - truth)).toBeLessThan(4 * standardError);
    expect(standardError).toBeLessThan(truth / 10);
  });
});
