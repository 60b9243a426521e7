import { describe, expect, it } from "vitest";
import { memorisation } from "../src/index.js";
import { Ranks, apart } from "../src/ranks.js";
import { normals, streamed } from "./draws.js";

const sets = { train: normals(1, [2000, 4]), test: normals(2, [1500, 4]) };

describe("memorisation", () => {
  it("is none for new draws of the same distribution", async () => {
    const { copied, nearer, distance } = await memorisation(
      { ...sets, generated: normals(3, [2000, 4]) },
      { share: 0.05 },
    );
    expect(Math.abs(copied.value - 0.05)).toBeLessThan(0.03);
    expect(Math.abs(nearer.value - 0.5)).toBeLessThan(4 * nearer.standardError);
    expect(distance.generated / distance.test).toBeCloseTo(1, 1);
  });

  it("finds copies among new draws, and says which", async () => {
    const fresh = normals(3, [900, 4]);
    const copies = sets.train.data.subarray(4 * 700, 4 * 800);
    const generated = { ...fresh, shape: [1000, 4], data: Float64Array.of(...fresh.data, ...copies) } as const;
    const { copied, nearer, nearest } = await memorisation({ ...sets, generated: streamed(generated, 99) });
    expect(copied.value).toBeGreaterThanOrEqual(0.1);
    expect(copied.value).toBeLessThan(0.13);
    expect(nearer.value).toBeCloseTo(0.55, 1);
    for (const { generated: sample, train, distance } of nearest) {
      expect(train).toBe(sample - 900 + 700);
      expect(distance).toBeLessThan(1e-6);
    }
  });

  it("refuses a share that is none, and rows of another width", async () => {
    await expect(memorisation({ ...sets, generated: sets.test }, { share: 0 })).rejects.toThrow(
      "a share in (0, 1), got 0",
    );
    await expect(memorisation({ ...sets, generated: normals(3, [10, 3]) })).rejects.toThrow("got 4 and 3 numbers");
  });
});

describe("ranks", () => {
  const ones = (n: number): Float64Array => new Float64Array(n).fill(1);

  it("count ties by halves", () => {
    const ranks = new Ranks([1, 2, 2, /* second set */ 2, 3]);
    // Of 6 pairs: 1 < 2, 1 < 3, 2 < 3, 2 < 3 and two ties.
    expect(ranks.shareBelow(...apart(ones(3), ones(2)))).toBeCloseTo((4 + 1) / 6, 12);
    expect(ranks.largestGap(...apart(ones(3), ones(2)))).toBeCloseTo(0.5, 12);
  });
});
