import { expect, it } from "vitest";
import { ndarray } from "../../src/ndarray.js";
import {
  gelu,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  logSumExp,
  oneHot,
  silu,
  softmax,
  softplus,
} from "../../src/tensor/math.js";
import { feed } from "../../src/tensor/inputs.js";
import { constant, type Tensor } from "../../src/tensor/tensor.js";
import { valuesOf } from "../../src/testing/run-reference.js";

const map = (f: (x: Tensor) => Tensor, values: number[], shape = [values.length]): number[] => {
  const x = feed(shape);
  return [...valuesOf([f(x)], new Map([[x, ndarray(values, shape, "f64")]]))[0]!.data].map(Number);
};
const near = (got: number[], wanted: number[]): void => {
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((w, i) => (Number.isFinite(w) ? expect(got[i]).toBeCloseTo(w, 7) : expect(got[i]).toBe(w)));
};

const xs = [-1000, -20, -1.5, -0.1, 0, 0.1, 1.5, 20, 1000];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

it.each<[string, (x: Tensor) => Tensor, (x: number) => number]>([
  ["softplus", softplus, (x) => (x > 30 ? x : Math.log1p(Math.exp(x)))],
  ["logSigmoid", logSigmoid, (x) => (x < -30 ? x : -Math.log1p(Math.exp(-x)))],
  ["silu", silu, (x) => x * sigmoid(x)],
  ["leakyRelu", (x) => leakyRelu(x, 0.25), (x) => (x > 0 ? x : 0.25 * x)],
])("%s, also where it would overflow", (_, f, plain) => {
  near(map(f, xs), xs.map(plain));
});

it("gelu has the values of its paper's function", () => {
  near(map(gelu, [-1000, -1, 0, 1, 2]), [0, -0.15865525, 0, 0.84134475, 1.9544997]);
  near(
    map((x) => gelu(x).mul(1e-3), [1000]), // its factors are f32
    [1],
  );
});

it("sums of exponentials do not overflow", () => {
  near(
    map((x) => logSumExp(x), [1000, 1000, -1000, -1000], [2, 2]),
    [1000 + Math.LN2, -1000 + Math.LN2],
  );
  near(
    map((x) => logSumExp(x, [0, 1]), [0, Math.log(2), Math.log(3), Math.log(4)], [2, 2]),
    [Math.log(10)],
  );
  near(
    map((x) => softmax(x), [0, 1000, -1000, 0, 0, 0], [2, 3]),
    [0, 1, 0, 1 / 3, 1 / 3, 1 / 3],
  );
  near(
    map((x) => logSoftmax(x, 0), [0, 1, 0, 1], [2, 2]),
    [-Math.LN2, -Math.LN2, -Math.LN2, -Math.LN2],
  );
  near(
    map((x) => softmax(x), [1, -Infinity]),
    [1, 0],
  );
});

it("oneHot marks indices along a new last axis", () => {
  const indices = constant(ndarray([2, 0], [2, 1], "i32"));
  expect(oneHot(indices, 3).shape).toEqual([2, 1, 3]);
  expect([...valuesOf([oneHot(indices, 3)])[0]!.data]).toEqual([0, 0, 1, 1, 0, 0]);
});
