import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { feed } from "../../src/tensor/inputs.js";
import { argSort, isTopK, isTopP, putAlong, sort, takeAlong, topK } from "../../src/tensor/select.js";
import { constant, type Tensor } from "../../src/tensor/tensor.js";
import { expectGradients } from "../../src/testing/gradients.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { valuesOf } from "../../src/testing/run-reference.js";

const numbers = (t: Tensor): number[] => [...valuesOf([t])[0]!.data].map(Number);
const of = (values: number[], shape?: number[], dtype: NdArray["dtype"] = "f32"): Tensor =>
  constant(ndarray(values, shape, dtype));

describe("picking by rank", () => {
  it("sorts up and down, keeping equals in order", () => {
    const x = of([3, 1, 2, 1, 5, 5, 0, 5], [2, 4]);
    expect(numbers(argSort(x))).toEqual([1, 3, 2, 0, 2, 0, 1, 3]);
    expect(numbers(argSort(x, { descending: true }))).toEqual([0, 2, 1, 3, 0, 1, 3, 2]);
    expect(numbers(sort(x))).toEqual([1, 1, 2, 3, 0, 5, 5, 5]);
    expect(numbers(sort(of([2, 250, 7], [3], "u8"), { descending: true }))).toEqual([250, 7, 2]);
  });

  it("gives the largest, through which gradients pass", () => {
    const x = feed([2, 5]);
    const { values, indices } = topK(x, 2);
    expect([values.shape, indices.shape, indices.dtype]).toEqual([[2, 2], [2, 2], "i32"]);
    expectGradients([values.square(), sort(x).cumSum(-1).sin()], new Map([[x, spread([2, 5])]]));
    const [g] = grad(values.sum(), [x]);
    const [slopes] = valuesOf([g!], new Map([[x, ndarray([1, 9, 3, 4, 0, 7, 6, 5, 4, 8], [2, 5])]]));
    expect([...slopes!.data]).toEqual([0, 1, 0, 1, 0, 1, 0, 0, 0, 1]);
  });

  it("takes and puts along rows, each the transpose of the other", () => {
    const indices = of([2, 0, 0, 1, 1, 1], [2, 3], "i32");
    expect(numbers(takeAlong(of([1, 2, 3, 4, 5, 6], [2, 3]), indices))).toEqual([3, 1, 1, 5, 5, 5]);
    expect(numbers(putAlong(of([1, 2, 3, 4, 5, 6], [2, 3]), indices, 4))).toEqual([5, 0, 1, 0, 0, 15, 0, 0]);
    for (const dtype of ["i32", "u8", "u32"] as const) {
      expect(numbers(takeAlong(of([1, 2, 3, 4], [2, 2], dtype), of([1, 0], [2, 1], "i32")))).toEqual([2, 3]);
    }
    expect(() => takeAlong(feed([2, 3]), feed([3, 1], "i32"))).toThrow(
      "takeAlong: expected indices i32[2, k], got i32[3, 1]",
    );
    expect(() => topK(feed([2, 3]), 4)).toThrow("argTopK: expected 1 ≤ k ≤ n of [… n], got 4 of [2, 3]");
  });

  it("marks exactly k, and the least set with the probability asked for", () => {
    expect(numbers(isTopK(of([1, 1, 1, 0, 2, 1], [2, 3]), 2))).toEqual([1, 1, 0, 0, 1, 1]);
    const logits = of([0.1, 0.5, 0.15, 0.25].map(Math.log));
    const marked = (p: number): number[] => numbers(isTopP(logits, p));
    expect(marked(0.3)).toEqual([0, 1, 0, 0]);
    expect(marked(0.6)).toEqual([0, 1, 0, 1]);
    expect(marked(0.8)).toEqual([0, 1, 1, 1]);
    expect(marked(1)).toEqual([1, 1, 1, 1]);
    expect(() => isTopP(logits, 0)).toThrow("a share in (0, 1], got 0");
  });
});
