import { key, type Dataset } from "@gen/core";
import { describe, expect, it } from "vitest";
import {
  checkerboard,
  gridCentres,
  gridOfGaussians,
  ringCentres,
  ringOfGaussians,
  rings,
  twoMoons,
} from "../src/toy.js";

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

  it("fill the grid and the dark squares alike", async () => {
    const count = async (set: Dataset, place: (x: number, y: number) => string): Promise<Map<string, number>> => {
      const { x } = await set.rows([...Array(set.length).keys()]);
      const counts = new Map<string, number>();
      for (let i = 0; i < set.length; i++) {
        const at = place(Number(x!.data[2 * i]), Number(x!.data[2 * i + 1]));
        counts.set(at, (counts.get(at) ?? 0) + 1);
      }
      return counts;
    };
    const centres = await count(gridOfGaussians({ n: 2500, key: key(0), noise: 0 }), (x, y) => `${x} ${y}`);
    expect([...centres.keys()].sort()).toEqual(
      gridCentres()
        .map((centre) => centre.join(" "))
        .sort(),
    );
    const around = await count(ringOfGaussians({ n: 200, key: key(0), noise: 0, modes: 3 }), (x, y) => `${x} ${y}`);
    const round = ringCentres(3).map((centre) => centre.map(Math.fround).join(" "));
    expect([...around.keys()].sort()).toEqual(round.sort());
    for (const found of centres.values()) expect(Math.abs(found - 100)).toBeLessThan(50);
    const squares = await count(checkerboard({ n: 1600, key: key(0) }), (x, y) => `${Math.floor(x)} ${Math.floor(y)}`);
    expect(squares.size).toBe(8);
    for (const [square, found] of squares) {
      const [x, y] = square.split(" ").map(Number) as [number, number];
      expect(Math.abs(x + y) % 2).toBe(0);
      expect(Math.abs(found - 200)).toBeLessThan(60);
    }
  });
});
