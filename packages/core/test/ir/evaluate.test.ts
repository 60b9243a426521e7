import { describe, expect, it } from "vitest";
import type { DType } from "../../src/dtype.js";
import { evaluate } from "../../src/ir/evaluate.js";
import { erf } from "../../src/ir/evaluate-elements.js";
import { Graph } from "../../src/ir/graph.js";
import type { Op } from "../../src/ir/ops.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { squares32 } from "../../src/rng/squares.js";
import type { Shape } from "../../src/shape.js";
import { callGraph, graphOf, scan } from "../../src/tensor/control.js";
import { feed, slot } from "../../src/tensor/inputs.js";
import { argTopK } from "../../src/tensor/select.js";
import { apply, constant, iota, scalar, type Tensor } from "../../src/tensor/tensor.js";

type Values = readonly (number | bigint)[];

/** The elements of a tensor that needs no input. */
function values(t: Tensor): (number | bigint)[] {
  return [...run(t).data];
}

function run(t: Tensor): NdArray {
  return evaluate(new Graph({ inputs: [], outputs: [{ name: "y", node: t.node }] }), {})["y"]!;
}

const c = (numbers: Values, dtype: DType = "f32", shape: Shape = [numbers.length]): Tensor =>
  constant(ndarray(numbers, shape, dtype));
const table = (rows: readonly (readonly number[])[], dtype: DType = "f32"): Tensor =>
  c(rows.flat(), dtype, [rows.length, rows[0]!.length]);
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

const plain = { strides: [1], pads: [0, 0], dilations: [1], groups: 1 };

/** For every op, expressions and the elements that they have, worked out by hand. */
const known: { readonly [O in Op]: readonly (readonly [Tensor, Values])[] } = {
  input: [], //                              below, with the errors
  constant: [[c([1, -0, nan]), [1, -0, nan]]],
  iota: [
    [iota(4), [0, 1, 2, 3]],
    [iota(3, "u64"), [0n, 1n, 2n]],
    [iota(0), []],
  ],

  at: [[twice(c([5]))[1]!, [-5]]],
  call: [[twice(c([5]))[0]!, [10]]],
  scan: [
    [fibonacci(6).carry[0]!, [8]],
    [fibonacci(6).ys[0]!, [0, 1, 1, 2, 3, 5]],
    [
      scan({ carry: [c([0], "f32", [])], xs: [c([1, 2, 4])], reverse: true }, ([s], [x]) => ({
        carry: [s!.mul(10).add(x!)],
        ys: [s!],
      })).ys[0]!,
      [42, 4, 0],
    ],
    [scan({ carry: [c([7])], length: 0 }, ([s]) => ({ carry: [s!.neg()] })).carry[0]!, [7]],
  ],
  barrier: [[apply("barrier", [c([3])], {}), [3]]],
  stopGradient: [[c([3]).stopGradient(), [3]]],

  neg: [
    [c([1, -2, 0]).neg(), [-1, 2, -0]],
    [c([1, -(2 ** 31)], "i32").neg(), [-1, -(2 ** 31)]],
    [c([1n], "u64").neg(), [2n ** 64n - 1n]],
  ],
  exp: [[c([0, 1, -inf]).exp(), [1, Math.E, 0]]],
  log: [[c([1, 0, -1]).log(), [0, -inf, nan]]],
  sqrt: [[c([4, 2, -1]).sqrt(), [2, Math.SQRT2, nan]]],
  reciprocal: [[c([4, 0, -0, inf]).reciprocal(), [0.25, inf, -inf, 0]]],
  abs: [
    [c([-3, 3, -0]).abs(), [3, 3, 0]],
    [c([-3n], "i64").abs(), [3n]],
  ],
  floor: [[c([1.5, -1.5, -0.5, 2]).floor(), [1, -2, -1, 2]]],
  tanh: [[c([0, inf, -inf]).tanh(), [0, 1, -1]]],
  sigmoid: [[c([0, inf, -inf, -1000]).sigmoid(), [0.5, 1, 0, 0]]],
  relu: [[c([-1, 0, 2, nan]).relu(), [0, 0, 2, nan]]],
  erf: [[c([0, inf, -inf]).erf(), [0, 1, -1]]],
  sin: [[c([0]).sin(), [0]]],
  cos: [[c([0]).cos(), [1]]],
  not: [[c([0, 1], "bool").not(), [1, 0]]],
  cast: [
    [c([1.9, -1.9, nan]).cast("i32"), [1, -1, 0]],
    [c([300, -1], "i32").cast("u8"), [44, 255]],
    [c([-1], "i32").cast("u32"), [2 ** 32 - 1]],
    [c([-1], "i32").cast("u64"), [2n ** 64n - 1n]],
    [c([2n ** 63n + 5n], "u64").cast("i64"), [-(2n ** 63n) + 5n]],
    [c([2n ** 32n + 7n, -1n], "i64").cast("i32"), [7, -1]],
    [c([0, 0.5, nan, -0]).cast("bool"), [0, 1, 1, 0]],
    [c([0, 256], "i32").cast("bool"), [0, 1]],
    [c([0n, 2n ** 40n], "i64").cast("bool"), [0, 1]],
    [c([0, 1], "bool").cast("f32"), [0, 1]],
    [c([-1.5]).cast("i64"), [-1n]],
    [c([2n ** 40n], "u64").cast("f32"), [2 ** 40]],
  ],

  add: [
    [c([1, 2]).add(c([10, 20, 30], "f32", [3, 1])), [11, 12, 21, 22, 31, 32]],
    [c([2 ** 31 - 1], "i32").add(1), [-(2 ** 31)]],
    [c([2 ** 32 - 1], "u32").add(2), [1]],
    [c([2n ** 64n - 1n], "u64").add(2), [1n]],
    [c([250], "u8").add(10), [4]],
  ],
  sub: [
    [c([1]).sub(3), [-2]],
    [c([1], "u32").sub(3), [2 ** 32 - 2]],
    [c([-(2n ** 63n)], "i64").sub(1), [2n ** 63n - 1n]],
  ],
  mul: [
    [c([1.5]).mul(-2), [-3]],
    [c([65537, -3], "i32").mul(c([65537, 5], "i32")), [131073, -15]],
    [c([2 ** 32 - 1], "u32").mul(c([2 ** 32 - 1], "u32")), [1]],
    [c([2n ** 63n + 3n], "u64").mul(2), [6n]],
    [c([0]).mul(inf), [nan]],
  ],
  div: [
    [c([7, -7, 1, 0]).div(c([2, 2, 0, 0])), [3.5, -3.5, inf, nan]],
    [c([7, -7, 7, -(2 ** 31)], "i32").div(c([2, 2, -2, -1], "i32")), [3, -3, -3, -(2 ** 31)]],
    [c([2 ** 32 - 1, 2 ** 32 - 2], "u32").div(c([2 ** 16, 2 ** 32 - 1], "u32")), [65535, 0]],
    [c([-7n], "i64").div(2), [-3n]],
    [c([2n ** 64n - 1n], "u64").div(scalar(2n ** 32n, "u64")), [2n ** 32n - 1n]],
  ],
  pow: [
    [c([2, 2, 4, -2, 0, 1, nan, -1]).pow(c([3, -1, 0.5, 3, 0, nan, 0, inf])), [8, 0.5, 2, -8, 1, 1, 1, 1]],
    [c([-2]).pow(0.5), [nan]],
  ],
  max: [
    [c([1, nan, 3, -0]).maximum(c([2, 2, nan, 0])), [2, nan, nan, 0]],
    [c([-1n], "i64").maximum(0), [0n]],
  ],
  min: [
    [c([1, nan, 3]).minimum(c([2, 2, nan])), [1, nan, nan]],
    [c([2 ** 31], "u32").minimum(5), [5]],
  ],
  equal: [
    [c([1, nan, 0, 2]).equal(c([1, nan, -0, 3])), [1, 0, 1, 0]],
    [c([1n], "u64").equal(1), [1]],
    [c([1, 0], "bool").equal(c([1, 1], "bool")), [1, 0]],
  ],
  less: [
    [c([1, 2, nan, 1]).less(c([2, 2, 2, nan])), [1, 0, 0, 0]],
    [c([2 ** 31], "u32").less(5), [0]],
  ],
  and: [[c([0, 0, 1, 1], "bool").and(c([0, 1, 0, 1], "bool")), [0, 0, 0, 1]]],
  where: [[c([1, 0], "bool", [2, 1]).where(c([1, 2]), c([9])), [1, 2, 9, 9]]],

  sum: [
    [
      table([
        [1, 2],
        [3, 4],
      ]).sum(),
      [10],
    ],
    [
      table([
        [1, 2],
        [3, 4],
      ]).sum(0),
      [4, 6],
    ],
    [
      table([
        [1, 2],
        [3, 4],
      ]).sum(1),
      [3, 7],
    ],
    [c([], "f32", [2, 0]).sum(1), [0, 0]],
    [c([2 ** 32 - 1, 2], "u32").sum(), [1]],
    [c([2n ** 63n, 2n ** 63n, 1n], "u64").sum(), [1n]],
  ],
  reduceMax: [
    [
      table([
        [1, 5],
        [3, 4],
      ]).max(0),
      [3, 5],
    ],
    [
      table([
        [-1, -5],
        [3, nan],
      ]).max(1),
      [-1, nan],
    ],
    [c([-3n, -2n], "i64").max(), [-2n]],
  ],
  argMax: [
    [
      table([
        [1, 5, 5],
        [7, 4, 7],
      ]).argMax(1),
      [1, 0],
    ],
    [
      table([
        [1, 5],
        [3, 4],
      ]).argMax(0),
      [1, 0],
    ],
  ],
  argTopK: [
    [argTopK(c([3, 7, 7, 9]), 3), [3, 1, 2]],
    [
      argTopK(
        table([
          [1, 5, 2],
          [-7, -4, -7],
        ]),
        2,
      ),
      [1, 2, 1, 0],
    ],
    [argTopK(c([1n, -3n, 2n ** 60n], "i64"), 3), [2, 0, 1]],
  ],
  cumSum: [
    [c([1, 2, 3]).cumSum(), [1, 3, 6]],
    [c([1, 2, 3]).cumSum(0, { exclusive: true }), [0, 1, 3]],
    [c([1, 2, 3]).cumSum(0, { reverse: true }), [6, 5, 3]],
    [c([1, 2, 3]).cumSum(0, { exclusive: true, reverse: true }), [5, 3, 0]],
    [
      table([
        [1, 2],
        [3, 4],
      ]).cumSum(0),
      [1, 2, 4, 6],
    ],
    [c([2n ** 64n - 1n, 2n], "u64").cumSum(), [2n ** 64n - 1n, 1n]],
  ],

  matmul: [
    [
      table([
        [1, 2],
        [3, 4],
      ]).matmul(
        table([
          [5, 6],
          [7, 8],
        ]),
      ),
      [19, 22, 43, 50],
    ],
    [c([1, 2, 3, 4], "f32", [2, 1, 2]).matmul(c([1, 10], "f32", [1, 2, 1])), [21, 43]],
    [c([], "f32", [2, 0]).matmul(c([], "f32", [0, 1])), [0, 0]],
  ],
  conv: [[conv([1, 2, 3, 4], [1, 10]), [21, 32, 43]]], // correlation: the kernel is not flipped
  convInputGrad: [
    [
      apply("convInputGrad", [c([1, 2], "f32", [1, 1, 2]), c([1, 10], "f32", [1, 1, 2])], { ...plain, inputSize: [3] }),
      [1, 12, 20],
    ],
  ],
  convWeightGrad: [
    [
      apply("convWeightGrad", [c([1, 2, 3], "f32", [1, 1, 3]), c([1, 10], "f32", [1, 1, 2])], {
        ...plain,
        kernelSize: [2],
      }),
      [21, 32],
    ],
  ],

  reshape: [
    [
      table([
        [1, 2],
        [3, 4],
      ]).reshape([4]),
      [1, 2, 3, 4],
    ],
  ],
  transpose: [
    [
      table([
        [1, 2, 3],
        [4, 5, 6],
      ]).transpose(),
      [1, 4, 2, 5, 3, 6],
    ],
    [c([1, 2, 3, 4], "i32", [2, 1, 2]).transpose([2, 0, 1]), [1, 3, 2, 4]],
  ],
  expand: [
    [c([1, 2], "f32", [2, 1]).expand([2, 3]), [1, 1, 1, 2, 2, 2]],
    [c([7n], "u64", []).expand([2]), [7n, 7n]],
  ],
  slice: [
    [c([0, 1, 2, 3, 4, 5]).slice(0, 1, { end: 6, step: 2 }), [1, 3, 5]],
    [
      table([
        [1, 2, 3],
        [4, 5, 6],
      ]).slice(1, 1, 3),
      [2, 3, 5, 6],
    ],
  ],
  pad: [
    [c([1, 2]).pad([1], [2], 9), [9, 1, 2, 9, 9]],
    [table([[1]]).pad([0, 1], [1, 0]), [0, 1, 0, 0]],
    [c([1n], "u64").pad([1], [0], 3), [3n, 1n]],
  ],
  concat: [
    [
      apply(
        "concat",
        [
          table([[1], [2]]),
          table([
            [3, 4],
            [5, 6],
          ]),
        ],
        { axis: 1 },
      ),
      [1, 3, 4, 2, 5, 6],
    ],
  ],
  gather: [
    [
      table([
        [1, 2],
        [3, 4],
        [5, 6],
      ]).gather(c([2, 0, 2], "i32")),
      [5, 6, 1, 2, 5, 6],
    ],
    [
      table([
        [1, 2],
        [3, 4],
      ]).gather(c([1], "i32", []), 1),
      [2, 4],
    ],
  ],
  scatterAdd: [
    [
      apply(
        "scatterAdd",
        [
          c([2, 0, 2], "i32"),
          table([
            [1, 2],
            [3, 4],
            [5, 6],
          ]),
        ],
        { axis: 0, size: 4 },
      ),
      [3, 4, 0, 0, 6, 8, 0, 0],
    ],
    [apply("scatterAdd", [c([1], "i32", []), c([3, 4])], { axis: 1, size: 2 }), [0, 3, 0, 4]],
  ],

  randomBits: [
    [
      apply("randomBits", [scalar(0x9e3779b97f4a7c15n, "u64")], { shape: [3] }),
      [0n, 1n, 2n].map((i) => squares32(i, 0x9e3779b97f4a7c15n)),
    ],
  ],
};

function conv(x: readonly number[], w: readonly number[]): Tensor {
  return apply("conv", [c(x, "f32", [1, 1, x.length]), c(w, "f32", [1, 1, w.length])], plain);
}

function twice(x: Tensor): Tensor[] {
  const a = slot(x);
  return callGraph(graphOf([a], [a.mul(2), a.neg()]), [x]);
}

function fibonacci(length: number): ReturnType<typeof scan> {
  const [zero, one] = [scalar(0), scalar(1)];
  return scan({ carry: [zero, one], length }, ([a, b]) => ({ carry: [b!, a!.add(b!)], ys: [a!] }));
}

describe("evaluate", () => {
  for (const [op, cases] of Object.entries(known)) {
    it.each(cases)(`${op} %#`, (made, wanted) => {
      const got = values(made);
      expect(got).toHaveLength(wanted.length);
      got.forEach((value, i) => {
        const v = wanted[i]!;
        if (typeof v === "bigint" || !Number.isFinite(v)) expect(value).toBe(v);
        else expect(Math.abs(Number(value) - v)).toBeLessThan(1e-12);
      });
    });
  }

  it("returns real numbers as float64 and others as they are", () => {
    expect(run(scalar(1)).dtype).toBe("f64");
    expect(run(scalar(0x3c00, "f16")).dtype).toBe("f64");
    for (const dtype of ["i32", "u32", "u8", "i64", "u64", "bool"] as const)
      expect(run(scalar(1, dtype)).dtype).toBe(dtype);
  });

  it("reads f16 from its bits", () => {
    const bits = [0x3c00, 0xc000, 0x7c00, 0xfc00, 0x7e00, 1, 0x03ff, 0x8000, 0x7bff, 0x3555];
    const wanted = [1, -2, inf, -inf, nan, 2 ** -24, 1023 * 2 ** -24, -0, 65504, 0.333251953125];
    expect(values(c(bits, "f16"))).toEqual(wanted);
  });

  it("computes in float64 whatever the graph says", () => {
    const x = feed([1]);
    const graph = new Graph({ inputs: [{ name: "x", node: x.node }], outputs: [{ name: "y", node: x.div(3).node }] });
    expect(evaluate(graph, { x: ndarray([1], [1], "f64") })["y"]!.data[0]).toBe(1 / 3);
    expect(evaluate(graph, { x: ndarray([1]) })["y"]!.data[0]).toBe(1 / 3);
    expect(evaluate(graph, { x: ndarray([0x3c00], [1], "f16") })["y"]!.data[0]).toBe(1 / 3);
  });

  it("knows the error function to 1e-15", () => {
    const reference = [
      [1e-10, 1.1283791670955126e-10],
      [0.5, 0.5204998778130465],
      [1, 0.8427007929497149],
      [2, 0.9953222650189527],
      [2.5, 0.999593047982555],
      [3, 0.9999779095030014],
      [5, 0.9999999999984626],
    ] as const;
    for (const [x, y] of reference) {
      expect(Math.abs(erf(x) / y - 1)).toBeLessThan(1e-15);
      expect(erf(-x)).toBe(-erf(x));
    }
    expect(Math.abs(erf(2.5) - erf(2.5 - 1e-9) - (2 / Math.sqrt(Math.PI)) * Math.exp(-6.25) * 1e-9)).toBeLessThan(
      1e-15,
    );
    expect(erf(nan)).toBeNaN();
  });

  it("walks a deep chain without recursion", () => {
    let deep = scalar(0, "i32");
    for (let i = 0; i < 30_000; i++) deep = deep.add(1);
    expect(values(deep)).toEqual([30_000]);
  });
});

describe("evaluate's errors", () => {
  const [x, n] = [feed([2]), feed([], "i32")];
  const graph = new Graph({
    inputs: [
      { name: "encoder.weight", node: x.node },
      { name: "n", node: n.node },
    ],
    outputs: [{ name: "y", node: x.mul(n.cast("f32")).node }],
  });
  const [good, one] = [ndarray([1, 2]), ndarray([1], [], "i32")];

  it.each<[string, Record<string, NdArray>, RegExp]>([
    ["a missing input", { n: one }, /expected f32\[2\] as input "encoder\.weight", got nothing/],
    ["another shape", { "encoder.weight": ndarray([1, 2, 3]), n: one }, /input "encoder\.weight", got f32\[3\]/],
    [
      "another dtype",
      { "encoder.weight": ndarray([1, 2], [2], "i32"), n: one },
      /input "encoder\.weight", got i32\[2\]/,
    ],
    [
      "a real number for a whole one",
      { "encoder.weight": good, n: ndarray([1], []) },
      /i32\[\] as input "n", got f32\[\]/,
    ],
    [
      "data that does not fill its shape",
      { "encoder.weight": { ...good, data: new Float32Array(1) }, n: one },
      /encoder\.weight/,
    ],
  ])("names %s", (_, inputs, message) => {
    expect(() => evaluate(graph, inputs)).toThrow(message);
  });

  it("ignores inputs that it does not need", () => {
    expect(evaluate(graph, { "encoder.weight": good, n: one, other: good })["y"]!.data).toEqual(Float64Array.of(1, 2));
  });

  it("refuses whole numbers divided by 0, and indices outside", () => {
    expect(() => values(scalar(1, "i32").div(0))).toThrow(/divisor other than 0/);
    expect(() => values(scalar(1, "u64").div(0))).toThrow(/divisor other than 0/);
    expect(() => values(c([1, 2]).gather(c([2], "i32")))).toThrow(/gather.*: expected indices in \[0, 1\], got 2/);
    expect(() => values(c([1, 2]).gather(c([-1], "i32")))).toThrow(/got -1/);
    expect(() => values(apply("scatterAdd", [c([3], "i32"), c([1])], { axis: 0, size: 3 }))).toThrow(
      /scatterAdd: expected indices in \[0, 2\], got 3/,
    );
  });
});
