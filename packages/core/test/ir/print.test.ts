import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { Graph } from "../../src/ir/graph.js";
import { constantInit } from "../../src/ir/initializer.js";
import { print } from "../../src/ir/print.js";
import { simplify } from "../../src/ir/simplify.js";
import { ndarray } from "../../src/ndarray.js";
import { callGraph, graphOf, scan } from "../../src/tensor/control.js";
import { feed, param, slot, state } from "../../src/tensor/inputs.js";
import { softplus } from "../../src/tensor/math.js";
import { apply, constant, iota, scalar, type Tensor } from "../../src/tensor/tensor.js";

function graph(inputs: Record<string, Tensor>, outputs: Record<string, Tensor>): Graph {
  const ports = (tensors: Record<string, Tensor>) =>
    Object.entries(tensors).map(([name, { node }]) => ({ name, node }));
  return new Graph({ inputs: ports(inputs), outputs: ports(outputs) });
}

describe("print", () => {
  it("names inputs and their kinds, and shows short constants where they are used", () => {
    const [x, w, n] = [feed([2, 3]), param([3, 4], constantInit(0)), state([], constantInit(0), "i32")];
    const y = x
      .matmul(w)
      .mul(0.1)
      .add(constant(ndarray([1, -0, NaN, Infinity])));
    expect(print(graph({ x, w, n }, { y, next: n.add(1) }))).toMatchInlineSnapshot(`
      "x: feed f32[2, 3]
      w: param f32[3, 4]
      n: state i32[]
      %0 f32[2, 4] = matmul x w
      %1 f32[2, 4] = mul %0 0.1
      %2 f32[2, 4] = add %1 f32[4](1, -0, NaN, Infinity)
      %3 i32[] = add n i32(1)
      y = %2
      next = %3"
    `);
  });

  it("shows attributes that are not the usual ones", () => {
    const x = feed([1, 2, 4, 4]);
    const w = feed([2, 1, 3, 3]);
    const attrs = { strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1], groups: 2 };
    const y = apply("conv", [x, w], attrs).sum([1, 2], { keepDims: true });
    const z = x.slice(2, 0, { end: 3, step: 2 }).transpose([1, 0, 2, 3]).pad([1, 0, 0, 0], [0, 0, 0, 0]);
    const c = x.cumSum(1, { exclusive: true });
    expect(print(graph({ x, w }, { y, z, c, a: x.argMax(3) }))).toMatchInlineSnapshot(`
      "x: feed f32[1, 2, 4, 4]
      w: feed f32[2, 1, 3, 3]
      %0 f32[1, 2, 1, 1] = conv x w strides=[2, 2] groups=2
      %1 f32[1, 1, 1, 1] = sum %0 axes=[1, 2] keepDims
      %2 f32[1, 2, 2, 4] = slice x starts=[0, 0, 0, 0] ends=[1, 2, 3, 4] steps=[1, 1, 2, 1]
      %3 f32[2, 1, 2, 4] = transpose %2 perm=[1, 0, 2, 3]
      %4 f32[3, 1, 2, 4] = pad %3 before=[1, 0, 0, 0] after=[0, 0, 0, 0]
      %5 f32[1, 2, 4, 4] = cumSum x axis=1 exclusive
      %6 i32[1, 2, 4] = argMax x axis=3
      y = %1
      z = %4
      c = %5
      a = %6"
    `);
  });

  it("gives large constants a line of their own, cut short", () => {
    const table = constant(ndarray([0.1, 0.2, 0.3, 1e-7, 5, 6, 7]));
    const flags = constant(ndarray([true, false], [2], "bool"));
    const key = scalar(0x9e3779b97f4a7c15n, "u64");
    const y = table.add(iota(7));
    expect(print(graph({}, { y, table, flags, bits: apply("randomBits", [key], { shape: [2] }) })))
      .toMatchInlineSnapshot(`
      "%0 f32[7] = constant 0.1, 0.2, 0.3, 1e-7, 5, 6, …
      %1 f32[7] = iota
      %2 f32[7] = add %0 %1
      %3 u32[2] = randomBits u64(11400714819323198485)
      y = %2
      table = %0
      flags = bool[2](true, false)
      bits = %3"
    `);
  });

  it("indents bodies", () => {
    const [x, h] = [feed([4, 2]), feed([2])];
    const { carry, ys } = scan({ carry: [h], xs: [x], reverse: true }, ([c], [row]) => ({
      carry: [c!.mul(0.5).add(row!)],
      ys: [c!.exp()],
    }));
    const made = graph({ x, h }, { last: carry[0]!, stack: ys[0]! });
    expect(print(made)).toMatchInlineSnapshot(`
      "x: feed f32[4, 2]
      h: feed f32[2]
      %0 f32[2], f32[4, 2], f32[4, 2] = scan h x carries=1 scanned=1 length=4 reverse
        i0: slot f32[2]
        i1: slot f32[2]
        %0 f32[2] = mul i0 0.5
        %1 f32[2] = add %0 i1
        %2 f32[2] = exp i0
        o0 = %1
        o1 = %2
        o2 = i0
      %1 f32[2] = at %0 index=0
      %2 f32[4, 2] = at %0 index=1
      last = %1
      stack = %2"
    `);
    expect(print(simplify(made))).toMatchInlineSnapshot(`
      "x: feed f32[4, 2]
      h: feed f32[2]
      %0 f32[2], f32[4, 2] = scan h x carries=1 scanned=1 length=4 reverse
        i0: slot f32[2]
        i1: slot f32[2]
        %0 f32[2] = mul i0 0.5
        %1 f32[2] = add %0 i1
        %2 f32[2] = exp i0
        o0 = %1
        o1 = %2
      %1 f32[2] = at %0 index=0
      %2 f32[4, 2] = at %0 index=1
      last = %1
      stack = %2"
    `);
    expect(print(graph({ h }, { y: softplus(h) }))).toMatchInlineSnapshot(`
      "h: feed f32[2]
      %0 f32[2] = call h
        i0: slot f32[2]
        %0 f32[2] = relu i0
        %1 f32[2] = abs i0
        %2 f32[2] = neg %1
        %3 f32[2] = exp %2
        %4 f32[2] = add %3 1
        %5 f32[2] = log %4
        %6 f32[2] = add %0 %5
        o0 = %6
        gradient:
          i0: slot f32[2]
          i1: slot f32[2]
          i2: slot f32[2]
          %0 f32[2] = sigmoid i0
          %1 f32[2] = mul i2 %0
          o0 = %1
      y = %0"
    `);
  });

  it("prints a body that two nodes share once", () => {
    const a = slot({ dtype: "f32", shape: [] });
    const body = graphOf([a], [a.sin()]);
    const x = feed([]);
    const [once] = callGraph(body, [x]);
    expect(print(graph({ x }, { y: callGraph(body, [once!])[0]! }))).toMatchInlineSnapshot(`
      "x: feed f32[]
      %0 f32[] = call x
        i0: slot f32[]
        %0 f32[] = sin i0
        o0 = %0
      %1 f32[] = call %0
        as in %0
      y = %1"
    `);
  });

  it("prints equal graphs alike, whatever was made before", () => {
    const make = (): string => {
      const x = feed([3]);
      return print(graph({ x }, { g: grad(x.tanh().square().sum(), [x])[0]! }));
    };
    const first = make();
    feed([9]).exp();
    expect(make()).toBe(first);
    expect(first).toMatchInlineSnapshot(`
      "x: feed f32[3]
      %0 f32[1] = reshape 1
      %1 f32[3] = expand %0
      %2 f32[3] = tanh x
      %3 f32[3] = mul %1 %2
      %4 f32[3] = add %3 %3
      %5 f32[3] = mul %2 %2
      %6 f32[3] = neg %5
      %7 f32[3] = add %6 1
      %8 f32[3] = mul %4 %7
      g = %8"
    `);
  });
});
