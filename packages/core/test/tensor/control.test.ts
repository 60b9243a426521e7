import { describe, expect, it } from "vitest";
import { ndarray } from "../../src/ndarray.js";
import { callGraph, graphOf, inline, scan, withGradient } from "../../src/tensor/control.js";
import { feed, param, slot } from "../../src/tensor/inputs.js";
import { arrayInit } from "../../src/ir/initializer.js";
import { constant, full, scalar, type Tensor } from "../../src/tensor/tensor.js";
import { valuesOf } from "../../src/testing/run-reference.js";

const numbers = (t: Tensor): number[] => [...valuesOf([t])[0]!.data].map(Number);
const xs = constant(ndarray([1, 2, 3, 4]));

describe("scan", () => {
  it("hands the carry on and stacks what each step gives", () => {
    const { carry, ys } = scan({ carry: [scalar(0)], xs: [xs] }, ([sum], [x]) => ({
      carry: [sum!.add(x!)],
      ys: [sum!, x!.mul(10)],
    }));
    expect([carry, ys].map((ts) => ts.map(numbers))).toEqual([
      [[10]],
      [
        [0, 1, 3, 6],
        [10, 20, 30, 40],
      ],
    ]);
  });

  it("goes from the end in reverse, the stacks in the order of the arrays", () => {
    const { carry, ys } = scan({ carry: [scalar(0)], xs: [xs], reverse: true }, ([sum], [x]) => ({
      carry: [sum!.add(x!)],
      ys: [sum!],
    }));
    expect([numbers(carry[0]!), numbers(ys[0]!)]).toEqual([[10], [9, 7, 4, 0]]);
  });

  it("counts its steps where there is nothing to scan, and may take none at all", () => {
    const double = ([v]: Tensor[]): { carry: Tensor[] } => ({ carry: [v!.mul(2)] });
    expect(numbers(scan({ carry: [scalar(1)], length: 5 }, double).carry[0]!)).toEqual([32]);
    expect(numbers(scan({ carry: [scalar(1)], length: 0 }, double).carry[0]!)).toEqual([1]);
  });

  it("sees what lies outside, and computes it once", () => {
    const w = feed([]);
    const outside = w.exp();
    const { carry } = scan({ carry: [scalar(0)], length: 3 }, ([c]) => ({ carry: [c!.add(outside)] }));
    const node = carry[0]!.node.op === "at" ? carry[0]!.node.inputs[0]! : carry[0]!.node;
    expect(node.inputs).toContain(outside.node);
    expect(Number(valuesOf(carry, new Map([[w, ndarray([0], [])]]))[0]!.data[0])).toBe(3);
  });

  it("refuses a carry that changes its type, and a loop without a length", () => {
    expect(() => scan({ carry: [scalar(0)], xs: [xs] }, ([c]) => ({ carry: [c!.unsqueeze(0)] }))).toThrow(
      "scan: carry, value 0: expected [], got [1]",
    );
    expect(() => scan({ carry: [scalar(0)] }, (carry) => ({ carry }))).toThrow("expected a length or an array to scan");
    expect(() => scan({ carry: [], xs: [xs, full([3], 0)] }, () => ({ carry: [], ys: [] }))).toThrow(
      "expected 4 slices in scanned array 1, got [3]",
    );
  });
});

describe("calls", () => {
  it("run a closed graph, or unfold it where they stand", () => {
    const [a, b] = [slot(scalar(0)), slot(scalar(0))];
    const body = graphOf([a, b], [a.sub(b), a.mul(b)]);
    expect(callGraph(body, [scalar(5), scalar(3)]).map(numbers)).toEqual([[2], [15]]);
    expect(inline(body, [scalar(5), scalar(3)]).map(numbers)).toEqual([[2], [15]]);
  });

  it("refuse a body that needs more than its inputs", () => {
    const [x, outside] = [feed([2]), feed([2])];
    expect(() =>
      withGradient(
        [x],
        ([v]) => v!.add(outside),
        (_, __, g) => [g],
      ),
    ).toThrow("got a free feed f32[2]");
  });
});

it("a parameter starts with numbers of its own shape", () => {
  expect(() => param([3], arrayInit(ndarray([1, 2])))).toThrow("param: expected initial values [3], got [2]");
});
