import { describe, expect, it } from "vitest";
import { ActNorm, ElementwiseAffine, Permutation } from "../src/index.js";
import { describeTransform } from "./laws.js";

const dims = [1, 2, 3, 5, 64];

describeTransform("ElementwiseAffine", (dim: number) => new ElementwiseAffine({ shape: [dim] }), { sizes: dims });
describeTransform("ActNorm of features", (dim: number) => new ActNorm({ shape: [dim] }), { sizes: dims });
describeTransform("ActNorm of channels", (shape: number[]) => new ActNorm({ shape }), { sizes: [[3, 2, 4]] });
describeTransform("Permutation, reversed", (dim: number) => new Permutation({ shape: [dim] }), { sizes: dims });
describeTransform("Permutation at random", (shape: number[]) => new Permutation({ shape, order: 7 }), {
  sizes: [[5], [4, 2, 2]],
});
describe("Permutation", () => {
  it.each([[[0, 0, 1]], [[0, 1]], [[1, 2, 3]]])("refuses the order %o of three", (order) => {
    expect(() => new Permutation({ shape: [3], order })).toThrow("Permutation: expected an order of 0 … 2");
  });
});
