/** @file Cases of the primitives that move elements and leave them as they are. */
import type { Attrs, Op } from "../ir/ops.js";
import { apply, type Tensor } from "../tensor/tensor.js";
import type { NdArray } from "../ndarray.js";
import { bool, i32, i64, primitiveCase, spread, u32, u64, u8, type PrimitiveCase } from "./primitive-cases-build.js";

type Movement = "reshape" | "transpose" | "expand" | "slice" | "pad" | "concat" | "gather" | "scatterAdd";

const slice = (x: Tensor, starts: number[], ends: number[], steps: number[]): Tensor =>
  apply("slice", [x], { starts, ends, steps });
const scatter = (indices: Tensor, updates: Tensor, attrs: Attrs["scatterAdd"]): Tensor =>
  apply("scatterAdd", [indices, updates], attrs);

/** Three numbers of each type that is seldom met. */
const small: readonly NdArray[] = [
  bool([0, 1, 1]),
  u8([1, 200, 3]),
  u32([1, 2 ** 32 - 1, 3]),
  i64([-1n, 2n ** 40n, 3n]),
  u64([1n, 2n ** 63n, 3n]),
];

export const movementCases: Readonly<Record<Movement & Op, readonly PrimitiveCase[]>> = {
  reshape: [
    primitiveCase("[2, 6] to [3, 4]", { x: spread([2, 6]) }, ({ x }) => x.reshape([3, 4])),
    primitiveCase("[1, 1] to no axes", { x: spread([1, 1]) }, ({ x }) => x.reshape([])),
    primitiveCase("[0, 3] to [2, 0]", { x: spread([0, 3]) }, ({ x }) => x.reshape([2, 0])),
    primitiveCase("i32", { x: i32([1, 2]) }, ({ x }) => x.reshape([2, 1])),
  ],
  transpose: [
    primitiveCase("[2, 3]", { x: spread([2, 3]) }, ({ x }) => x.transpose()),
    primitiveCase("[2, 3, 4] to 2, 0, 1", { x: spread([2, 3, 4]) }, ({ x }) => x.transpose([2, 0, 1])),
    primitiveCase("[2, 1, 3, 2] to 3, 1, 0, 2", { x: spread([2, 1, 3, 2]) }, ({ x }) => x.transpose([3, 1, 0, 2])),
    primitiveCase("[0, 2]", { x: spread([0, 2]) }, ({ x }) => x.transpose()),
    primitiveCase("i32", { x: i32([1, 2, 3, 4, 5, 6], [3, 2]) }, ({ x }) => x.transpose()),
  ],
  expand: [
    primitiveCase("[3] to [2, 3]", { x: spread([3]) }, ({ x }) => x.expand([2, 3])),
    primitiveCase("[2, 1, 3] to [2, 4, 3]", { x: spread([2, 1, 3]) }, ({ x }) => x.expand([2, 4, 3])),
    primitiveCase("no axes to [2, 2]", { x: spread([]) }, ({ x }) => x.expand([2, 2])),
    primitiveCase("[1, 2] to [0, 2]", { x: spread([1, 2]) }, ({ x }) => x.expand([0, 2])),
    primitiveCase("i32", { x: i32([7], [1]) }, ({ x }) => x.expand([3])),
    ...small.map((x) => primitiveCase(x.dtype, { x }, ({ x: t }) => t.expand([2, 3]))),
  ],
  slice: [
    primitiveCase("a part", { x: spread([3, 5]) }, ({ x }) => slice(x, [1, 2], [3, 4], [1, 1])),
    primitiveCase("steps that do not divide", { x: spread([3, 7]) }, ({ x }) => slice(x, [0, 1], [3, 7], [2, 4])),
    primitiveCase("steps, three axes", { x: spread([2, 5, 3]) }, ({ x }) => slice(x, [0, 0, 1], [2, 4, 3], [1, 3, 2])),
    primitiveCase("no elements", { x: spread([4]) }, ({ x }) => slice(x, [2], [2], [1])),
    primitiveCase("i32", { x: i32([1, 2, 3, 4]) }, ({ x }) => slice(x, [1], [4], [2])),
    ...small.map((x) => primitiveCase(x.dtype, { x }, ({ x: t }) => slice(t, [0], [3], [2]))),
  ],
  pad: [
    primitiveCase("zeros", { x: spread([2, 3]) }, ({ x }) => x.pad([1, 0], [0, 2])),
    primitiveCase("another value", { x: spread([3]) }, ({ x }) => x.pad([2], [1], -1.5)),
    primitiveCase("nothing", { x: spread([2, 2]) }, ({ x }) => x.pad([0, 0], [0, 0])),
    primitiveCase("i32", { x: i32([1, 2]) }, ({ x }) => x.pad([1], [1], 9)),
  ],
  concat: [
    primitiveCase("along 0", { a: spread([1, 3]), b: spread([2, 3], [-2, 2], 1) }, ({ a, b }) =>
      apply("concat", [a, b], { axis: 0 }),
    ),
    primitiveCase("three along 1", { a: spread([2, 1]), b: spread([2, 3], [-2, 2], 1) }, ({ a, b }) =>
      apply("concat", [a, b, a], { axis: 1 }),
    ),
    primitiveCase("with nothing", { a: spread([2, 0]), b: spread([2, 3]) }, ({ a, b }) =>
      apply("concat", [a, b], { axis: 1 }),
    ),
    primitiveCase("i32", { a: i32([1]), b: i32([2, 3]) }, ({ a, b }) => apply("concat", [a, b], { axis: 0 })),
    ...small.map((x) => primitiveCase(x.dtype, { x }, ({ x: t }) => apply("concat", [t, t], { axis: 0 }))),
  ],
  gather: [
    primitiveCase("rows, some twice", { x: spread([4, 3]), i: i32([2, 0, 2]) }, ({ x, i }) => x.gather(i, 0)),
    primitiveCase(
      "a table of indices along 1",
      { x: spread([2, 4, 2]), i: i32([3, 1, 0, 0, 2, 3], [2, 3]) },
      ({ x, i }) => x.gather(i, 1),
    ),
    primitiveCase("one, which drops the axis", { x: spread([2, 3]), i: i32([1], []) }, ({ x, i }) => x.gather(i, 1)),
    primitiveCase("none", { x: spread([3, 2]), i: i32([]) }, ({ x, i }) => x.gather(i, 0)),
    primitiveCase("of i32", { x: i32([5, 6, 7]), i: i32([2, 1]) }, ({ x, i }) => x.gather(i, 0)),
    ...small.map((x) => primitiveCase(`of ${x.dtype}`, { x, i: i32([2, 1, 2]) }, ({ x: t, i }) => t.gather(i, 0))),
  ],
  scatterAdd: [
    primitiveCase("rows, some twice", { i: i32([2, 0, 2]), u: spread([3, 2]) }, ({ i, u }) =>
      scatter(i, u, { axis: 0, size: 4 }),
    ),
    primitiveCase(
      "a table of indices along 1",
      { i: i32([3, 1, 0, 0, 2, 3], [2, 3]), u: spread([2, 2, 3, 2]) },
      ({ i, u }) => scatter(i, u, { axis: 1, size: 4 }),
    ),
    ...small
      .filter(({ dtype }) => dtype !== "bool")
      .map((x) =>
        primitiveCase(`of ${x.dtype}`, { i: i32([1, 0, 1]), x }, ({ i, x: u }) => scatter(i, u, { axis: 0, size: 2 })),
      ),
    primitiveCase("one index", { i: i32([1], []), u: spread([2]) }, ({ i, u }) => scatter(i, u, { axis: 1, size: 3 })),
    primitiveCase("nothing", { i: i32([]), u: spread([0, 2]) }, ({ i, u }) => scatter(i, u, { axis: 0, size: 3 })),
  ],
};
