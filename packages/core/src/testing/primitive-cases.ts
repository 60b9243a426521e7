/**
 * @file The conformance suite as data: for every primitive, small graphs with inputs. Each is run on every runtime
 * against `evaluate`, and each smooth one through its vjp against finite differences. Shapes are awkward on purpose:
 * primes, ones, no axes, and no elements where that is legal.
 */
import type { Op } from "../ir/ops.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { scan, withGradient, callGraph, graphOf } from "../tensor/control.js";
import { slot } from "../tensor/inputs.js";
import { apply, constant, iota, type Tensor } from "../tensor/tensor.js";
import {
  bool,
  i32,
  i64,
  primitiveCase,
  rough,
  SPECIAL,
  special,
  spread,
  u32,
  u64,
  u8,
  type PrimitiveCase,
  type Range,
} from "./primitive-cases-build.js";
import { convCases } from "./primitive-cases-conv.js";
import { movementCases } from "./primitive-cases-movement.js";

type Unary =
  "neg" | "exp" | "log" | "sqrt" | "reciprocal" | "abs" | "floor" | "tanh" | "sigmoid" | "relu" | "erf" | "sin" | "cos";
type Binary = "add" | "sub" | "mul" | "div" | "pow" | "max" | "min" | "equal" | "less";

const MAX_I32 = 2 ** 31 - 1;
const MAX_U32 = 2 ** 32 - 1;
const MAX_U64 = 2n ** 64n - 1n;
const MAX_I64 = 2n ** 63n - 1n;

/** One real operand, of several shapes, in (low, high), and at the special values. */
function unary(op: Unary, low = -3, high = 3): PrimitiveCase[] {
  const of = (x: Tensor): Tensor => apply(op, [x], {});
  return [
    primitiveCase("[7]", { x: spread([7], [low, high]) }, ({ x }) => of(x)),
    primitiveCase("[2, 3, 1, 5]", { x: spread([2, 3, 1, 5], [low, high]) }, ({ x }) => of(x)),
    primitiveCase("no axes", { x: spread([], [low, high]) }, ({ x }) => of(x)),
    primitiveCase("no elements", { x: spread([0, 3]) }, ({ x }) => of(x)),
    special(primitiveCase("special values", { x: SPECIAL }, ({ x }) => of(x))),
  ];
}

/** Two real operands that broadcast in all the ways there are, the right one in the first range. */
function binary(op: Binary, [low, high]: Range = [-2, 2], [leftLow, leftHigh]: Range = [low, high]): PrimitiveCase[] {
  const of = ({ a, b }: { a: Tensor; b: Tensor }): Tensor => apply(op, [a, b], {});
  const pair = (name: string, a: number[], b: number[]): PrimitiveCase =>
    primitiveCase(name, { a: spread(a, [leftLow, leftHigh]), b: spread(b, [low, high], 1) }, of);
  return [
    pair("[5] and [5]", [5], [5]),
    pair("[2, 3] and [3]", [2, 3], [3]),
    pair("[2, 1, 3] and [4, 1]", [2, 1, 3], [4, 1]),
    pair("[3, 1] and [1, 2]", [3, 1], [1, 2]),
    pair("no axes and [2, 2]", [], [2, 2]),
    pair("[2, 2] and no axes", [2, 2], []),
    pair("[0, 3] and [1, 3]", [0, 3], [1, 3]),
    special(primitiveCase("special values", { a: { ...SPECIAL, shape: [SPECIAL.data.length, 1] }, b: SPECIAL }, of)),
  ];
}

/** Whole numbers that wrap, each with each, in every type; `skipZero` leaves zeros out of the right operand. */
function whole(op: Binary, { skipZero = false } = {}): PrimitiveCase[] {
  const pairs = (values: NdArray): PrimitiveCase => {
    const kept = [...values.data].filter((v: number | bigint) => !skipZero || Number(v) !== 0);
    const inputs = { a: { ...values, shape: [values.data.length, 1] }, b: ndarray(kept, [kept.length], values.dtype) };
    return primitiveCase(values.dtype, inputs, ({ a, b }) => apply(op, [a, b], {}));
  };
  return [
    pairs(i32([0, 1, -1, 7, -13, 65537, MAX_I32, -MAX_I32])),
    pairs(u32([0, 1, 2, 7, 65537, 2 ** 31, MAX_U32])),
    pairs(u8([0, 1, 3, 200, 255])),
    pairs(i64([0n, 1n, -1n, 7n, -13n, 2n ** 33n + 1n, MAX_I64, -MAX_I64])),
    pairs(u64([0n, 1n, 7n, 2n ** 32n, 2n ** 33n + 5n, 2n ** 63n, MAX_U64])),
  ];
}

/** Reductions of real numbers over various axes. */
function reduction(op: "sum" | "reduceMax"): PrimitiveCase[] {
  const over = (shape: number[], axes: number[], keepDims: boolean): PrimitiveCase =>
    primitiveCase(
      `${JSON.stringify(shape)} over ${JSON.stringify(axes)}${keepDims ? ", kept" : ""}`,
      { x: spread(shape) },
      ({ x }) => apply(op, [x], { axes, keepDims }),
    );
  return [
    over([7], [0], false),
    over([7], [0], true),
    over([2, 3, 5], [1], false),
    over([2, 3, 5], [0, 2], true),
    over([2, 3, 5], [0, 1, 2], false),
    over([1, 3, 1], [0, 2], false),
    over([0, 3], [1], false),
    primitiveCase("i32", { x: i32([3, -1, MAX_I32, 5, 0, 2], [2, 3]) }, ({ x }) =>
      apply(op, [x], { axes: [1], keepDims: false }),
    ),
  ];
}

function cumSums(): PrimitiveCase[] {
  const along = (shape: number[], axis: number, exclusive: boolean, reverse: boolean): PrimitiveCase =>
    primitiveCase(
      `${JSON.stringify(shape)} along ${axis}${exclusive ? ", exclusive" : ""}${reverse ? ", reverse" : ""}`,
      { x: spread(shape) },
      ({ x }) => x.cumSum(axis, { exclusive, reverse }),
    );
  return [
    ...[false, true].flatMap((exclusive) => [false, true].map((reverse) => along([2, 5], 1, exclusive, reverse))),
    along([3, 2, 2], 0, false, false),
    along([3, 2, 2], 1, true, true),
    along([0, 2], 0, false, false),
    primitiveCase("i32", { x: i32([1, 2, 3, -4]) }, ({ x }) => x.cumSum(0)),
  ];
}

function matmuls(): PrimitiveCase[] {
  const pair = (a: number[], b: number[]): PrimitiveCase =>
    primitiveCase(`${JSON.stringify(a)} · ${JSON.stringify(b)}`, { a: spread(a), b: spread(b, [-1, 3], 1) }, (t) =>
      apply("matmul", [t.a, t.b], {}),
    );
  return [
    pair([3, 5], [5, 2]),
    pair([1, 7], [7, 1]),
    pair([2, 3, 4], [2, 4, 5]),
    pair([2, 3, 4], [4, 5]),
    pair([3, 4], [2, 4, 1]),
    pair([2, 1, 2, 3], [3, 3, 2]),
    pair([0, 3], [3, 2]),
    pair([2, 0], [0, 3]),
  ];
}

/** Every type to every other, with numbers that both can hold and such that must wrap or be cut. */
function casts(): PrimitiveCase[] {
  const from = [
    spread([6], [-3, 3]),
    i32([0, 1, -1, 300, -70_000, MAX_I32]),
    u32([0, 1, 255, 65536, 2 ** 31, MAX_U32]),
    u8([0, 1, 7, 255]),
    i64([0n, 1n, -1n, 2n ** 31n + 3n, -(2n ** 40n)]),
    u64([0n, 1n, 255n, 2n ** 32n + 7n]),
    bool([0, 1, 1]),
  ];
  const targets = ["f32", "i32", "u32", "u8", "i64", "u64", "bool"] as const;
  const unsigned = ["u32", "u8", "u64"];
  return from.flatMap((x) =>
    targets
      .filter((to) => to !== x.dtype)
      .map((to) => {
        const input = x.dtype === "f32" && unsigned.includes(to) ? spread([6], [0, 200]) : x;
        return rough(primitiveCase(`${x.dtype} to ${to}`, { x: input }, (t) => t.x.cast(to)));
      }),
  );
}

/** A decay driven by an array, that also sums what it saw: (h, s) → (a·h + x, s + h), stacking h². */
function scanOf(x: Tensor, h: Tensor, a: Tensor, reverse: boolean): Tensor[] {
  const { carry, ys } = scan({ carry: [h, h.mul(0)], xs: [x], reverse }, ([state, total], [slice]) => {
    const next = state!.mul(a).add(slice!);
    return { carry: [next, total!.add(state!)], ys: [next.mul(next)] };
  });
  return [...carry, ...ys];
}

const identities = (op: "barrier" | "stopGradient"): PrimitiveCase[] => [
  primitiveCase("[2, 3]", { x: spread([2, 3]) }, ({ x }) => apply(op, [x], {}).exp()),
  primitiveCase("i32", { x: i32([1, 2]) }, ({ x }) => apply(op, [x], {})),
];

/** The body of a call with two results. */
function twoResults(): ReturnType<typeof graphOf> {
  const [x, y] = [slot({ dtype: "f32", shape: [3] }), slot({ dtype: "f32", shape: [3] })];
  return graphOf([x, y], [x.mul(y), x.sub(y).exp()]);
}

export const primitiveCases: { readonly [O in Op]: readonly PrimitiveCase[] } = {
  input: [
    primitiveCase("handed through", { x: spread([2, 3]) }, ({ x }) => x),
    primitiveCase("unused", { x: spread([2]), y: spread([3]) }, ({ x }) => x.neg()),
    primitiveCase("no elements", { x: spread([2, 0]) }, ({ x }) => x),
  ],
  constant: [
    primitiveCase("f32", {}, () => constant(spread([3, 2]))),
    primitiveCase("no axes", {}, () => constant(ndarray([0.1], []))),
    primitiveCase("no elements", {}, () => constant(ndarray([], [0, 2]))),
    primitiveCase("i32", {}, () => constant(i32([-1, MAX_I32]))),
    primitiveCase("u64", {}, () => constant(u64([MAX_U64]))),
    primitiveCase("bool", {}, () => constant(bool([1, 0]))),
    special(primitiveCase("special values", {}, () => constant(SPECIAL))),
  ],
  iota: [
    primitiveCase("f32", {}, () => iota(5)),
    primitiveCase("i32", {}, () => iota(4, "i32")),
    primitiveCase("i64", {}, () => iota(3, "i64")),
    primitiveCase("no elements", {}, () => iota(0)),
  ],

  at: [
    primitiveCase("both of two", { x: spread([3]), y: spread([3], [0, 1], 1) }, ({ x, y }) =>
      callGraph(twoResults(), [x, y]),
    ),
    primitiveCase(
      "the second of two",
      { x: spread([3]), y: spread([3], [0, 1], 1) },
      ({ x, y }) => callGraph(twoResults(), [x, y])[1]!,
    ),
  ],
  call: [
    primitiveCase("derived gradient", { x: spread([3]), y: spread([3], [0, 1], 1) }, ({ x, y }) =>
      callGraph(twoResults(), [x, y]),
    ),
    primitiveCase("own gradient", { x: spread([4]) }, ({ x }) =>
      withGradient(
        [x],
        ([v]) => v!.mul(v!).mul(v!),
        ([v], _, g) => [g.mul(v!).mul(v!).mul(3)],
      ),
    ),
    primitiveCase("within a call", { x: spread([2]) }, ({ x }) => {
      const outer = slot(x);
      const inner = slot(x);
      const body = graphOf([outer], callGraph(graphOf([inner], [inner.exp()]), [outer.neg()]));
      return callGraph(body, [x]);
    }),
  ],
  scan: [
    primitiveCase(
      "forward",
      { x: spread([4, 2]), h: spread([2], [-1, 1], 1), a: spread([], [0.3, 0.9]) },
      ({ x, h, a }) => scanOf(x, h, a, false),
    ),
    primitiveCase(
      "reverse",
      { x: spread([4, 2]), h: spread([2], [-1, 1], 1), a: spread([], [0.3, 0.9]) },
      ({ x, h, a }) => scanOf(x, h, a, true),
    ),
    primitiveCase(
      "one step",
      { x: spread([1, 2]), h: spread([2], [-1, 1], 1), a: spread([], [0.3, 0.9]) },
      ({ x, h, a }) => scanOf(x, h, a, false),
    ),
    primitiveCase(
      "nothing to scan",
      { h: spread([2]) },
      ({ h }) => scan({ carry: [h], length: 3 }, ([c]) => ({ carry: [c!.sin()] })).carry,
    ),
    primitiveCase(
      "nothing to carry",
      { x: spread([3, 2]) },
      ({ x }) => scan({ carry: [], xs: [x] }, (_, [row]) => ({ carry: [], ys: [row!.exp().sum()] })).ys,
    ),
    primitiveCase("a counter", { h: spread([2]) }, ({ h }) => {
      const n = constant(i32([0], []));
      return scan({ carry: [h, n], length: 3 }, ([c, k]) => ({ carry: [c!.mul(k!.cast("f32").add(0.5)), k!.add(1)] }))
        .carry;
    }),
    primitiveCase("scan in a scan", { x: spread([2, 3]), h: spread([]) }, ({ x, h }) => {
      const outer = scan({ carry: [h], xs: [x] }, ([c], [row]) => ({
        carry: [scan({ carry: [c!], xs: [row!] }, ([d], [e]) => ({ carry: [d!.mul(e!).sin()] })).carry[0]!],
        ys: [c!],
      }));
      return [...outer.carry, ...outer.ys];
    }),
  ],
  barrier: identities("barrier"),
  stopGradient: identities("stopGradient").map(rough),

  neg: [...unary("neg"), primitiveCase("i32", { x: i32([0, 5, -MAX_I32]) }, ({ x }) => x.neg())],
  exp: unary("exp", -5, 5),
  log: unary("log", 0.05, 20),
  sqrt: unary("sqrt", 0.05, 20),
  reciprocal: unary("reciprocal", 0.2, 4),
  abs: [...unary("abs"), primitiveCase("i32", { x: i32([0, 5, -MAX_I32]) }, ({ x }) => x.abs())],
  floor: unary("floor"),
  tanh: unary("tanh", -6, 6),
  sigmoid: [
    ...unary("sigmoid", -6, 6),
    primitiveCase("far out", { x: ndarray([-100, -30, 30, 100]) }, ({ x }) => x.sigmoid()),
  ],
  relu: unary("relu"),
  erf: unary("erf"),
  sin: unary("sin", -4, 4),
  cos: unary("cos", -4, 4),
  not: [primitiveCase("[2, 2]", { x: bool([0, 1, 1, 0], [2, 2]) }, ({ x }) => x.not())],
  cast: casts(),

  add: [...binary("add"), ...whole("add")],
  sub: [...binary("sub"), ...whole("sub")],
  mul: [...binary("mul"), ...whole("mul")],
  div: [...binary("div", [0.3, 3]), ...whole("div", { skipZero: true })],
  pow: binary("pow", [-2, 3], [0.2, 3]),
  max: [...binary("max"), ...whole("max")],
  min: [...binary("min"), ...whole("min")],
  equal: [
    ...binary("equal"),
    ...whole("equal"),
    primitiveCase("bool", { a: bool([0, 0, 1, 1]), b: bool([0, 1, 0, 1]) }, ({ a, b }) => a.equal(b)),
  ],
  less: [...binary("less"), ...whole("less")],
  and: [primitiveCase("broadcast", { a: bool([0, 1], [2, 1]), b: bool([0, 1]) }, ({ a, b }) => a.and(b))],
  where: [
    primitiveCase("one shape", { c: bool([1, 0, 1]), a: spread([3]), b: spread([3], [5, 6]) }, ({ c, a, b }) =>
      c.where(a, b),
    ),
    primitiveCase("broadcast", { c: bool([1, 0], [2, 1]), a: spread([3]), b: spread([2, 1, 1]) }, ({ c, a, b }) =>
      c.where(a, b),
    ),
    primitiveCase("i32", { c: bool([1, 0]), a: i32([1, 2]), b: i32([3, 4]) }, ({ c, a, b }) => c.where(a, b)),
    special(
      primitiveCase(
        "what is not chosen is not seen",
        { c: bool([1, 0]), a: ndarray([1, NaN]), b: ndarray([Infinity, 2]) },
        ({ c, a, b }) => c.where(a, b),
      ),
    ),
  ],

  sum: reduction("sum").concat(primitiveCase("over no elements", { x: spread([2, 0]) }, ({ x }) => x.sum(1))),
  reduceMax: reduction("reduceMax"),
  argMax: [
    primitiveCase("[2, 5] along 1", { x: spread([2, 5]) }, ({ x }) => x.argMax(1)),
    primitiveCase("[3, 2, 2] along 0, kept", { x: spread([3, 2, 2]) }, ({ x }) => x.argMax(0, { keepDims: true })),
    primitiveCase("the first of equals", { x: ndarray([1, 3, 3, 2, 2, 2], [2, 3]) }, ({ x }) => x.argMax()),
    primitiveCase("i32", { x: i32([-5, 4, 4]) }, ({ x }) => x.argMax()),
  ],
  argTopK: [
    primitiveCase("3 of [2, 5]", { x: spread([2, 5]) }, ({ x }) => apply("argTopK", [x], { k: 3 })),
    primitiveCase("all of [2, 1, 4]", { x: spread([2, 1, 4]) }, ({ x }) => apply("argTopK", [x], { k: 4 })),
    primitiveCase("the first of equals", { x: ndarray([1, 3, 3, 2, 2, 2], [2, 3]) }, ({ x }) =>
      apply("argTopK", [x], { k: 2 }),
    ),
    primitiveCase("i32", { x: i32([-5, 4, 4, 7]) }, ({ x }) => apply("argTopK", [x], { k: 3 })),
    primitiveCase("u8", { x: u8([5, 200, 7]) }, ({ x }) => apply("argTopK", [x], { k: 2 })),
    primitiveCase("u32", { x: u32([5, MAX_U32, 7]) }, ({ x }) => apply("argTopK", [x], { k: 3 })),
    primitiveCase("i64", { x: i64([-5n, MAX_I64, 7n, -MAX_I64]) }, ({ x }) => apply("argTopK", [x], { k: 4 })),
    primitiveCase("u64", { x: u64([5n, MAX_U64, 7n, 2n ** 63n]) }, ({ x }) => apply("argTopK", [x], { k: 4 })),
  ],
  cumSum: cumSums(),

  matmul: matmuls(),
  conv: convCases("conv"),
  convInputGrad: convCases("convInputGrad"),
  convWeightGrad: convCases("convWeightGrad"),

  ...movementCases,

  randomBits: [
    primitiveCase("[2, 5]", { key: u64([0x9e3779b97f4a7c15n], []) }, ({ key }) =>
      apply("randomBits", [key], { shape: [2, 5] }),
    ),
    primitiveCase("[300]", { key: u64([MAX_U64], []) }, ({ key }) => apply("randomBits", [key], { shape: [300] })),
    primitiveCase("no axes", { key: u64([0xc8e4fd154ce32f6dn], []) }, ({ key }) =>
      apply("randomBits", [key], { shape: [] }),
    ),
  ],
};
