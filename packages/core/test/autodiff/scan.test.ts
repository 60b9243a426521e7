import { describe, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { callGraph, graphOf, scan, withGradient } from "../../src/tensor/control.js";
import { feed, slot } from "../../src/tensor/inputs.js";
import { softplus } from "../../src/tensor/math.js";
import { concat, constant, scalar, type Tensor } from "../../src/tensor/tensor.js";
import { expectGradients } from "../../src/testing/gradients.js";
import { spread } from "../../src/testing/primitive-cases-build.js";

const inputs = (shapes: readonly number[][]): [Tensor[], Map<Tensor, NdArray>] => {
  const tensors = shapes.map((shape) => feed(shape));
  return [tensors, new Map(tensors.map((t, i) => [t, spread(t.shape, [-1, 1], i)]))];
};
const whole = (values: number[], shape?: number[]): Tensor => constant(ndarray(values, shape, "i32"));

describe("the gradient of a scan", () => {
  it.each([false, true])("reaches carries, arrays and captures, reverse: %s", (reverse) => {
    const [[h, x, w], given] = inputs([
      [2, 3],
      [4, 2, 3],
      [3, 3],
    ]);
    const { carry, ys } = scan({ carry: [h!], xs: [x!], reverse }, ([c], [row]) => {
      const next = c!.matmul(w!).add(row!).tanh();
      return { carry: [next], ys: [next.square(), row!.mul(w!.sum())] };
    });
    expectGradients([...carry, ...ys], given);
  });

  it("treats a captured expression, used inside and outside, once", () => {
    const [[h, w], given] = inputs([[3], [3]]);
    const gate = w!.sigmoid();
    const { carry } = scan({ carry: [h!], length: 3 }, ([c]) => ({ carry: [c!.mul(gate).add(gate.square())] }));
    expectGradients([carry[0]!.mul(gate)], given);
  });

  it("passes by carries that are whole numbers", () => {
    const [[h, table], given] = inputs([[2], [5, 2]]);
    const { carry, ys } = scan({ carry: [h!, whole([1], [])], length: 4 }, ([c, k]) => ({
      carry: [c!.add(table!.gather(k!)).sin(), k!.add(3).sub(k!.add(3).div(5).mul(5))],
      ys: [k!, c!],
    }));
    expectGradients([carry[0]!, ys[1]!], given);
  });

  it("scans whole numbers beside real ones", () => {
    const [[h, table], given] = inputs([[2], [3, 2]]);
    const { carry } = scan({ carry: [h!], xs: [whole([2, 0, 2, 1])] }, ([c], [i]) => ({
      carry: [c!.mul(table!.gather(i!)).add(1)],
    }));
    expectGradients(carry, given);
  });

  it("works without carries, and with results nobody uses", () => {
    const [[x, w], given] = inputs([[3, 2], [2]]);
    const { ys } = scan({ carry: [], xs: [x!] }, (_, [row]) => ({ carry: [], ys: [row!.mul(w!).exp(), row!.mul(2)] }));
    expectGradients([ys[0]!], given);
    const { carry } = scan({ carry: [w!, w!], xs: [x!] }, ([a, b], [row]) => ({
      carry: [a!.mul(row!), b!.add(row!)],
      ys: [a!],
    }));
    expectGradients([carry[1]!], given);
  });

  it("goes through a scan in a scan, with captures of both", () => {
    const [[h, x, w, v], given] = inputs([[2], [2, 3, 2], [2], [2]]);
    const outer = scan({ carry: [h!], xs: [x!] }, ([c], [rows]) => {
      const scale = c!.mul(w!).sigmoid(); // belongs to the outer step, captured by the inner
      const inner = scan({ carry: [c!], xs: [rows!], reverse: true }, ([d], [row]) => ({
        carry: [d!.mul(scale).add(row!.mul(v!))],
        ys: [d!.mul(w!)],
      }));
      return { carry: [inner.carry[0]!.tanh()], ys: [inner.ys[0]!.sum()] };
    });
    expectGradients([...outer.carry, ...outer.ys], given);
  });

  it("goes through a gradient taken inside a step, as Langevin's is", () => {
    const [[h, w], given] = inputs([[3], [3]]);
    const { carry } = scan({ carry: [h!], length: 2 }, ([c]) => {
      const energy = c!.mul(w!).cos().sum();
      return { carry: [c!.sub(grad(energy, [c!])[0]!.mul(0.3))] };
    });
    expectGradients(carry, given);
  });
});

describe("the gradient of a call", () => {
  it("is derived from its body when it has none of its own, in a scan too", () => {
    const [[h, w], given] = inputs([[2], [2]]);
    const [a, b] = [slot({ dtype: "f32", shape: [2] }), slot({ dtype: "f32", shape: [2] })];
    const body = graphOf([a, b], [a.mul(b).sin(), concat([a, b])]);
    expectGradients(callGraph(body, [h!, w!]), given);
    const { carry } = scan({ carry: [h!], length: 2 }, ([c]) => ({ carry: [callGraph(body, [c!, w!])[0]!] }));
    expectGradients(carry, given);
  });

  it("is its own where it has one, and can be differentiated again", () => {
    const [[x], given] = inputs([[5]]);
    expectGradients([softplus(x!)], given);
    const cube = (v: Tensor): Tensor =>
      withGradient(
        [v],
        ([t]) => t!.mul(t!).mul(t!),
        ([t], _, g) => [g.mul(t!.square()).mul(3)],
      );
    expectGradients([cube(x!)], given);
    expectGradients(
      scan({ carry: [x!], length: 2 }, ([c]) => ({ carry: [softplus(cube(c!)).sub(scalar(0.5))] })).carry,
      given,
    );
  });
});
