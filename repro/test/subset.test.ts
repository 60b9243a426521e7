import { arrays, key, ndarray, type NdArray } from "@gen/core";
import { describe, expect, it } from "vitest";
import { firstRows, randomRows } from "../src/subset.js";

/** Chunks of three rows [2], numbered; `read` takes note of each. */
async function* chunks(count: number, read: number[] = []): AsyncGenerator<NdArray> {
  for (let i = 0; i < count; i++) {
    read.push(i);
    yield await Promise.resolve(
      ndarray(
        [0, 1, 2, 3, 4, 5].map((v) => v + 6 * i),
        [3, 2],
      ),
    );
  }
}

describe("firstRows", () => {
  it.each([
    [3, 1],
    [4, 2],
    [6, 2],
    [7, 3],
  ])("takes %i rows of %i chunks of three", async (n, asked) => {
    const read: number[] = [];
    expect(await firstRows(chunks(9, read), n)).toEqual(
      ndarray(
        Array.from({ length: 2 * n }, (_, i) => i),
        [n, 2],
      ),
    );
    expect(read).toHaveLength(asked);
  });

  it("refuses more than there are", async () => {
    await expect(firstRows(chunks(2), 7)).rejects.toThrow("expected 7 rows, got fewer");
  });
});

it("randomRows draws no row twice", async () => {
  const all = arrays({ x: ndarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [10, 1]) });
  const rows = async (seed: number): Promise<number[]> => {
    const some = randomRows(all, 6, key(seed));
    return Array.from((await some.rows([0, 1, 2, 3, 4, 5]))["x"]!.data, Number);
  };
  expect(new Set(await rows(0)).size).toBe(6);
  expect(await rows(0)).not.toEqual(await rows(1));
});
