import { describe, expect, it } from "vitest";
import { hessianVectorProduct, hutchinsonTrace, jacobian, jacobianTrace } from "../../src/autodiff/derivatives.js";
import { grad } from "../../src/autodiff/grad.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { key } from "../../src/rng/key.js";
import { straightThrough } from "../../src/tensor/control.js";
import { feed } from "../../src/tensor/inputs.js";
import { randomSigns } from "../../src/tensor/random.js";
import { concat, constant, type Tensor } from "../../src/tensor/tensor.js";
import { expectGradients } from "../../src/testing/gradients.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { scalarKey, valuesOf } from "../../src/testing/run-reference.js";

const numbers = (t: Tensor, given: ReadonlyMap<Tensor, NdArray> = new Map()): number[] =>
  [...valuesOf([t], given)[0]!.data].map(Number);
const expectNear = (got: number[], wanted: number[]): void => {
  expect(got).toHaveLength(wanted.length);
  got.forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 9));
};

describe("jacobian", () => {
  it("has the derivatives of each row, and derivatives of its own", () => {
    const x = feed([2, 2]);
    const [a, b] = x.split([1, 1]) as [Tensor, Tensor];
    const y = concat([a.mul(b), a.square(), b.sin()]); // [2, 3]
    const given = new Map([[x, ndarray([1, 2, 3, -1], [2, 2], "f64")]]);
    const j = jacobian(y, x);
    expect(j.shape).toEqual([2, 3, 2]);
    expectNear(numbers(j, given), [2, 1, 2, 0, 0, Math.cos(2), -1, 3, 6, 0, 0, Math.cos(-1)]);
    expectGradients([j], given, { order: 1 });
    expect(() => jacobian(y, feed([3, 2]))).toThrow("jacobian: expected [N, E] and [N, D], got [2, 3] and [3, 2]");
  });
});

describe("hessianVectorProduct", () => {
  it("is the Hessian of a quadratic form, times the vector, over all variables together", () => {
    const [x, y] = [feed([2]), feed([1])];
    const [x0, x1] = x.split([1, 1]) as [Tensor, Tensor];
    const loss = x0.square().mul(3).add(x0.mul(x1)).add(x1.mul(y).mul(4)).sum(); // H = [6 1 0; 1 0 4; 0 4 0]
    const vectors = [constant(ndarray([1, 2])), constant(ndarray([3]))];
    const given = new Map([
      [x, ndarray([0.3, -1])],
      [y, ndarray([2])],
    ] as const);
    const [hx, hy] = hessianVectorProduct(loss, [x, y], vectors) as [Tensor, Tensor];
    expectNear(numbers(hx, given), [8, 13]);
    expectNear(numbers(hy, given), [8]);
    expect(() => hessianVectorProduct(loss, [x], [])).toThrow("expected [2], as of what it belongs to, got none");
  });
});

describe("traces of Jacobians", () => {
  const x = feed([3, 4]);
  const weight = spread([4, 4], [-1, 1], 5);
  const y = x.matmul(constant(weight)).tanh();
  const given = new Map([[x, spread([3, 4])]]);

  it("add up the Jacobian's diagonal", () => {
    const j = numbers(jacobian(y, x), given);
    const wanted = [0, 1, 2].map((n) => [0, 1, 2, 3].reduce((sum, i) => sum + j[n * 16 + i * 5]!, 0));
    expectNear(numbers(jacobianTrace(y, x), given), wanted);
  });

  it("are estimated without bias by signs", () => {
    const all = Array.from({ length: 16 }, (_, i) => [1, 2, 4, 8].map((bit) => ((i & bit) === 0 ? -1 : 1)));
    const estimates = all.map((row) => hutchinsonTrace(y, x, constant(ndarray([...row, ...row, ...row], [3, 4]))));
    const mean = estimates.reduce((a, b) => a.add(b)).mul(1 / 16); // over every probe there is: exact
    expectNear(numbers(mean, given), numbers(jacobianTrace(y, x), given));
    const signs = numbers(randomSigns(constant(scalarKey(key(3))), [1000]));
    expect(signs.every((v) => Math.abs(v) === 1)).toBe(true);
    expect(Math.abs(signs.reduce((a, b) => a + b, 0))).toBeLessThan(4 * Math.sqrt(1000));
    expect(() => hutchinsonTrace(y, x, feed([3]))).toThrow("hutchinsonTrace: expected [3, 4]");
  });
});

describe("straightThrough", () => {
  it("has the value of one and the gradient of the other, exactly", () => {
    const x = feed([3]);
    const soft = x.mul(0.7);
    const y = straightThrough(x.greater(0).cast("i32"), soft);
    const given = new Map([[x, ndarray([-1.3, 0.2, 4], [3], "f64")]]);
    expect(numbers(y, given)).toEqual([0, 1, 1]);
    const [slope] = grad(y.square().sum(), [x]);
    expectNear(
      numbers(slope!, given),
      [0, 1.4, 1.4].map((v) => (v * Math.fround(0.7)) / 0.7),
    );
  });
});
