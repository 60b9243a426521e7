import { describe, expect, it } from "vitest";
import { classifierTest, nearestNeighbours } from "../src/index.js";
import { upperTail } from "../src/two-sample.js";
import { normals } from "./draws.js";

describe("classifierTest", () => {
  it("cannot tell draws of one distribution apart", async () => {
    const { accuracy, pValue } = await classifierTest(normals(1, [1500, 3]), normals(2, [1200, 3]));
    expect(Math.abs(accuracy.value - 0.5)).toBeLessThan(4 * accuracy.standardError);
    expect(pValue).toBeGreaterThan(0.01);
  });

  it("gives p-values that are uniform where sets are alike", async () => {
    const values: number[] = [];
    for (let i = 0; i < 60; i++) {
      const options = { judge: nearestNeighbours({ k: 9 }), replicates: 2 };
      values.push((await classifierTest(normals(2 * i, [200, 2]), normals(2 * i + 1, [200, 2]), options)).pValue);
    }
    expect(values.reduce((a, b) => a + b) / 60).toBeCloseTo(0.5, 0);
    expect(values.filter((p) => p < 0.1).length).toBeLessThan(16); // 6 expected
  });

  it("comes near the best that can be: Φ(‖μ‖/2) between N(0, I) and N(μ, I)", async () => {
    const { accuracy, pValue } = await classifierTest(normals(1, [3000, 2]), normals(2, [3000, 2], { mean: 1 }));
    expect(accuracy.value).toBeCloseTo(1 - upperTail(Math.SQRT2 / 2), 1);
    expect(pValue).toBeLessThan(1e-6);
  });

  it("asks the judge it is given", async () => {
    const judge = async (_: unknown, asked: { n: number; data: ArrayLike<number> }) =>
      Array.from({ length: asked.n }, (_, i) => (asked.data[i]! > 50 ? 1 : 0));
    const { accuracy } = await classifierTest(normals(1, [100, 1]), normals(2, [100, 1], { mean: 100 }), { judge });
    expect(accuracy.value).toBe(1);
    const mute = async () => [];
    await expect(classifierTest(normals(1, [40, 1]), normals(2, [40, 1]), { judge: mute })).rejects.toThrow(
      "expected 20 answers of the judge, got 0",
    );
  });

  it("refuses too few rows", async () => {
    await expect(classifierTest(normals(1, [19, 1]), normals(2, [40, 1]))).rejects.toThrow("at least 20 rows, got 19");
  });
});

it.each([
  [0, 0.5],
  [1, 0.15865525393145705],
  [-1.96, 0.9750021048517795],
  [2.999, 0.0013543365],
  [3.001, 0.0013454728],
  [6, 9.865876450377018e-10],
])("upperTail(%f) is %f", (z, p) => {
  expect(upperTail(z) / p).toBeCloseTo(1, 4);
});
