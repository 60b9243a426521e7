import { key, ndarray, type NdArray } from "@gen/core";
import { describe, expect, it } from "vitest";
import { asTheyAre, featuresOf } from "../src/index.js";
import { blocksOf, gather } from "../src/points.js";
import { streamed } from "./draws.js";

const count = (n: number) =>
  ndarray(
    Float32Array.from({ length: n }, (_, i) => i),
    [n, 1],
  );

describe("gather", () => {
  const need = { where: "test", least: 1 };

  it("keeps all rows in order where there is room", async () => {
    expect([...(await gather(streamed(count(1234), 100), { ...need, key: key(0) })).data]).toEqual([
      ...count(1234).data,
    ]);
  });

  it("keeps each row of a long stream equally often", async () => {
    const kept = new Float64Array(40);
    for (let i = 0; i < 600; i++) {
      const { n, data } = await gather(streamed(count(40), 7), { ...need, limit: 10, key: key(i) });
      expect(n).toBe(10);
      expect(new Set(data).size).toBe(10);
      for (const row of data) kept[row]!++;
    }
    const chi2 = kept.reduce((sum, times) => sum + (times - 150) ** 2 / (150 * 0.75), 0);
    expect(chi2).toBeLessThan(75); // 39 degrees of freedom: 62 at 1 %
  });

  it("takes any numbers, flattened", async () => {
    const bytes = ndarray([1, 2, 3, 4], [1, 2, 2], "u8");
    expect(await gather(bytes, { ...need, key: key(0) })).toEqual({ n: 1, dim: 4, data: Float32Array.of(1, 2, 3, 4) });
    expect((await gather(ndarray([7, 8], [2, 1], "i32"), { ...need, key: key(0) })).data).toEqual(
      Float64Array.of(7, 8),
    );
  });
});

it("blocksOf gives blocks of one size and drops the rest", async () => {
  const sizes: number[] = [];
  for await (const { n, data } of blocksOf(streamed(count(1000), 333), { size: 300, where: "test", least: 1 }))
    sizes.push(n, data[0]!);
  expect(sizes).toEqual([300, 0, 300, 300, 300, 600]);
});

it("asTheyAre takes bytes as intensities and leaves reals alone", async () => {
  const first = async (x: NdArray): Promise<unknown> => (await featuresOf(asTheyAre, x).next()).value;
  expect(await first(ndarray([0, 51, 255], [3, 1], "u8"))).toEqual(ndarray([0, 51 / 255, 1], [3, 1]));
  expect(await first(ndarray([-3, 7], [2, 1], "f64"))).toEqual(ndarray([-3, 7], [2, 1], "f64"));
});
