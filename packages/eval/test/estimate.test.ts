import { key, split, uniformDraws } from "@gen/core";
import { describe, expect, it } from "vitest";
import { bootstrap, bootstrapMean } from "../src/index.js";
import { quantile } from "../src/estimate.js";

describe("the bootstrap of a mean", () => {
  it("has the standard error σ / √n", () => {
    const values = uniformDraws(key(1), 400, "f64");
    const { value, standardError } = bootstrapMean(values, { replicates: 2000 });
    const mean = values.reduce((a, b) => a + b) / 400;
    const sigma = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 400);
    expect(value).toBeCloseTo(mean, 12);
    expect(standardError).toBeCloseTo(sigma / 20, 3);
  });

  it("covers the truth about as often as it says", () => {
    let covered = 0;
    for (let i = 0; i < 200; i++) {
      const { low, high } = bootstrapMean(uniformDraws(split(key(2), i), 60), { level: 0.9 });
      if (low <= 0.5 && 0.5 <= high) covered++;
    }
    expect(covered).toBeGreaterThan(165); // 180 ± 4.2 expected, a little less for 60 rows
    expect(covered).toBeLessThan(195);
  });

  it("is the same for the same key, and another for another", () => {
    const values = uniformDraws(key(1), 50);
    expect(bootstrapMean(values)).toEqual(bootstrapMean(values));
    expect(bootstrapMean(values, { key: key(1) })).not.toEqual(bootstrapMean(values));
  });

  it.each([
    [[1], {}, "at least 2 units"],
    [[1, 2], { replicates: 1 }, "at least 2 replicates"],
    [[1, 2], { level: 1 }, "a level in (0, 1)"],
  ])("refuses %j %j", (values, options, message) => {
    expect(() => bootstrapMean(values, options)).toThrow(message);
  });
});

it("bootstrap draws from each set for itself", () => {
  bootstrap([3, 5], (a, b) => {
    expect(a.reduce((x, y) => x + y)).toBe(3);
    expect(b.reduce((x, y) => x + y)).toBe(5);
    return a[0]! + b[0]!;
  });
});

it("quantile goes from the least to the greatest, in proportion between", () => {
  expect([0, 0.25, 0.5, 1].map((q) => quantile([0, 10, 20], q))).toEqual([0, 5, 10, 20]);
});
