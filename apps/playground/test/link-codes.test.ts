import { describe, expect, it } from "vitest";
import {
  MOST_POINTS,
  pictureCode,
  pictureOf,
  pictureSetting,
  pointsCode,
  pointsOf,
  pointsSetting,
} from "../src/link-codes.js";
import { stroked } from "../src/play/stroke.js";
import { chosen } from "../src/url-state.js";

const SIZE = 28 * 28;
const blank = new Float32Array(SIZE);
const line = { side: 28, brush: 1.2, from: [4, 5], to: [20, 22], isErasing: false } as const;

describe("a picture in a link", () => {
  it("comes back in 16 greys, and from then on as it is", () => {
    const drawn = stroked(stroked(blank, line), { ...line, from: [20, 3] });
    const code = pictureCode(drawn);
    expect(code.length).toBeLessThan(500);
    const back = pictureOf(code, SIZE)!;
    expect(Math.max(...back.map((v, i) => Math.abs(v - drawn[i]!)))).toBeLessThanOrEqual(0.5 / 15 + 1e-6);
    expect(pictureCode(back)).toBe(code);
  });

  it("is short where it is blank or a mask, and never too long", () => {
    expect(pictureCode(blank)).toBe("");
    expect(pictureOf("", SIZE)).toEqual(blank);
    const mask = Float32Array.from({ length: SIZE }, (_, i) => Number(i % 28 > 9 && i % 28 < 20 && i > 300));
    expect(pictureCode(mask).length).toBeLessThan(120);
    expect(pictureOf(pictureCode(mask), SIZE)).toEqual(mask);
    const noise = Float32Array.from({ length: SIZE }, (_, i) => (i % 2) * 0.8);
    expect(pictureCode(noise).length).toBeLessThan(1100);
    expect(pictureOf(pictureCode(noise), SIZE)![1]).toBeCloseTo(0.8);
  });

  it.each(["x", "%%", "AAAA", pictureCode(new Float32Array(10).fill(1))])("is none where a code is not: %s", (code) => {
    expect(pictureOf(code, SIZE)).toBeUndefined();
    expect(chosen(`?picture=${code}`, { picture: pictureSetting(SIZE) })).toEqual({ picture: "" });
  });
});

describe("points in a link", () => {
  const points = [0, 0, -3, 3, 1.23, -2.9];
  it("come back where they were, to a thousandth, and from then on as they are", () => {
    const code = pointsCode(points, 3);
    expect(code).toMatch(/^[\w-]{12}$/);
    pointsOf(code, 3)!.forEach((v, i) => expect(Math.abs(v - points[i]!)).toBeLessThan(1e-3));
    expect(pointsCode(pointsOf(code, 3)!, 3)).toBe(code);
    expect(pointsOf("", 3)).toEqual([]);
  });

  it("are as many as a link holds", () => {
    const many = pointsCode(new Float32Array(4 * MOST_POINTS), 3);
    expect(many.length).toBeLessThan(1700);
    expect(pointsOf(many, 3)).toHaveLength(2 * MOST_POINTS);
    expect(chosen(`?line=${many}AAAA`, { line: pointsSetting(3) })).toEqual({ line: "" });
    expect(pointsOf("AAA", 3)).toBeUndefined();
  });
});
