import { describe, expect, it } from "vitest";
import { ndarray } from "../../src/ndarray.js";
import { concat, constant, full, iota, scalar, stack, sumTo, type Tensor } from "../../src/tensor/tensor.js";
import { feed } from "../../src/tensor/inputs.js";
import { valuesOf } from "../../src/testing/run-reference.js";

const numbers = (t: Tensor): number[] => [...valuesOf([t])[0]!.data].map(Number);
const list = (values: number[], shape?: number[]): Tensor => constant(ndarray(values, shape));
const m = list([1, 2, 3, 4, 5, 6], [2, 3]);

describe("a tensor", () => {
  it("knows its type, and is the same node when it is the same expression", () => {
    expect([m.shape, m.rank, m.size, m.dtype, m.toString()]).toEqual([[2, 3], 2, 6, "f32", "f32[2, 3]"]);
    expect(m.add(1).node).toBe(m.add(1).node);
    expect(feed([2]).node).not.toBe(feed([2]).node);
  });

  it("lets a number take its dtype, and compares", () => {
    const i = iota(3, "i32");
    expect(i.add(2).dtype).toBe("i32");
    expect(numbers(i.lessEqual(1))).toEqual([1, 1, 0]);
    expect(numbers(i.greaterEqual(1))).toEqual([0, 1, 1]);
    expect(numbers(i.greater(1))).toEqual([0, 0, 1]);
    expect(numbers(i.notEqual(1))).toEqual([1, 0, 1]);
    expect(numbers(i.less(1).or(i.greater(1)))).toEqual([1, 0, 1]);
    expect(numbers(i.less(1).where(i, 9))).toEqual([0, 9, 9]);
  });

  it("reduces along axes, or all of them", () => {
    expect(numbers(m.sum())).toEqual([21]);
    expect(numbers(m.mean(0))).toEqual([2.5, 3.5, 4.5]);
    expect(m.mean(-1, { keepDims: true }).shape).toEqual([2, 1]);
    expect(numbers(m.max([0, 1]))).toEqual([6]);
    expect(numbers(m.min(1))).toEqual([1, 4]);
    expect(numbers(list([1, 3, 5, 7]).variance())).toEqual([5]);
    expect(numbers(m.argMax(1))).toEqual([2, 2]);
    expect(numbers(m.cumSum(1, { reverse: true }))).toEqual([6, 5, 3, 15, 11, 6]);
    expect(numbers(full([0], 1).mean())).toEqual([0]);
  });

  it("multiplies matrices, and a batch by one matrix", () => {
    expect(numbers(m.matmul(m.transpose()))).toEqual([14, 32, 32, 77]);
    const batch = stack([m, m.neg()]);
    expect(batch.matmul(m.transpose()).shape).toEqual([2, 2, 2]);
    expect(numbers(batch.matmul(m.transpose())).slice(4)).toEqual([-14, -32, -32, -77]);
  });

  it("moves its elements", () => {
    expect(m.reshape([-1]).shape).toEqual([6]);
    expect(m.reshape([2, 3])).toBe(m);
    expect(m.unsqueeze(-1).shape).toEqual([2, 3, 1]);
    expect(m.unsqueeze(0).squeeze(0).shape).toEqual([2, 3]);
    expect(stack([m, m], 1).flatten().shape).toEqual([2, 6]);
    expect(numbers(m.transpose([1, 0]))).toEqual([1, 4, 2, 5, 3, 6]);
    expect(numbers(m.slice(1, -2))).toEqual([2, 3, 5, 6]);
    expect(numbers(m.slice(-1, 0, { end: 3, step: 2 }))).toEqual([1, 3, 4, 6]);
    expect(m.split([1, 2]).map(numbers)).toEqual([
      [1, 4],
      [2, 3, 5, 6],
    ]);
    expect(numbers(list([1]).pad([1], [2], 7))).toEqual([7, 1, 7, 7]);
    expect(numbers(m.gather(constant(ndarray([2, 0], [2], "i32")), 1))).toEqual([3, 1, 6, 4]);
    expect(numbers(concat([m, m.slice(0, 0, 1)], 0))).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3]);
    expect(numbers(full([2, 2], 3))).toEqual([3, 3, 3, 3]);
  });

  it("sums away what broadcasting added", () => {
    expect(numbers(sumTo(m, [3]))).toEqual([5, 7, 9]);
    expect(numbers(sumTo(m, [2, 1]))).toEqual([6, 15]);
    expect(numbers(sumTo(m, [1, 1]))).toEqual([21]);
    expect(numbers(sumTo(stack([m, m]), [1, 3]))).toEqual([10, 14, 18]);
    expect(sumTo(m, [2, 3])).toBe(m);
  });
});

describe("errors stand at the line that made them, and say what to do", () => {
  it.each<[() => unknown, string]>([
    [() => m.add(feed([2])), "add: expected shapes that broadcast, got [2, 3] and [2]"],
    [
      () => m.add(iota(3, "i32")),
      'add: expected operands of one dtype, got f32 and i32\n  fix: cast one of them, e.g. x.cast("f32")',
    ],
    [() => m.matmul(m), "matmul: expected [… M K] and [… K N], got [2, 3] and [2, 3]"],
    [() => m.sum(2), "sum: expected an axis in [-2, 1], got 2"],
    [() => m.reshape([4, 2]), "reshape: expected 6 elements ([2, 3]), got [4, 2]"],
    [() => m.slice(1, 2, 5), "slice: expected 0 ≤ start ≤ end ≤ extent"],
    [() => m.split([1, 1], 1), "split: expected sizes that add up to 3, got [1, 1]"],
    [() => iota(2, "i32").exp(), "exp: expected real numbers, got i32[2]"],
    [() => m.not(), "not: expected bool, got f32[2, 3]\n  fix: compare first"],
    [() => scalar(1).transpose(), "transpose: expected at least two axes, got []"],
    [() => concat([]), "concat: expected at least one tensor, got none"],
    [() => m.gather(list([0])), "gather: expected i32 indices, got f32"],
  ])("%#", (make, message) => {
    expect(make).toThrow(message);
  });
});
