import { describe, expect, it } from "vitest";
import type { DType } from "../../src/dtype.js";
import { Graph } from "../../src/ir/graph.js";
import { infer } from "../../src/ir/infer.js";
import { make, type TensorType } from "../../src/ir/node.js";
import type { Attrs, Op } from "../../src/ir/ops.js";
import { ndarray } from "../../src/ndarray.js";
import type { Shape } from "../../src/shape.js";

/** `f32[2, 3]` as a type. */
function type(text: string): TensorType {
  const [, dtype, extents] = /^(\w+)\[(.*)\]$/.exec(text)!;
  return { dtype: dtype as DType, shape: extents === "" ? [] : extents!.split(",").map(Number) };
}

interface Row<A> {
  /** What comes out of what goes in. */
  readonly legal: readonly (readonly [inputs: readonly string[], attrs: A, results: readonly string[]])[];
  /** What must not go in, and what the error says. */
  readonly illegal: readonly (readonly [inputs: readonly string[], attrs: A, message: RegExp])[];
}

const SHOW_NUMBERS = /expected (real )?numbers, got/;

function unary(accepts: "real" | "numbers" | "any"): Row<Attrs["neg"]> {
  return {
    legal: [
      [["f32[2, 3]"], {}, ["f32[2, 3]"]],
      [["f64[]"], {}, ["f64[]"]],
      [["f16[0, 2]"], {}, ["f16[0, 2]"]],
      ...(accepts === "real" ? [] : ([[["i64[4]"], {}, ["i64[4]"]]] as const)),
    ],
    illegal: [
      [[], {}, /expected 1 inputs, got 0/],
      [["f32[1]", "f32[1]"], {}, /expected 1 inputs, got 2/],
      ...(accepts === "any" ? [] : ([[["bool[2]"], {}, SHOW_NUMBERS]] as const)),
      ...(accepts === "real"
        ? ([[["i32[2]"], {}, /expected real numbers, got i32\[2\]\n {2}fix: cast first/]] as const)
        : []),
    ],
  };
}

function binary(accepts: "real" | "numbers" | "any" | "bool", result?: DType): Row<Attrs["neg"]> {
  const dtype = accepts === "bool" ? "bool" : "f32";
  const out = result ?? dtype;
  return {
    legal: [
      [[`${dtype}[2, 3]`, `${dtype}[2, 3]`], {}, [`${out}[2, 3]`]],
      [[`${dtype}[3]`, `${dtype}[2, 1]`], {}, [`${out}[2, 3]`]],
      [[`${dtype}[]`, `${dtype}[0, 3]`], {}, [`${out}[0, 3]`]],
      [[`${dtype}[1, 3]`, `${dtype}[0, 3]`], {}, [`${out}[0, 3]`]],
      ...(accepts === "numbers" || accepts === "any"
        ? ([[["u64[2]", "u64[]"], {}, [`${result ?? "u64"}[2]`]]] as const)
        : []),
    ],
    illegal: [
      [[`${dtype}[2]`], {}, /expected 2 inputs, got 1/],
      [[`${dtype}[2]`, `${dtype}[3]`], {}, /expected shapes that broadcast, got \[2\] and \[3\]/],
      ...(accepts === "numbers"
        ? ([[["f32[2]", "i32[2]"], {}, /one dtype, got f32 and i32\n {2}fix: cast one/]] as const)
        : []),
      ...(accepts === "numbers" || accepts === "real" ? ([[["bool[2]", "bool[2]"], {}, SHOW_NUMBERS]] as const) : []),
      ...(accepts === "bool"
        ? ([[["f32[2]", "f32[2]"], {}, /expected bool, got f32\[2\]\n {2}fix: compare first/]] as const)
        : []),
    ],
  };
}

function slot(text: string) {
  return make("input", [], { kind: "slot", ...type(text) });
}

/** (c f32[2], x f32[3], w f32[]) → (c, x, sum of x). */
function body(): Graph {
  const [c, x, w] = [slot("f32[2]"), slot("f32[3]"), slot("f32[]")];
  const outputs = [make("mul", [c, w], {}), x, make("sum", [x], { axes: [0], keepDims: false })];
  return new Graph({
    inputs: [c, x, w].map((node, i) => ({ name: `i${i}`, node })),
    outputs: outputs.map((node, i) => ({ name: `o${i}`, node })),
  });
}

const plain = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], groups: 1 };
const scanOf = (attrs: Partial<Attrs["scan"]> = {}): Attrs["scan"] => ({
  body: body(),
  carries: 1,
  scanned: 1,
  length: 5,
  reverse: false,
  ...attrs,
});
const input = (shape: Shape): Attrs["input"] => ({ kind: "feed", dtype: "f32", shape });
const slice = (starts: number[], ends: number[], steps: number[]): Attrs["slice"] => ({ starts, ends, steps });

const rows: { readonly [O in Op]: Row<Attrs[O]> } = {
  input: {
    legal: [
      [[], input([2, 0]), ["f32[2, 0]"]],
      [[], { ...input([]), dtype: "u64" }, ["u64[]"]],
    ],
    illegal: [
      [[], input([-1]), /whole numbers ≥ 0 as extents, got \[-1\]/],
      [[], input([1.5]), /got \[1.5\]/],
      [[], input([NaN]), /got \[NaN\]/],
    ],
  },
  constant: { legal: [[[], { value: ndarray([1, 2], [2, 1], "i32") }, ["i32[2, 1]"]]], illegal: [] },
  iota: {
    legal: [
      [[], { length: 4, dtype: "i32" }, ["i32[4]"]],
      [[], { length: 0, dtype: "f32" }, ["f32[0]"]],
    ],
    illegal: [
      [[], { length: -1, dtype: "f32" }, /iota: expected whole numbers ≥ 0/],
      [[], { length: 2, dtype: "bool" }, /iota: expected numbers, got bool/],
    ],
  },

  at: {
    legal: [[["f32[1]", "i32[2]"], { index: 1 }, ["i32[2]"]]],
    illegal: [
      [["f32[1]", "i32[2]"], { index: 2 }, /at: expected a result in \[0, 1\], got 2/],
      [["f32[1]"], { index: -1 }, /got -1/],
    ],
  },
  call: {
    legal: [[["f32[2]", "f32[3]", "f32[]"], { body: body() }, ["f32[2]", "f32[3]", "f32[]"]]],
    illegal: [
      [["f32[2]"], { body: body() }, /call: expected 3 values, got 1/],
      [["f32[2]", "f32[4]", "f32[]"], { body: body() }, /call, value 1: expected \[3\], got \[4\]/],
      [["f32[2]", "f64[3]", "f32[]"], { body: body() }, /call: expected f32 as value 1, got f64/],
    ],
  },
  scan: {
    legal: [
      [["f32[2]", "f32[5, 3]", "f32[]"], scanOf(), ["f32[2]", "f32[5, 3]", "f32[5]"]],
      [["f32[2]", "f32[0, 3]", "f32[]"], scanOf({ length: 0 }), ["f32[2]", "f32[0, 3]", "f32[0]"]],
      [["f32[2]", "f32[3]", "f32[]"], scanOf({ scanned: 0 }), ["f32[2]", "f32[5, 3]", "f32[5]"]],
    ],
    illegal: [
      [["f32[2]", "f32[4, 3]", "f32[]"], scanOf(), /scan: expected 5 slices in scanned array 0, got \[4, 3\]/],
      [["f32[2]", "f32[5, 2]", "f32[]"], scanOf(), /scan, value 1: expected \[3\], got \[2\]/],
      [["f32[2]", "f32[5, 3]"], scanOf(), /scan: expected 3 values, got 2/],
      [
        ["f32[2]", "f32[3]", "f32[]"],
        scanOf({ carries: 2, scanned: 0, body: swapped() }),
        /scan: carry, value 0: expected \[2\], got \[3\]/,
      ],
    ],
  },
  barrier: unary("any"),
  stopGradient: unary("any"),

  neg: unary("numbers"),
  exp: unary("real"),
  log: unary("real"),
  sqrt: unary("real"),
  reciprocal: unary("real"),
  abs: unary("numbers"),
  floor: unary("real"),
  tanh: unary("real"),
  sigmoid: unary("real"),
  relu: unary("real"),
  erf: unary("real"),
  sin: unary("real"),
  cos: unary("real"),
  not: { legal: [[["bool[2]"], {}, ["bool[2]"]]], illegal: [[["f32[2]"], {}, /not: expected bool, got f32/]] },
  cast: {
    legal: [
      [["f32[2]"], { dtype: "u8" }, ["u8[2]"]],
      [["bool[]"], { dtype: "f64" }, ["f64[]"]],
    ],
    illegal: [[[], { dtype: "f32" }, /1 inputs, got 0/]],
  },

  add: binary("numbers"),
  sub: binary("numbers"),
  mul: binary("numbers"),
  div: binary("numbers"),
  pow: binary("real"),
  max: binary("numbers"),
  min: binary("numbers"),
  equal: binary("any", "bool"),
  less: binary("numbers", "bool"),
  and: binary("bool"),
  where: {
    legal: [
      [["bool[2, 1]", "f32[3]", "f32[]"], {}, ["f32[2, 3]"]],
      [["bool[]", "i32[3]", "i32[3]"], {}, ["i32[3]"]],
    ],
    illegal: [
      [["f32[2]", "f32[2]", "f32[2]"], {}, /where: expected bool, got f32/],
      [["bool[2]", "f32[2]", "i32[2]"], {}, /one dtype, got f32 and i32/],
      [["bool[2]", "f32[3]", "f32[3]"], {}, /shapes that broadcast/],
      [["bool[2]", "f32[2]"], {}, /3 inputs, got 2/],
    ],
  },

  sum: {
    legal: [
      [["f32[2, 3, 4]"], { axes: [0, 2], keepDims: false }, ["f32[3]"]],
      [["u32[2, 3]"], { axes: [1], keepDims: true }, ["u32[2, 1]"]],
      [["f32[2, 0]"], { axes: [1], keepDims: false }, ["f32[2]"]],
      [["f32[2]"], { axes: [], keepDims: false }, ["f32[2]"]],
    ],
    illegal: [
      [["f32[2]"], { axes: [1], keepDims: false }, /sum: expected an axis in \[0, 0\], got 1/],
      [["f32[2, 2]"], { axes: [-1], keepDims: false }, /got -1/],
      [["f32[2, 2]"], { axes: [1, 0], keepDims: false }, /sorted, distinct axes, got \[1, 0\]/],
      [["f32[2, 2]"], { axes: [1, 1], keepDims: false }, /sorted, distinct axes/],
      [["bool[2]"], { axes: [0], keepDims: false }, SHOW_NUMBERS],
    ],
  },
  reduceMax: {
    legal: [
      [["f32[2, 3]"], { axes: [0, 1], keepDims: false }, ["f32[]"]],
      [["i32[0, 3]"], { axes: [1], keepDims: true }, ["i32[0, 1]"]],
    ],
    illegal: [
      [["f32[2, 0]"], { axes: [1], keepDims: false }, /axes with elements, got \[2, 0\]/],
      [["f32[2]"], { axes: [2], keepDims: false }, /an axis in/],
    ],
  },
  argMax: {
    legal: [
      [["f32[2, 3]"], { axis: 1, keepDims: false }, ["i32[2]"]],
      [["u8[2, 3]"], { axis: 0, keepDims: true }, ["i32[1, 3]"]],
    ],
    illegal: [
      [["f32[2, 0]"], { axis: 1, keepDims: false }, /an axis with elements/],
      [["f32[2]"], { axis: 1, keepDims: false }, /an axis in/],
      [["bool[2]"], { axis: 0, keepDims: false }, SHOW_NUMBERS],
    ],
  },
  argTopK: {
    legal: [
      [["f32[2, 3]"], { k: 2 }, ["i32[2, 2]"]],
      [["u64[4]"], { k: 4 }, ["i32[4]"]],
    ],
    illegal: [
      [["f32[2, 3]"], { k: 4 }, /1 ≤ k ≤ n of \[… n\], got 4 of \[2, 3\]/],
      [["f32[3]"], { k: 0 }, /1 ≤ k/],
      [["f32[]"], { k: 1 }, /1 ≤ k/],
      [["bool[2]"], { k: 1 }, SHOW_NUMBERS],
    ],
  },
  cumSum: {
    legal: [[["f32[2, 3]"], { axis: 1, exclusive: false, reverse: true }, ["f32[2, 3]"]]],
    illegal: [
      [["f32[]"], { axis: 0, exclusive: false, reverse: false }, /an axis in/],
      [["bool[2]"], { axis: 0, exclusive: false, reverse: false }, SHOW_NUMBERS],
    ],
  },

  matmul: {
    legal: [
      [["f32[3, 4]", "f32[4, 5]"], {}, ["f32[3, 5]"]],
      [["f32[2, 1, 3, 4]", "f32[7, 4, 5]"], {}, ["f32[2, 7, 3, 5]"]],
      [["f64[3, 0]", "f64[0, 5]"], {}, ["f64[3, 5]"]],
    ],
    illegal: [
      [["f32[3, 4]", "f32[5, 4]"], {}, /matmul: expected \[… M K\] and \[… K N\], got \[3, 4\] and \[5, 4\]/],
      [["f32[4]", "f32[4, 5]"], {}, /got \[4\] and/],
      [["f32[2, 3, 4]", "f32[3, 4, 5]"], {}, /shapes that broadcast/],
      [["i32[2, 2]", "i32[2, 2]"], {}, /expected real numbers/],
      [["f32[2, 2]", "f64[2, 2]"], {}, /one dtype/],
    ],
  },
  conv: {
    legal: [
      [["f32[2, 3, 8, 8]", "f32[4, 3, 3, 3]"], plain, ["f32[2, 4, 6, 6]"]],
      [
        ["f32[2, 4, 8, 8]", "f32[6, 2, 3, 3]"],
        { strides: [2, 1], pads: [1, 0, 0, 2], dilations: [1, 2], groups: 2 },
        ["f32[2, 6, 4, 6]"],
      ],
      [["f32[1, 1, 5]", "f32[2, 1, 5]"], { strides: [1], pads: [0, 0], dilations: [1], groups: 1 }, ["f32[1, 2, 1]"]],
    ],
    illegal: [
      [["f32[2, 3, 8]", "f32[4, 3, 3]"], plain, /with 2 spatial axes/],
      [["f32[2, 3, 8, 8]", "f32[4, 2, 3, 3]"], plain, /expected channels 2 \(kernel \[4, 2, 3, 3\], 1 groups\), got 3/],
      [["f32[2, 4, 8, 8]", "f32[3, 2, 3, 3]"], { ...plain, groups: 2 }, /expected channels/],
      [["f32[1, 1, 2, 2]", "f32[1, 1, 3, 3]"], plain, /an input at least as large as the kernel/],
      [
        ["f32[1, 1, 4, 4]", "f32[1, 1, 3, 3]"],
        { ...plain, pads: [0, 0] },
        /expected 4 pads and 2 dilations, got 2 and 2/,
      ],
      [["f32[1, 1, 4, 4]", "f32[1, 1, 3, 3]"], { ...plain, strides: [0, 1] }, /strides, dilations and groups ≥ 1/],
      [["f32[1, 1, 4, 4]", "f32[1, 1, 3, 3]"], { ...plain, pads: [-1, 0, 0, 0] }, /pads ≥ 0/],
      [["i32[1, 1, 4, 4]", "i32[1, 1, 3, 3]"], plain, /expected real numbers/],
    ],
  },
  convInputGrad: {
    legal: [
      [["f32[2, 4, 3, 3]", "f32[4, 3, 3, 3]"], { ...plain, strides: [2, 2], inputSize: [8, 7] }, ["f32[2, 3, 8, 7]"]],
    ],
    illegal: [
      [
        ["f32[2, 4, 5, 6]", "f32[4, 3, 3, 3]"],
        { ...plain, inputSize: [8, 8] },
        /convInputGrad: expected \[2, 4, 6, 6\], got \[2, 4, 5, 6\]/,
      ],
      [["f32[2, 5, 6, 6]", "f32[4, 3, 3, 3]"], { ...plain, inputSize: [8, 8] }, /expected \[2, 4, 6, 6\]/],
      [["f32[2, 4, 6, 6]", "f32[4, 3, 3, 3]"], { ...plain, inputSize: [2, 2] }, /at least as large/],
    ],
  },
  convWeightGrad: {
    legal: [[["f32[2, 4, 8, 8]", "f32[2, 6, 6, 6]"], { ...plain, groups: 2, kernelSize: [3, 3] }, ["f32[6, 2, 3, 3]"]]],
    illegal: [
      [
        ["f32[2, 3, 8, 8]", "f32[2, 4, 5, 5]"],
        { ...plain, kernelSize: [3, 3] },
        /convWeightGrad: expected \[2, 4, 6, 6\], got \[2, 4, 5, 5\]/,
      ],
      [["f32[2, 3, 8, 8]", "f32[1, 4, 6, 6]"], { ...plain, kernelSize: [3, 3] }, /expected \[2, 4, 6, 6\]/],
    ],
  },

  reshape: {
    legal: [
      [["f32[2, 6]"], { shape: [3, 4] }, ["f32[3, 4]"]],
      [["bool[1]"], { shape: [] }, ["bool[]"]],
      [["f32[0, 3]"], { shape: [7, 0] }, ["f32[7, 0]"]],
    ],
    illegal: [
      [["f32[2, 3]"], { shape: [4] }, /reshape: expected 6 elements \(\[2, 3\]\), got \[4\]/],
      [["f32[2]"], { shape: [-1, -2] }, /whole numbers ≥ 0/],
    ],
  },
  transpose: {
    legal: [
      [["u8[2, 3, 4]"], { perm: [2, 0, 1] }, ["u8[4, 2, 3]"]],
      [["f32[]"], { perm: [] }, ["f32[]"]],
    ],
    illegal: [
      [["f32[2, 3]"], { perm: [0, 0] }, /a permutation of 2 axes/],
      [["f32[2, 3]"], { perm: [0] }, /got \[0\]/],
      [["f32[2, 3]"], { perm: [0, 2] }, /a permutation/],
    ],
  },
  expand: {
    legal: [
      [["f32[3]"], { shape: [2, 3] }, ["f32[2, 3]"]],
      [["i32[1, 2]"], { shape: [0, 2] }, ["i32[0, 2]"]],
    ],
    illegal: [
      [["f32[3]"], { shape: [2] }, /shapes that broadcast/],
      [["f32[3]"], { shape: [1] }, /expand: expected \[1\], got \[3\]/],
      [["f32[2, 1]"], { shape: [3] }, /expected \[3\], got \[2, 3\]/],
    ],
  },
  slice: {
    legal: [
      [["f32[5, 4]"], slice([1, 0], [5, 4], [2, 3]), ["f32[2, 2]"]],
      [["f32[3]"], slice([3], [3], [1]), ["f32[0]"]],
    ],
    illegal: [
      [["f32[3]"], slice([2], [1], [1]), /0 ≤ start ≤ end ≤ extent and step ≥ 1/],
      [["f32[3]"], slice([0], [4], [1]), /slice/],
      [["f32[3]"], slice([0], [3], [0]), /slice/],
      [["f32[3]"], slice([0.5], [3], [1]), /slice/],
      [["f32[3]"], slice([0, 0], [3, 3], [1, 1]), /slice/],
      [["f32[3]"], slice([], [], []), /slice/],
    ],
  },
  pad: {
    legal: [[["f32[2, 3]"], { before: [1, 0], after: [0, 2], value: 7 }, ["f32[3, 5]"]]],
    illegal: [
      [["f32[2]"], { before: [-1], after: [0], value: 0 }, /pad: expected widths ≥ 0 for 1 axes/],
      [["f32[2]"], { before: [0.5], after: [0], value: 0 }, /widths ≥ 0/],
      [["f32[2]"], { before: [1, 1], after: [0], value: 0 }, /widths ≥ 0/],
      [["bool[2]"], { before: [1], after: [0], value: 0 }, SHOW_NUMBERS],
    ],
  },
  concat: {
    legal: [
      [["f32[2, 1]", "f32[2, 0]", "f32[2, 5]"], { axis: 1 }, ["f32[2, 6]"]],
      [["bool[1]", "bool[2]"], { axis: 0 }, ["bool[3]"]],
    ],
    illegal: [
      [[], { axis: 0 }, /at least one input, got none/],
      [["f32[2, 1]", "f32[3, 1]"], { axis: 1 }, /concat: expected \[2, 1\], got \[3, 1\]/],
      [["f32[2]", "f32[2, 1]"], { axis: 0 }, /concat: expected/],
      [["f32[2]", "i32[2]"], { axis: 0 }, /one dtype/],
      [["f32[2]"], { axis: 1 }, /an axis in/],
    ],
  },
  gather: {
    legal: [
      [["f32[5, 2]", "i32[3, 4]"], { axis: 0 }, ["f32[3, 4, 2]"]],
      [["bool[5, 2]", "i32[]"], { axis: 1 }, ["bool[5]"]],
    ],
    illegal: [
      [["f32[5]", "i64[3]"], { axis: 0 }, /expected i32 indices, got i64\n {2}fix: indices.cast/],
      [["f32[5]", "i32[3]"], { axis: 1 }, /an axis in/],
    ],
  },
  scatterAdd: {
    legal: [
      [["i32[3, 4]", "f32[3, 4, 2]"], { axis: 0, size: 5 }, ["f32[5, 2]"]],
      [["i32[]", "f32[5]"], { axis: 1, size: 2 }, ["f32[5, 2]"]],
    ],
    illegal: [
      [["i64[3]", "f32[3]"], { axis: 0, size: 5 }, /expected i32 indices, got i64/],
      [["i32[3]", "f32[4]"], { axis: 0, size: 5 }, /scatterAdd: expected \[3\], got \[4\]/],
      [["i32[3]", "bool[3]"], { axis: 0, size: 5 }, SHOW_NUMBERS],
      [["i32[3]", "f32[3]"], { axis: 1, size: 5 }, /updates with 1 axes from axis 1 on, got \[3\]/],
      [["i32[3]", "f32[3]"], { axis: 0, size: -1 }, /whole numbers ≥ 0/],
    ],
  },

  randomBits: {
    legal: [
      [["u64[]"], { shape: [2, 3] }, ["u32[2, 3]"]],
      [["u64[]"], { shape: [] }, ["u32[]"]],
    ],
    illegal: [
      [["u32[]"], { shape: [2] }, /randomBits: expected u64 as value 0, got u32/],
      [["u64[1]"], { shape: [2] }, /expected \[\], got \[1\]/],
      [["u64[]"], { shape: [2 ** 20, 2 ** 13] }, /at most 2³² elements/],
    ],
  },
};

/** A body whose carries come out in the wrong order. */
function swapped(): Graph {
  const [a, b, c] = [slot("f32[2]"), slot("f32[3]"), slot("f32[]")];
  const port = (name: string, node: ReturnType<typeof slot>) => ({ name, node });
  return new Graph({ inputs: [port("a", a), port("b", b), port("c", c)], outputs: [port("b", b), port("a", a)] });
}

describe("infer", () => {
  for (const op of Object.keys(rows) as Op[]) {
    const { legal, illegal } = rows[op] as Row<Attrs[Op]>;
    it.each(legal)(`${op} takes %j`, (inputs, attrs, results) => {
      expect(infer(op, inputs.map(type), attrs)).toEqual(results.map(type));
    });
    it.each(illegal)(`${op} refuses %j`, (inputs, attrs, message) => {
      expect(() => infer(op, inputs.map(type), attrs)).toThrow(message);
    });
  }
});
