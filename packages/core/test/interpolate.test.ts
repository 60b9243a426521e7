import { describe, expect, it } from "vitest";
import { interpolate, key, ndarray, normalDraws } from "../src/index.js";

const code = (...values: number[]): ReturnType<typeof ndarray> => ndarray(values, [values.length]);
const rowsOf = ({ data, shape }: ReturnType<typeof interpolate>): number[][] =>
  Array.from({ length: shape[0]! }, (_, i) => [...data.subarray(i * shape[1]!, (i + 1) * shape[1]!)]);

describe("interpolate", () => {
  it.each(["linear", "spherical"] as const)("begins and ends where it is told, %s", (path) => {
    const [from, to] = [0, 1].map((seed) => ndarray(normalDraws(key(seed), 20), [1, 20]));
    const walk = interpolate({ from: from!, to: to!, steps: 5, path });
    expect(walk).toMatchObject({ dtype: "f32", shape: [5, 20] });
    expect(rowsOf(walk)[0]).toEqual([...from!.data]);
    expect(rowsOf(walk)[4]).toEqual([...to!.data]);
  });

  it("goes straight", () => {
    expect(rowsOf(interpolate({ from: code(0, 2), to: code(4, -2), steps: 5, path: "linear" }))).toEqual([
      [0, 2],
      [1, 1],
      [2, 0],
      [3, -1],
      [4, -2],
    ]);
  });

  it("goes along an arc at one speed, on the sphere when both ends are", () => {
    const rows = rowsOf(interpolate({ from: code(3, 0), to: code(0, 3), steps: 4 }));
    rows.forEach(([x, y], i) => {
      expect(Math.hypot(x!, y!)).toBeCloseTo(3, 5);
      expect(Math.atan2(y!, x!)).toBeCloseTo((i * Math.PI) / 6, 5);
    });
  });

  it("keeps the length of draws from the prior, which a straight line loses", () => {
    const [from, to] = [2, 3].map((seed) => ndarray(normalDraws(key(seed), 400), [400]));
    const middle = (path: "linear" | "spherical"): number =>
      Math.hypot(...rowsOf(interpolate({ from: from!, to: to!, steps: 3, path }))[1]!);
    expect(Math.abs(middle("spherical") / 20 - 1)).toBeLessThan(0.1);
    expect(middle("linear") / 20).toBeLessThan(0.8);
  });

  it("takes the straight line where there is no arc", () => {
    expect(rowsOf(interpolate({ from: code(0, 0), to: code(1, 2), steps: 3 }))).toEqual([
      [0, 0],
      [0.5, 1],
      [1, 2],
    ]);
    expect(rowsOf(interpolate({ from: code(1, 2), to: code(2, 4), steps: 3 }))).toEqual([
      [1, 2],
      [1.5, 3],
      [2, 4],
    ]);
    expect(rowsOf(interpolate({ from: code(1, 2), to: code(-1, -2), steps: 3 }))).toEqual([
      [1, 2],
      [0, 0],
      [-1, -2],
    ]);
  });

  it("refuses what is not a walk between two codes", () => {
    expect(() => interpolate({ from: code(1), to: code(1, 2) })).toThrow("expected two codes [Z], got [1] and [2]");
    expect(() => interpolate({ from: ndarray([1, 2, 3, 4], [2, 2]), to: code(1, 2, 3, 4) })).toThrow(
      "got [2, 2] and [4]",
    );
    expect(() => interpolate({ from: code(1), to: code(2), steps: 1 })).toThrow("steps ≥ 2, got 1");
  });
});
