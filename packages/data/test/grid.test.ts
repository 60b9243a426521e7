import { ndarray } from "@gen/core";
import { describe, expect, it } from "vitest";
import { grid } from "../src/grid.js";
import { errorOf } from "./helpers.js";

describe("grid", () => {
  it("puts pictures in reading order, with gaps around them", () => {
    const images = ndarray([1, 2, 3], [3, 1, 1, 1], "u8");
    const { data, width, height, channels } = grid(images, { columns: 2, gap: 1, background: 9 });
    expect({ width, height, channels }).toEqual({ width: 5, height: 5, channels: 1 });
    expect([...data]).toEqual([9, 9, 9, 9, 9, 9, 1, 9, 2, 9, 9, 9, 9, 9, 9, 9, 3, 9, 9, 9, 9, 9, 9, 9, 9]);
  });

  it("interleaves channels and enlarges", () => {
    const images = ndarray([10, 20, 30, 40, 50, 60], [1, 3, 1, 2], "u8"); // R R G G B B
    const { data, width, height } = grid(images, { gap: 0, scale: 2 });
    expect([width, height]).toEqual([4, 2]);
    const row = [10, 30, 50, 10, 30, 50, 20, 40, 60, 20, 40, 60];
    expect([...data]).toEqual([...row, ...row]);
  });

  it("rounds intensities and clamps what lies outside", () => {
    const images = ndarray([-0.2, 0, 0.5, 1, 7], [5, 1, 1, 1]);
    expect([...grid(images, { columns: 5, gap: 0 }).data]).toEqual([0, 0, 128, 255, 255]);
  });

  it("is about square if nothing is said", () => {
    expect(grid(ndarray(new Float32Array(10), [10, 1, 1, 1]), { gap: 0 })).toMatchObject({ width: 4, height: 3 });
  });

  it.each([
    ["shape", () => grid(ndarray([1, 2], [2]))],
    ["shape", () => grid(ndarray([1, 2], [1, 2, 1, 1]))],
    ["shape", () => grid(ndarray([], [0, 1, 2, 2]))],
    ["dtype", () => grid(ndarray([1], [1, 1, 1, 1], "i32"))],
    ["range", () => grid(ndarray([1], [1, 1, 1, 1]), { columns: 0 })],
    ["range", () => grid(ndarray([1], [1, 1, 1, 1]), { gap: 1.5 })],
    ["range", () => grid(ndarray([1], [1, 1, 1, 1]), { background: 256 })],
    ["numeric", () => grid(ndarray([NaN], [1, 1, 1, 1]))],
  ])("refuses with %s", async (code, make) => {
    expect((await errorOf(make)).code).toBe(code);
  });
});
