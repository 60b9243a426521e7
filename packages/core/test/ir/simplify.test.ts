import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import type { DType } from "../../src/dtype.js";
import { evaluate } from "../../src/ir/evaluate.js";
import { Graph } from "../../src/ir/graph.js";
import type { NodeOf } from "../../src/ir/node.js";
import { print } from "../../src/ir/print.js";
import { simplify } from "../../src/ir/simplify.js";
import { ndarray } from "../../src/ndarray.js";
import { callGraph, graphOf, scan } from "../../src/tensor/control.js";
import { feed, slot } from "../../src/tensor/inputs.js";
import { apply, concat, constant, full, iota, scalar, type Tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../../src/testing/conformance.js";
import { randomCase } from "../../src/testing/conformance-random.js";

function graph(inputs: readonly Tensor[], outputs: readonly Tensor[]): Graph {
  const ports = (name: string, tensors: readonly Tensor[]) =>
    tensors.map(({ node }, i) => ({ name: `${name}${i}`, node }));
  return new Graph({ inputs: ports("x", inputs), outputs: ports("y", outputs) });
}

/** The lines between inputs and outputs, with what the outputs are. */
function simple(inputs: readonly Tensor[], output: Tensor): string {
  return print(simplify(graph(inputs, [output])))
    .split("\n")
    .filter((line) => !/^x\d+:/.test(line))
    .join("; ");
}

const x = feed([2, 3]);
const n = feed([3], "i32");
const of = (output: Tensor): string => simple([x, n], output);

describe("identities", () => {
  it.each<[string, Tensor]>([
    ["x + 0", x.add(0)],
    ["0 + x", scalar(0).add(x)],
    ["x − 0", x.sub(0)],
    ["x · 1", x.mul(1)],
    ["x / 1", x.div(1)],
    ["x¹", x.pow(1)],
    ["x + zeros", x.add(full([2, 3], 0))],
    ["x · ones", x.mul(full([3], 1))],
    ["−(−x)", x.neg().neg()],
    ["x stopped", x.stopGradient()],
    ["x reshaped there and back", x.reshape([6]).reshape([3, 2]).reshape([2, 3])],
    ["x transposed twice", x.transpose().transpose()],
    ["the whole of x", apply("slice", [x], { starts: [0, 0], ends: [2, 3], steps: [1, 1] })],
    ["x padded by nothing", x.pad([0, 0], [0, 0])],
    ["x concatenated alone", apply("concat", [x], { axis: 0 })],
    ["x out of a concat", concat([n.cast("f32").unsqueeze(0), x], 0).slice(0, 1)],
    ["x to its own type", apply("cast", [x], { dtype: "f32" })],
    ["x through a wider type", x.cast("f64").cast("f32")],
    ["x in any case", x.less(0).where(x, x)],
    ["the sum over nothing", apply("sum", [x], { axes: [], keepDims: false })],
  ])("%s is x", (_, made) => {
    expect(of(made)).toBe("y0 = x0");
  });

  it("puts the parts of a split together again, in whatever order they come", () => {
    const wide = feed([2, 6]);
    const parts = wide.split([1, 2, 3], 1);
    const loss = (order: number[]): Tensor =>
      order
        .map((i) =>
          parts[i]!.mul(i + 1)
            .square()
            .sum(),
        )
        .reduce((a, b) => a.add(b));
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
    ]) {
      const text = simple([wide], grad(loss(order), [wide])[0]!);
      expect(text).toContain("concat");
      expect(text).not.toContain("pad");
    }
    const twice = wide.slice(1, 0, 4).square().sum().add(wide.slice(1, 2).square().sum()); // one over the other
    expect(simple([wide], grad(twice, [wide])[0]!)).toContain("pad");
    const apart = wide.slice(1, 0, 1).square().sum().add(wide.slice(1, 3).square().sum());
    expect(simple([wide], grad(apart, [wide])[0]!)).toContain("pad");
  });

  it("keeps a shape that a constant widened", () => {
    expect(of(x.add(full([4, 1, 1], 0)))).toBe("%0 f32[4, 2, 3] = expand x0; y0 = %0");
  });

  it("turns minus signs into subtractions", () => {
    expect(of(x.add(n.cast("f32").neg()))).toBe("%0 f32[3] = cast x1; %1 f32[2, 3] = sub x0 %0; y0 = %1");
    expect(of(x.neg().sub(x.neg()))).toBe("%0 f32[2, 3] = sub x0 x0; y0 = %0");
    expect(of(x.mul(3).neg())).toBe("%0 f32[2, 3] = mul x0 -3; y0 = %0");
    expect(of(x.mul(-1))).toBe("%0 f32[2, 3] = neg x0; y0 = %0");
    expect(of(x.neg().sum(1).neg())).toBe("%0 f32[2] = sum x0 axes=[1]; y0 = %0");
  });

  it("joins products with scalars, unless the constants leave the normal numbers", () => {
    expect(of(x.mul(2).mul(3).mul(0.5))).toBe("%0 f32[2, 3] = mul x0 3; y0 = %0");
    expect(of(x.mul(1e-30).mul(1e-30))).toBe("%0 f32[2, 3] = mul x0 1e-30; %1 f32[2, 3] = mul %0 1e-30; y0 = %1");
    expect(of(x.mul(1e30).mul(1e30))).toContain("%1");
    expect(of(x.add(x).mul(3))).toBe("%0 f32[2, 3] = mul x0 6; y0 = %0");
    expect(of(n.mul(7).mul(3))).toBe("%0 i32[3] = mul x1 i32(21); y0 = %0");
  });

  it("moves stretching outward, or drops it", () => {
    const row = n.cast("f32");
    expect(of(x.add(row.expand([2, 3])))).toBe("%0 f32[3] = cast x1; %1 f32[2, 3] = add x0 %0; y0 = %1");
    expect(of(row.expand([50, 3]).exp())).toBe(
      "%0 f32[3] = cast x1; %1 f32[3] = exp %0; %2 f32[50, 3] = expand %1; y0 = %2",
    );
  });

  it("does not touch what may not be finite: x · 0, x − x, x / x", () => {
    for (const made of [x.mul(0), x.sub(x), x.div(x)]) expect(of(made)).not.toBe("y0 = 0");
    expect(of(x.mul(0))).toBe("%0 f32[2, 3] = mul x0 0; y0 = %0");
  });

  it("keeps casts that lose something, and barriers", () => {
    expect(of(x.cast("i32").cast("f32"))).toContain("cast %0");
    expect(of(n.cast("u8").cast("i32"))).toContain("cast %0");
    expect(of(n.cast("i64").cast("u8"))).toBe("%0 u8[3] = cast x1; y0 = %0");
    expect(of(apply("barrier", [x], {}))).toContain("barrier");
  });

  it("composes slices of slices", () => {
    const long = feed([20]);
    expect(simple([long], long.slice(0, 2, { end: 19, step: 3 }).slice(0, 1, { end: 5, step: 2 }))).toBe(
      "%0 f32[2] = slice x0 starts=[5] ends=[17] steps=[6]; y0 = %0",
    );
  });
});

describe("folding", () => {
  it("works out small constants, rounded to their type", () => {
    const third = scalar(1).div(3);
    expect(of(x.mul(third))).toBe("%0 f32[2, 3] = mul x0 0.33333334; y0 = %0");
    expect(of(n.add(iota(3, "i32").mul(2)))).toBe("%0 i32[3] = add x1 i32[3](0, 2, 4); y0 = %0");
    expect(of(scalar(2 ** 31 - 1, "i32").add(1))).toBe("y0 = i32(-2147483648)");
  });

  it("leaves the last bit of exp, and large arrays, to the provider", () => {
    expect(of(x.mul(scalar(1).exp()))).toContain("exp 1");
    expect(of(iota(65).add(1))).toContain("iota");
  });
});

describe("closed graphs", () => {
  /** Two decays with two stacks; what each reads differs. */
  function decays(): { a: Tensor; b: Tensor; ys: Tensor[] } {
    const rows = feed([4, 2]);
    inputs = [rows, feed([2]), feed([]), feed([2])];
    const [, h, k, w] = inputs as [Tensor, Tensor, Tensor, Tensor];
    const { carry, ys } = scan({ carry: [h, k], xs: [rows, rows.neg()] }, ([c, d], [row, minus]) => ({
      carry: [c!.mul(w).add(row!), d!.mul(0.5)],
      ys: [c!.exp(), minus!.sum()],
    }));
    return { a: carry[0]!, b: carry[1]!, ys };
  }
  let inputs: Tensor[] = [];
  const scanIn = (outputs: readonly Tensor[]): NodeOf<"scan"> =>
    simplify(graph(inputs, outputs))
      .nodes()
      .find(({ op }) => op === "scan") as NodeOf<"scan">;

  it("drops stacks that nobody reads, and the carries recorded for a gradient", () => {
    const { a, b, ys } = decays();
    expect((a.node.inputs[0] as NodeOf<"scan">).types).toHaveLength(6);
    expect(scanIn([a, b, ...ys]).types).toHaveLength(4);
    expect(scanIn([a, b]).types).toHaveLength(2);
    expect(scanIn([a, b, ys[1]!]).attrs).toMatchObject({ carries: 2, scanned: 2 });
  });

  it("drops carries, arrays and captures that what is read does not need", () => {
    const { a, b, ys } = decays();
    const one = scanIn([b]);
    expect(one.types).toHaveLength(1);
    expect(one.inputs).toHaveLength(1);
    expect(one.attrs).toMatchObject({ carries: 1, scanned: 0, length: 4 });
    expect(scanIn([a]).inputs).toHaveLength(3); // the carry, the rows, the factor
    expect(scanIn([ys[1]!])).toMatchObject({ attrs: { carries: 0, scanned: 1 } });
  });

  it("keeps a carry on which one that is read depends", () => {
    const [h, k] = [feed([]), feed([])];
    const { carry } = scan({ carry: [h, k], length: 3 }, ([c, d]) => ({ carry: [c!.add(d!), d!.mul(2)] }));
    inputs = [h, k];
    expect(scanIn([carry[0]!]).attrs.carries).toBe(2);
    expect(scanIn([carry[1]!]).attrs.carries).toBe(1);
  });

  it("unfolds calls, and drops what nobody reads of them", () => {
    const [a, b] = [slot({ dtype: "f32", shape: [2, 3] }), slot({ dtype: "i32", shape: [3] })];
    const [first] = callGraph(graphOf([a, b], [a.exp(), b.neg()]), [x, n]);
    expect(simplify(graph([x, n], [first!])).nodes()).toEqual([x.node, x.exp().node]);
  });

  it("lets constants sink into bodies, where they disappear", () => {
    const [rows, h] = [feed([4, 2]), feed([2])];
    const one = full([2], 1);
    const { carry } = scan({ carry: [h], xs: [rows, full([4, 2], 0)] }, ([c], [row, zero]) => ({
      carry: [c!.add(row!).add(zero!).mul(one)],
    }));
    inputs = [rows, h];
    const { attrs } = scanIn(carry);
    expect(attrs.scanned).toBe(1);
    expect(attrs.body.nodes().map(({ op }) => op)).toEqual(["input", "input", "add"]);
  });

  it("takes the gradient of a scan without what it does not need", () => {
    const [rows, h, w] = [feed([5, 3]), feed([3]), feed([3])];
    const { ys } = scan({ carry: [h], xs: [rows] }, ([c], [row]) => {
      const next = c!.mul(w).add(row!).tanh();
      return { carry: [next], ys: [next] };
    });
    const [g] = grad(ys[0]!.sum(), [w]);
    inputs = [rows, h, w];
    const backward = simplify(graph(inputs, [g!]))
      .nodes()
      .filter(({ op }) => op === "scan")
      .at(-1) as NodeOf<"scan">;
    expect(backward.attrs).toMatchObject({ carries: 2, scanned: 2 }); // stored carries and rows; the cotangents are ones
    expect(backward.types).toHaveLength(2);
  });
});

describe("simplify", () => {
  it.each(Array.from({ length: 100 }, (_, seed) => seed))("keeps the values of random graph %i", (seed) => {
    const { graph: given, inputs } = randomCase(seed, 10 + (seed % 30));
    const made = simplify(given);
    const [before, after] = [evaluate(given, inputs), evaluate(made, inputs)];
    for (const { name, node } of given.outputs) {
      const dtype: DType = node.types[0]!.dtype;
      expectClose(after[name], before[name]!, { dtype, atol: () => 1e-5 });
    }
    expect(simplify(made)).toBe(made);
  });

  it("gives back a graph that is simple already", () => {
    const given = graph([x], [x.exp()]);
    expect(simplify(given)).toBe(given);
    const constantOnly = graph([], [constant(ndarray([1, 2]))]);
    expect(simplify(constantOnly)).toBe(constantOnly);
  });

  it("walks deep graphs without recursion", () => {
    let deep = feed([]);
    const input = deep;
    for (let i = 0; i < 20_000; i++) deep = i % 2 === 0 ? deep.sin() : deep.neg().neg();
    expect(simplify(graph([input], [deep])).nodes()).toHaveLength(10_001);
  });
});
