import { describe, expect, it } from "vitest";
import { inLoops, manifold } from "../src/index.js";
import { distances, neighbours } from "../src/pairs.js";
import { gather } from "../src/points.js";
import { key } from "@gen/core";
import { normals, points, streamed } from "./draws.js";

const values = async (...args: Parameters<typeof manifold>): Promise<Record<string, number>> =>
  Object.fromEntries(Object.entries(await manifold(...args)).map(([name, { value }]) => [name, value]));

describe("manifold", () => {
  it("counts what can be counted by hand", async () => {
    // Balls of the data reach 1, 1, 1 and 8; those of the samples 9.5, 1 and 1 (k = 1).
    const real = points([[0], [1], [2], [10]]);
    const generated = points([[1.5], [11], [12]]);
    expect(await values(real, generated, { k: 1, densityK: 1 })).toEqual({
      precision: 1, //              1.5 is in the balls of 1 and 2; 11 and 12 are in that of 10
      recall: 1, //                 the ball of 1.5 holds all four
      density: (2 + 1 + 1) / 3,
      coverage: 3 / 4, //           nothing is within 1 of 0
    });
  });

  it("is 1 for a set against itself, but for density, which is (k + 1)/k at the least", async () => {
    const x = normals(1, [300, 3]);
    const { precision, recall, density, coverage } = await values(x, x);
    expect([precision, recall, coverage]).toEqual([1, 1, 1]);
    expect(density).toBeCloseTo(6 / 5, 12); // each x is within its own ball, and in those of others: k on average
  });

  it("is 0 for sets that are far apart", async () => {
    const apart = await values(normals(1, [200, 3]), normals(2, [200, 3], { mean: 100 }));
    expect(apart).toEqual({ precision: 0, recall: 0, density: 0, coverage: 0 });
  });

  it("tells samples that are real but few from those that are many but not real", async () => {
    const real = normals(1, [1000, 2]);
    const narrow = await values(real, normals(2, [1000, 2], { std: 0.3 }));
    expect(narrow["precision"]).toBeGreaterThan(0.95);
    expect(narrow["recall"]).toBeLessThan(0.5);
    const wide = await values(real, normals(2, [1000, 2], { std: 3 }));
    expect(wide["precision"]).toBeLessThan(0.5);
    expect(wide["recall"]).toBeGreaterThan(0.95);
  });

  it("expects of two draws the coverage 1 − ((n − 1)…(n − k)) / ((2n − 1)…(2n − k))", async () => {
    // Naeem et al. 2020, lemma 2, for n = m.
    const n = 2000;
    const { coverage } = await manifold(normals(3, [n, 2]), normals(4, [n, 2]), { densityK: 5 });
    let missed = 1;
    for (let i = 1; i <= 5; i++) missed *= (n - i) / (2 * n - i);
    expect(Math.abs(coverage.value - (1 - missed))).toBeLessThan(4 * coverage.standardError);
  });

  it("keeps a random sample of streams that are long", async () => {
    const long = (seed: number) => streamed(normals(seed, [5000, 2]), 300);
    const { precision } = await manifold(long(1), long(2), { limit: 500 });
    expect(precision.value).toBeGreaterThan(0.7);
  });

  it.each([
    [{ k: 0 }, "expected whole numbers k ≥ 1, got 0"],
    [{ k: 1.5 }, "expected whole numbers k ≥ 1, got 1.5"],
    [{ limit: 5 }, "manifold: limit: expected at least 6 rows, got 5"],
    [{ k: 50 }, "manifold: real: expected at least 51 rows, got 50"],
  ])("refuses %j", async (options, message) => {
    await expect(manifold(normals(1, [50, 2]), normals(2, [50, 2]), options)).rejects.toThrow(message);
  });

  it("refuses rows of different widths", async () => {
    await expect(manifold(normals(1, [50, 2]), normals(2, [50, 3]))).rejects.toThrow("got 2 and 3 numbers");
  });
});

describe("neighbours", () => {
  it("are those of the definition, for counts that do not fill a tile", async () => {
    const gathered = (seed: number, n: number) =>
      gather(normals(seed, [n, 5]), { where: "test", least: 1, key: key(0) });
    const [a, b] = [await gathered(1, 103), await gathered(2, 57)];
    const { squared, indices } = await neighbours(a, { k: 4, of: b });
    for (let i = 0; i < a.n; i++) {
      const all = Array.from({ length: b.n }, (_, j) => {
        let sum = 0;
        for (let k = 0; k < 5; k++) sum += (a.data[5 * i + k]! - b.data[5 * j + k]!) ** 2;
        return { sum, j };
      }).sort((one, other) => one.sum - other.sum);
      for (let k = 0; k < 4; k++) {
        expect(squared[4 * i + k]).toBeCloseTo(all[k]!.sum, 12);
        expect(indices[4 * i + k]).toBe(all[k]!.j);
      }
    }
  });

  it("leave out the row itself, also beside its twin", async () => {
    const x = await gather(points([[0], [0], [5]]), { where: "test", least: 1, key: key(0) });
    const { squared, indices } = await neighbours(x, { k: 1 });
    expect([...squared]).toEqual([0, 0, 25]);
    expect([...indices]).toEqual([1, 0, 0]);
    for await (const block of distances(x, x, inLoops)) expect(block.squared).toHaveLength(9);
  });
});
