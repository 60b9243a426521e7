import { key } from "@gen/core";
import { describe, expect, it } from "vitest";
import { ringOfGaussians, rings, twoMoons } from "../src/toy.js";

const distances = async (set: ReturnType<typeof rings>) => {
  const { x } = await set.rows([...Array(set.length).keys()]);
  return Array.from({ length: set.length }, (_, i) => Math.hypot(Number(x!.data[2 * i]), Number(x!.data[2 * i + 1])));
};

describe("toy densities", () => {
  it("are the same for the same key and lie on their shapes without noise", async () => {
    expect(await twoMoons({ n: 5, key: key(1) }).rows([0, 4])).toEqual(
      await twoMoons({ n: 5, key: key(1) }).rows([0, 4]),
    );
    for (const r of await distances(ringOfGaussians({ n: 100, key: key(0), noise: 0 }))) expect(r).toBeCloseTo(2, 5);
    for (const r of await distances(rings({ n: 100, key: key(0), noise: 0 })))
      expect([1, 2]).toContain(Math.round(r * 1e5) / 1e5);
  });
});
