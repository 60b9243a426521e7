import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { Graph } from "../../src/ir/graph.js";
import { make, typeOf, type Node } from "../../src/ir/node.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";

const input = (shape: readonly number[] = []): Node => make("input", [], { kind: "feed", dtype: "f32", shape });
const constant = (value: NdArray): Node => make("constant", [], { value });
const pad = (x: Node, value: number): Node => make("pad", [x], { before: [1], after: [1], value });

describe("interning", () => {
  it("makes equal structure the same object", () => {
    const x = input([2, 3]);
    expect(make("exp", [x], {})).toBe(make("exp", [x], {}));
    expect(make("sum", [x], { axes: [1], keepDims: true })).toBe(make("sum", [x], { axes: [1], keepDims: true }));
    expect(make("add", [make("exp", [x], {}), x], {})).toBe(make("add", [make("exp", [x], {}), x], {}));
  });

  it("keeps apart what differs in op, attributes or order of inputs", () => {
    const [x, y] = [input([2, 3]), input([2, 3])];
    const sums = [[0], [1], [0, 1]].flatMap((axes) =>
      [true, false].map((keepDims) => make("sum", [x], { axes, keepDims })),
    );
    expect(new Set<Node>([...sums, make("exp", [x], {}), make("log", [x], {}), make("exp", [y], {})]).size).toBe(9);
    expect(make("sub", [x, y], {})).not.toBe(make("sub", [y, x], {}));
    expect(make("concat", [x, x], { axis: 0 })).not.toBe(make("concat", [x], { axis: 0 }));
  });

  it("never joins inputs", () => {
    expect(input()).not.toBe(input());
  });

  it("tells numbers apart by their bits", () => {
    const x = input([3]);
    const values = [0, -0, NaN, Infinity, -Infinity, 1, 1 + Number.EPSILON];
    expect(new Set(values.map((value) => pad(x, value))).size).toBe(values.length);
    for (const value of values) expect(pad(x, value)).toBe(pad(x, value));
    const scalars = values.map((value) => constant(ndarray([value], [], "f64")));
    expect(new Set(scalars).size).toBe(values.length);
  });

  it("compares arrays by content, dtype and shape", () => {
    const twos = (dtype: "f32" | "i32", shape: number[]): Node => constant(ndarray([2, 2], shape, dtype));
    expect(twos("f32", [2])).toBe(twos("f32", [2]));
    expect(new Set([twos("f32", [2]), twos("i32", [2]), twos("f32", [2, 1]), twos("f32", [1, 2])]).size).toBe(4);
    expect(constant(ndarray([0]))).not.toBe(constant(ndarray([-0])));
    expect(constant(ndarray([NaN]))).toBe(constant(ndarray([NaN])));
    expect(constant(ndarray([0], [1], "f32"))).not.toBe(constant(ndarray([0], [1], "u32"))); // the same bytes
    expect(constant(ndarray([1n], [1], "u64"))).toBe(constant(ndarray([1n], [1], "u64")));
  });

  it("compares bodies by identity", () => {
    const body = (): Graph => {
      const a = make("input", [], { kind: "slot", dtype: "f32", shape: [] });
      return new Graph({ inputs: [{ name: "a", node: a }], outputs: [{ name: "b", node: make("exp", [a], {}) }] });
    };
    const [x, first] = [input(), body()];
    expect(make("call", [x], { body: first })).toBe(make("call", [x], { body: first }));
    expect(make("call", [x], { body: first })).not.toBe(make("call", [x], { body: body() }));
    expect(make("call", [x], { body: first })).not.toBe(make("call", [x], { body: first, gradient: first }));
  });

  it("lets go of nodes that nobody holds", async () => {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    const x = input([1000]);
    const dropped = Array.from({ length: 200 }, (_, i) => new WeakRef(make("exp", [pad(x, i)], {})));
    await new Promise((resolve) => setTimeout(resolve)); // a WeakRef holds its target until the turn ends
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(dropped.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(10);
    expect(pad(x, 3)).toBe(pad(x, 3)); // made anew, and interned again
  });
});

describe("nodes", () => {
  it("are frozen, and newer ones have higher ids", () => {
    const x = input();
    const y = make("exp", [x], {});
    expect(Object.isFrozen(y) && Object.isFrozen(y.inputs)).toBe(true);
    expect(y.id).toBeGreaterThan(x.id);
  });

  it("do not change when the list that made them does", () => {
    const inputs = [input()];
    const y = make("exp", inputs, {});
    inputs.push(input());
    expect(y.inputs).toHaveLength(1);
  });

  it("of another copy of the package are refused, with its likely cause", async () => {
    vi.resetModules();
    const other = await import("../../src/ir/node.js");
    expect(other.make).not.toBe(make);
    const foreign = other.make("input", [], { kind: "feed", dtype: "f32", shape: [] });
    expect(() => make("exp", [foreign], {})).toThrow(
      /exp: expected a node of this copy of @gen\/core .*\n {2}fix: .*npm ls @gen\/core/,
    );
  });

  it("with several results are read through at", () => {
    const a = make("input", [], { kind: "slot", dtype: "f32", shape: [] });
    const body = new Graph({
      inputs: [{ name: "a", node: a }],
      outputs: [
        { name: "b", node: a },
        { name: "c", node: make("neg", [a], {}) },
      ],
    });
    const both = make("call", [input()], { body });
    expect(() => typeOf(both)).toThrow(/call: expected one result, got 2; read them through at\(\)/);
    expect(() => make("add", [both, input()], {})).toThrow(/expected one result, got 2/);
    expect(() => make("exp", [both], {})).toThrow(/expected 1 inputs, got 2/);
    expect(typeOf(make("at", [both], { index: 1 }))).toEqual({ dtype: "f32", shape: [] });
  });
});

describe("graphs", () => {
  it("refuse free inputs, repeated names and outputs with several results", () => {
    const [x, y] = [input([2]), input([2])];
    const sum = make("add", [x, y], {});
    const port = (name: string, node: Node) => ({ name, node });
    expect(() => new Graph({ inputs: [port("x", x)], outputs: [port("s", sum)] })).toThrow(/got a free feed f32\[2\]/);
    expect(() => new Graph({ inputs: [port("x", x), port("x", y)], outputs: [port("s", sum)] })).toThrow(
      /distinct input names, got "x" twice/,
    );
    expect(() => new Graph({ inputs: [port("x", x)], outputs: [port("s", x), port("s", x)] })).toThrow(
      /distinct output names/,
    );
    expect(new Graph({ inputs: [port("x", x), port("y", y)], outputs: [port("s", sum)] }).nodes()).toEqual([x, y, sum]);
  });
});
