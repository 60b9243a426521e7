import { key, normalDraws, uniformDraws } from "@gen/core";
import { describe, expect, it } from "vitest";
import { compareTables } from "../src/index.js";
import { points } from "./draws.js";

const columns = [
  { name: "height", kind: "real" },
  { name: "weight", kind: "real" },
  { name: "colour", kind: "categorical", categories: ["red", "green", "blue"] },
] as const;

/** Rows of height N(mean, 1), a weight that goes with it by ρ, and a colour with P(red) = red. */
function people(seed: number, n: number, { mean = 0, rho = 0.8, red = 0.5, gaps = 0 } = {}) {
  const [z, u] = [normalDraws(key(seed), 2 * n, "f64"), uniformDraws(key(seed + 1000), 2 * n, "f64")];
  return points(
    Array.from({ length: n }, (_, i) => {
      const [a, b] = [z[2 * i]!, z[2 * i + 1]!];
      const height = u[2 * i + 1]! < gaps ? NaN : mean + a;
      return [height, rho * a + Math.sqrt(1 - rho ** 2) * b, u[2 * i]! < red ? 0 : u[2 * i]! < 0.75 ? 1 : 2];
    }),
  );
}

describe("compareTables", () => {
  it("finds nothing between draws of one distribution but what chance makes", async () => {
    const { columns: alone, pairs } = await compareTables(people(1, 1500), people(2, 1000), {
      columns,
      replicates: 100,
    });
    expect(alone.map(({ column, statistic }) => [column, statistic])).toEqual([
      ["height", "ks"],
      ["weight", "ks"],
      ["colour", "tv"],
    ]);
    expect(pairs.map((pair) => pair.columns.join())).toEqual(["height,weight", "height,colour", "weight,colour"]);
    for (const { value, byChance, pValue } of [...alone, ...pairs]) {
      expect(pValue).toBeGreaterThan(0.02);
      expect(value / byChance).toBeLessThan(2);
    }
    expect(pairs[0]!.correlations![0]).toBeCloseTo(0.8, 1);
    expect(pairs[1]!.correlations).toBeUndefined();
  });

  it("finds the column that is shifted: KS between N(0, 1) and N(½, 1) is 2Φ(¼) − 1", async () => {
    const { columns: alone } = await compareTables(people(1, 2000), people(2, 2000, { mean: 0.5 }), {
      columns,
      replicates: 100,
    });
    expect(Math.abs(alone[0]!.value - 0.1974)).toBeLessThan(4 * alone[0]!.standardError);
    expect(alone[0]!.pValue).toBeCloseTo(1 / 101, 12);
    expect(alone[1]!.pValue).toBeGreaterThan(0.02);
  });

  it("finds categories that are drawn too often: the total variation is that of their shares", async () => {
    const { columns: alone } = await compareTables(people(1, 2000), people(2, 2000, { red: 0.6 }), {
      columns,
      replicates: 100,
    });
    expect(Math.abs(alone[2]!.value - 0.1)).toBeLessThan(4 * alone[2]!.standardError);
    expect(alone[2]!.pValue).toBeLessThan(0.02);
  });

  it("finds a pair that goes together in one set only, where each column alone is right", async () => {
    const { columns: alone, pairs } = await compareTables(people(1, 2000), people(2, 2000, { rho: 0 }), {
      columns,
      replicates: 100,
    });
    for (const { pValue } of alone) expect(pValue).toBeGreaterThan(0.02);
    expect(pairs[0]!.pValue).toBeLessThan(0.02);
    expect(pairs[0]!.value).toBeGreaterThan(3 * pairs[0]!.byChance);
    expect(pairs[0]!.correlations![1]).toBeCloseTo(0, 1);
  });

  it("leaves gaps out of what numbers say, and counts them", async () => {
    const { columns: alone, pairs } = await compareTables(people(1, 2000), people(2, 2000, { gaps: 0.3 }), {
      columns,
      replicates: 100,
    });
    expect(alone[0]!.gaps[0]).toBe(0);
    expect(alone[0]!.gaps[1]).toBeCloseTo(0.3, 1);
    expect(alone[0]!.pValue).toBeGreaterThan(0.02);
    expect(pairs[0]!.pValue).toBeLessThan(0.02); // a gap is a cell of its own
  });

  it.each([
    [points(Array.from({ length: 30 }, () => [1, 2])), "expected rows of one width, got 2 and 3 numbers"],
    [points(Array.from({ length: 30 }, () => [1, 2, 3])), 'column "colour": expected the index of a category, got 3'],
    [points(Array.from({ length: 30 }, () => [1, Infinity, 2])), "got Infinity in column 1"],
    [people(1, 30, { gaps: 1 }), 'column "height": known values: expected at least 2 rows, got 0'],
    [people(1, 19), "first set: expected at least 20 rows, got 19"],
  ])("refuses what is no such table", async (rows, message) => {
    await expect(compareTables(rows, people(2, 30), { columns })).rejects.toThrow(message);
  });

  it("refuses a single group", async () => {
    await expect(compareTables(people(1, 30), people(2, 30), { columns, groups: 1 })).rejects.toThrow(
      "at least 2 groups",
    );
  });
});
