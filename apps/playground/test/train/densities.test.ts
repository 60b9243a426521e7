import { describe, expect, it } from "vitest";
import { REACH } from "../../src/plane/plane.js";
import { cloud, SHAPES } from "../../src/train/densities.js";

const first = Array.from({ length: 2000 }, (_, i) => i);

describe("densities in the plane", () => {
  it.each(SHAPES)("%s lies in sight", async (shape) => {
    const { x } = await cloud(shape, 0, [-1, 0.5, 2, -2]).rows(first);
    expect(x!.shape).toEqual([2000, 2]);
    expect(x!.data.filter((v) => Math.abs(Number(v)) < REACH).length).toBeGreaterThan(3990);
  });

  it("checkerboard fills every second square", async () => {
    const { x } = await cloud("checkerboard", 1, []).rows(first);
    const counts = new Map<string, number>();
    first.forEach((i) => {
      const square = [0, 1].map((k) => Math.floor(Number(x!.data[2 * i + k]))).join();
      counts.set(square, (counts.get(square) ?? 0) + 1);
    });
    expect(counts.size).toBe(8);
    for (const [square, count] of counts) {
      const [column, row] = square.split(",").map(Number) as [number, number];
      expect((column + row) % 2 === 0).toBe(true);
      expect(count).toBeGreaterThan(180);
    }
  });

  it("your own is where it was drawn", async () => {
    const { x } = await cloud("drawn", 0, [1, 2]).rows(first);
    const mean = (k: number): number => first.reduce((sum, i) => sum + Number(x!.data[2 * i + k]), 0) / first.length;
    expect(mean(0)).toBeCloseTo(1, 1);
    expect(mean(1)).toBeCloseTo(2, 1);
  });

  it("is another for another seed, and the same for the same", async () => {
    const of = async (seed: number): Promise<unknown> => (await cloud("moons", seed, []).rows([0, 1])).x!.data;
    expect(await of(3)).toEqual(await of(3));
    expect(await of(3)).not.toEqual(await of(4));
  });
});
