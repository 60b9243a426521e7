import { feed, grad, key, ndarray, traceScope, type NdArray, type Tensor } from "@gen/core";
import { scalarKey, valuesOf } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import { diffAugment, type AugmentPolicy } from "../src/index.js";

const picture = (n: number, side: number): NdArray =>
  ndarray(
    Array.from({ length: n * side * side }, (_, i) => 1 + (i % (side * side))),
    [n, 1, side, side],
  );

/** What becomes of pictures under one policy, and the gradient of the sum of the result. */
function changed(policy: AugmentPolicy, x: NdArray, seed = 3): { y: number[]; slope: number[] } {
  const scope = traceScope("train");
  const input: Tensor = feed(x.shape);
  const y = diffAugment({ policies: [policy], shift: 0.25, hole: 0.5 })(input, scope);
  const given = new Map([
    [input, x],
    [scope.key!, scalarKey(key(seed))],
  ]);
  const [value, slope] = valuesOf([y, grad(y.sum(), [input])[0]!], given);
  return { y: Array.from(value!.data, Number), slope: Array.from(slope!.data, Number) };
}

describe("augmentation", () => {
  it("shifts each picture by whole pixels, by itself, and zeros come in", () => {
    const n = 64;
    const { y, slope } = changed("translation", picture(n, 4));
    const moves = new Set<string>();
    for (let row = 0; row < n; row++) {
      const at = (i: number, j: number): number => y[row * 16 + i * 4 + j]!;
      const found = [-1, 0, 1]
        .flatMap((di) => [-1, 0, 1].map((dj) => [di, dj] as const))
        .filter(([di, dj]) =>
          [0, 1, 2, 3].every((i) =>
            [0, 1, 2, 3].every((j) => {
              const [si, sj] = [i + di, j + dj];
              return at(i, j) === (si >= 0 && si < 4 && sj >= 0 && sj < 4 ? 1 + si * 4 + sj : 0);
            }),
          ),
        );
      expect(found.length).toBe(1);
      moves.add(found[0]!.join());
    }
    expect(moves.size).toBe(9);
    expect(slope.every((g) => g === 0 || g === 1)).toBe(true);
  });

  it("blanks a square of half the side, also over the edge", () => {
    const { y, slope } = changed("cutout", picture(64, 8));
    for (let row = 0; row < 64; row++) {
      const blank = Array.from({ length: 64 }, (_, i) => i).filter((i) => y[row * 64 + i] === 0);
      const [lines, columns] = [new Set(blank.map((i) => Math.floor(i / 8))), new Set(blank.map((i) => i % 8))];
      expect(blank.length).toBe(lines.size * columns.size); // a rectangle
      expect(Math.max(lines.size, columns.size)).toBeLessThanOrEqual(4);
      expect(blank.length).toBeGreaterThan(0);
      blank.forEach((i) => expect(slope[row * 64 + i]).toBe(0));
    }
  });

  it("changes brightness and contrast, each picture's own", () => {
    const { y } = changed("color", picture(3, 4));
    const row = (i: number): number[] => y.slice(i * 16, (i + 1) * 16);
    const factors = [0, 1, 2].map((i) => (row(i)[15]! - row(i)[0]!) / 15);
    factors.forEach((factor) => expect(factor).toBeGreaterThan(0.5));
    factors.forEach((factor) => expect(factor).toBeLessThan(1.5));
    expect(new Set(factors.map((factor) => factor.toFixed(6))).size).toBe(3);
  });

  it("refuses shares that are none, and rows that are not pictures", () => {
    expect(() => diffAugment({ hole: 2 })).toThrow(/shares in \[0, 1\], got 2/);
    expect(() => diffAugment()(feed([2, 3]), traceScope("train"))).toThrow(/pictures \[N, C, H, W\]/);
  });
});
