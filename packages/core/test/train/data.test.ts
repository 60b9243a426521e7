import { describe, expect, it } from "vitest";
import { arrays, batches, key, ndarray, type NdArray, type Rows } from "../../src/index.js";

const ten = arrays({
  x: ndarray(
    Array.from({ length: 20 }, (_, i) => i),
    [10, 2],
  ),
  id: ndarray(
    Array.from({ length: 10 }, (_, i) => i),
    [10],
    "i32",
  ),
});
const ids = async (rows: Rows | Promise<Rows>): Promise<number[]> => Array.from((await rows)["id"]!.data, Number);

describe("batches", () => {
  it("gives every row once an epoch, each epoch in another order, whatever the size", async () => {
    const shuffled = batches(ten, { size: 4, key: key(3) });
    const seen = (await Promise.all([0, 1, 2, 3, 4].map((step) => ids(shuffled.at(step))))).flat();
    expect([...seen.slice(0, 10)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...seen.slice(10)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(seen.slice(0, 10)).not.toEqual(seen.slice(10));
  });

  it("is a function of the step", async () => {
    const shuffled = batches(ten, { size: 3, key: key(3) });
    expect(await shuffled.at(7)).toEqual(await shuffled.at(7));
  });

  it("keeps the order without a key", async () => {
    expect(await ids(batches(ten, { size: 4 }).at(2))).toEqual([8, 9, 0, 1]);
  });

  it("keeps the fields of a row together", async () => {
    const { x, id } = (await batches(ten, { size: 6, key: key(1) }).at(0)) as { x: NdArray; id: NdArray };
    id.data.forEach((row: number | bigint, i: number) => expect(x.data[2 * i]).toBe(2 * Number(row)));
  });

  it("gives several at once, as it gives them one by one, where the arrays are nobody else's", async () => {
    const shuffled = batches(ten, { size: 4, key: key(3) });
    const { x, id } = (await shuffled.several!(1, 4)) as { x: NdArray; id: NdArray };
    expect([x.shape, id.shape]).toEqual([
      [4, 4, 2],
      [4, 4],
    ]);
    const each = await Promise.all([1, 2, 3, 4].map((step) => ids(shuffled.at(step))));
    expect(Array.from(id.data, Number)).toEqual(each.flat());
    expect(batches({ ...ten, isFresh: false }, { size: 4 })).not.toHaveProperty("several");
  });

  it("refuses empty sets and sizes below one", () => {
    expect(() => batches(arrays({ x: ndarray([], [0]) }), { size: 1 })).toThrow(/empty/);
    expect(() => batches(ten, { size: 0 })).toThrow(/size ≥ 1/);
    expect(() => arrays({ x: ndarray([1], [1]), y: ndarray([1, 2], [2]) })).toThrow(/1 rows in "y", got 2/);
  });
});
