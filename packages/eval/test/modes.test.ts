import { key, ndarray, uniformDraws } from "@gen/core";
import { describe, expect, it } from "vitest";
import { classCoverage, inceptionScore, modeCoverage } from "../src/index.js";
import { normals, points } from "./draws.js";

/** Logits of rows that fall to classes so often. */
function logits(counts: readonly number[], sharpness = 20) {
  return points(
    counts.flatMap((count, c) =>
      Array.from({ length: count }, () => counts.map((_, other) => (other === c ? sharpness : 0))),
    ),
  );
}

describe("classCoverage", () => {
  it("is the KL of the shares, beside what the data have", async () => {
    const { shares, covered, kl } = await classCoverage(logits([50, 30, 20, 0]));
    expect(shares.map(({ value }) => value)).toEqual([0.5, 0.3, 0.2, 0]);
    for (const { value, standardError } of shares)
      expect(standardError).toBeCloseTo(Math.sqrt((value * (1 - value)) / 100), 2);
    expect(covered).toBe(3);
    const truth = [0.5, 0.3, 0.2].reduce((sum, q) => sum + q * Math.log(q * 4), 0);
    expect(kl.value).toBeCloseTo(truth, 12);
    expect(kl.low).toBeLessThan(truth);
    expect(kl.high).toBeGreaterThan(truth);
    expect((await classCoverage(logits([50, 30, 20]), { expected: [5, 3, 2] })).kl.value).toBeCloseTo(0, 12);
  });

  it("refuses shares that do not fit, or that nothing can have", async () => {
    await expect(classCoverage(logits([1, 1]), { expected: [1] })).rejects.toThrow(
      "expected shares of 2 classes, got 1",
    );
    await expect(classCoverage(logits([1, 1]), { expected: [1, 0] })).rejects.toThrow("a share > 0 of class 1, got 0");
    await expect(classCoverage(logits([1]))).rejects.toThrow("expected at least 2 rows, got 1");
  });
});

describe("modeCoverage", () => {
  const centres = Array.from({ length: 25 }, (_, i) => [2 * (i % 5) - 4, 2 * Math.floor(i / 5) - 4]);
  /** n draws about centres, mode i being 0 … modes − 1. */
  const mixture = (n: number, modes: number, std: number) => {
    const noise = normals(1, [n, 2], { std });
    const at = uniformDraws(key(2), n);
    const data = noise.data.map((z, i) => z + centres[Math.floor(at[i >> 1]! * modes)]![i % 2]!);
    return ndarray(data, [n, 2], "f64");
  };

  it("finds all modes of the mixture itself, as wide as they are", async () => {
    const { covered, good, kl, modes } = await modeCoverage(mixture(10_000, 25, 0.05), centres, { std: 0.05 });
    expect(covered).toBe(25);
    expect(good.value).toBeCloseTo(1 - Math.exp(-8), 3); // P(‖z‖ ≤ 4) of a normal z in two dimensions
    expect(kl.value).toBeLessThan(0.01);
    for (const { count, std } of modes) {
      expect(std.value / 0.05).toBeCloseTo(1, 0);
      expect(std.standardError / (std.value / Math.sqrt(4 * count))).toBeCloseTo(1, 0); // σ̂ of 2 · count normal numbers
    }
    expect(modes.filter(({ std }) => std.low <= 0.05 && std.high >= 0.05).length).toBeGreaterThan(20);
    expect(Math.sqrt(modes.reduce((sum, { std }) => sum + std.value ** 2, 0) / 25)).toBeCloseTo(0.05, 3);
  });

  it("sees that modes are missing: KL is log 25/10", async () => {
    const { covered, kl } = await modeCoverage(mixture(20_000, 10, 0.05), centres, { std: 0.05 });
    expect(covered).toBe(10);
    expect(kl.value).toBeCloseTo(Math.log(2.5), 2);
  });

  it("sees samples between the modes", async () => {
    const { good } = await modeCoverage(mixture(10_000, 25, 0.2), centres, { std: 0.05 });
    expect(good.value).toBeCloseTo(1 - Math.exp(-0.5), 1); // P(‖z‖ ≤ 1)
    const binomial = Math.sqrt((good.value * (1 - good.value)) / 10_000);
    expect(good.standardError / binomial).toBeCloseTo(1, 0);
    expect(good.high - good.low).toBeGreaterThan(3 * binomial);
  });

  it.each([
    [
      [
        [100, 100],
        [101, 100],
      ],
      { std: 0.05 },
      "expected samples near the modes, got 0 of 2",
    ],
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { std: 0.05 },
      "expected centres of 3 numbers, got 2",
    ],
    [
      [
        [0, 0],
        [0, 0],
      ],
      { std: 0 },
      "expected std and within > 0, got 0 and 4",
    ],
  ])("refuses %j %j", async (rows, options, message) => {
    await expect(modeCoverage(points(rows), centres, options)).rejects.toThrow(message);
  });
});

describe("the inception score", () => {
  it("is the number of classes where all are plain and alike in number", async () => {
    expect((await inceptionScore(logits([100, 100, 100, 100], 50))).value).toBeCloseTo(4, 8);
  });

  it("is 1 where nothing is plain, and where there is one class", async () => {
    expect((await inceptionScore(logits([10, 10, 10], 0))).value).toBeCloseTo(1, 12);
    expect((await inceptionScore(logits([30, 0, 0], 50))).value).toBeCloseTo(1, 12);
  });

  it("is exp of the mutual information: two classes, each told right with probability p", async () => {
    const logit = 1.2;
    const p = 1 / (1 + Math.exp(-logit));
    const information = Math.log(2) + p * Math.log(p) + (1 - p) * Math.log(1 - p);
    const { value, low, high } = await inceptionScore(logits([500, 500], logit));
    expect(value).toBeCloseTo(Math.exp(information), 12);
    expect(low).toBeLessThanOrEqual(value);
    expect(high).toBeGreaterThanOrEqual(value);
  });
});
