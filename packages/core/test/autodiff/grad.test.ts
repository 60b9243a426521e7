import { describe, expect, it } from "vitest";
import { grad, jvp, vjp } from "../../src/autodiff/grad.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { withGradient } from "../../src/tensor/control.js";
import { feed } from "../../src/tensor/inputs.js";
import { elu } from "../../src/nn/activation.js";
import { gelu, leakyRelu, logSumExp, silu, softmax, softplus } from "../../src/tensor/math.js";
import { constant, full, stack, type Tensor } from "../../src/tensor/tensor.js";
import { expectGradients } from "../../src/testing/gradients.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { valuesOf } from "../../src/testing/run-reference.js";

const numbers = (t: Tensor, given: [Tensor, number[]][] = []): number[] => [
  ...(valuesOf([t], new Map<Tensor, NdArray>(given.map(([x, v]) => [x, ndarray(v, x.shape, "f64")])))[0]!
    .data as Float64Array),
];

describe("grad", () => {
  it("sums what broadcasting spread", () => {
    const [a, b] = [feed([2, 1, 3]), feed([4, 1])];
    expectGradients(
      [a.mul(b).exp(), a.add(b).div(b.square().add(1))],
      new Map([
        [a, spread(a.shape)],
        [b, spread(b.shape)],
      ]),
    );
    const scalarLike = feed([1, 1]);
    expect(grad(scalarLike.mul(full([2, 3], 2)).sum(), [scalarLike])[0]!.shape).toEqual([1, 1]);
  });

  it("is zeros for what the loss does not need", () => {
    const [x, unused] = [feed([2]), feed([3, 2])];
    const [, g] = grad(x.sum(), [x, unused]);
    expect(numbers(g!)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("adds up over several ways, and over a parameter given twice", () => {
    const x = feed([]);
    const [a, b] = grad(x.mul(x).add(x.mul(3)), [x, x]);
    expect([a, b].map((g) => numbers(g!, [[x, [5]]])[0])).toEqual([13, 13]);
  });

  it("passes not through stopGradient, floor, comparisons and casts to whole numbers", () => {
    const x = feed([2]);
    const y = x.stopGradient().mul(3).add(x.floor()).add(x.greater(0).cast("f32")).add(x.cast("i32").cast("f32"));
    expect(numbers(grad(y.sum(), [x])[0]!, [[x, [0.5, -1.5]]])).toEqual([0, 0]);
    expect(numbers(grad(x.stopGradient().mul(x).sum(), [x])[0]!, [[x, [0.5, -1.5]]])).toEqual([0.5, -1.5]);
  });

  it("can be taken by something in the middle of a graph", () => {
    const x = feed([2]);
    const middle = x.exp();
    expect(numbers(grad(middle.square().sum(), [middle])[0]!, [[x, [0, 1]]])).toEqual([2, 2 * Math.E]);
  });

  it("walks graphs deeper than the stack", () => {
    const x = feed([]);
    let y = x;
    for (let i = 0; i < 8_000; i++) y = y.mul(1).add(0.001);
    expect(numbers(grad(y, [x])[0]!, [[x, [1]]])).toEqual([1]);
  });

  it("shares ties", () => {
    const [a, b] = [feed([1]), feed([1])];
    expect(
      grad(a.maximum(b).sum(), [a, b]).map(
        (g) =>
          numbers(g, [
            [a, [2]],
            [b, [2]],
          ])[0],
      ),
    ).toEqual([0.5, 0.5]);
    const x = feed([4]);
    expect(numbers(grad(x.max(), [x])[0]!, [[x, [1, 3, 3, 0]]])).toEqual([0, 0.5, 0.5, 0]);
  });

  it("has slopes at the kinks of the composites", () => {
    const x = feed([1]);
    const at0 = (f: (x: Tensor) => Tensor): number => numbers(grad(f(x).sum(), [x])[0]!, [[x, [0]]])[0]!;
    expect(at0(softplus)).toBe(0.5);
    expect(at0((v) => leakyRelu(v, 0.25))).toBe(0.25);
    expect(at0(elu)).toBe(1);
  });

  it("refuses what has no gradient", () => {
    const x = feed([2]);
    expect(() => grad(x, [x])).toThrow("grad: expected a scalar loss, got [2]");
    expect(() => grad(x.sum(), [feed([], "i32")])).toThrow("expected real numbers, got i32[]");
    expect(() => vjp([x], [full([3], 1)], [x])).toThrow("expected a cotangent [2] for output 0, got [3]");
  });
});

it("the law notices a gradient that is wrong, in the first and in the second order", () => {
  const x = feed([3]);
  const given = new Map([[x, spread([3])]]);
  const square = (slope: (v: Tensor) => Tensor): Tensor =>
    withGradient(
      [x],
      ([v]) => v!.square(),
      ([v], _, g) => [g.mul(slope(v!))],
    );
  expect(() => expectGradients([square((v) => v.mul(2.001))], given)).toThrow("order 1");
  expect(() => expectGradients([square((v) => v.stopGradient().mul(2))], given)).toThrow("order 2");
  expectGradients([square((v) => v.mul(2))], given);
});

describe("composites", () => {
  const cases: Record<string, (x: Tensor) => Tensor> = {
    gelu,
    silu,
    softplus,
    elu,
    softmax,
    leakyRelu: (x) => leakyRelu(x, 0.1),
    logSumExp: (x) => logSumExp(x),
    "logSumExp over several axes": (x) => logSumExp(x, [0, 1], { keepDims: true }),
    variance: (x) => x.variance(0),
    "stack and slices with steps": (x) => stack([x, x.neg()], 1).slice(2, 0, { step: 2 }).exp(),
    "min and clip": (x) => x.min(1).add(x.clip(-1.2, 0.9).sum(1)),
  };
  it.each(Object.entries(cases))("%s", (_, f) => {
    const x = feed([3, 4]);
    expectGradients([f(x)], new Map([[x, spread([3, 4])]]));
  });
});

describe("jvp", () => {
  it("is the derivative along a direction", () => {
    const [x, w] = [feed([2, 3]), feed([3, 2])];
    const y = x.matmul(w).tanh();
    const [dx, dw] = [constant(spread([2, 3], [-1, 1], 4)), constant(spread([3, 2], [-1, 1], 5))];
    const given = (h: number): [Tensor, number[]][] => {
      const moved = (shape: number[], phase: number): number[] =>
        [...spread(shape).data].map((v, i) => v + h * spread(shape, [-1, 1], phase).data[i]!);
      return [
        [x, moved([2, 3], 4)],
        [w, moved([3, 2], 5)],
      ];
    };
    const [ahead, behind] = [numbers(y, given(1e-5)), numbers(y, given(-1e-5))];
    numbers(jvp(y, [x, w], [dx, dw]), given(0)).forEach((slope, i) =>
      expect(slope).toBeCloseTo((ahead[i]! - behind[i]!) / 2e-5, 7),
    );
  });

  it("is zero where the output does not depend on the input", () => {
    const [x, w] = [feed([2]), feed([2])];
    expect(numbers(jvp(x.exp(), [w], [full([2], 1)]), [[x, [0, 0]]])).toEqual([0, 0]);
  });
});
