import { describe, it } from "vitest";
import type { DType } from "../../src/dtype.js";
import { ndarray } from "../../src/ndarray.js";
import { apply, concat, constant, full, iota, scalar } from "../../src/tensor/tensor.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { checkOp, numbers } from "./check.js";

const WHOLE: readonly DType[] = ["i32", "i64", "u32", "u64", "u8"];
const NUMBERS: readonly DType[] = ["f32", "f64", ...WHOLE];
const ALL: readonly DType[] = [...NUMBERS, "bool"];
/** Whole numbers without 0, to divide by. */
const divisors = (dtype: DType) => ndarray([1, 3, 2, 7, 5, 4], [2, 3], dtype);
const large = (dtype: DType) =>
  ndarray(
    [1n << 63n, 5n, (1n << 63n) - 1n, (1n << 64n) - 1n, 0n, 7n].map((n) =>
      dtype === "u64" ? n : dtype === "i64" ? BigInt.asIntN(64, n) : n & 0xffffffffn,
    ),
    [2, 3],
    dtype,
  );

describe("one operand", () => {
  const reals: Record<string, (x: Tensor) => Tensor> = {
    exp: (x) => x.exp(),
    log: (x) => x.abs().add(0.1).log(),
    sqrt: (x) => x.abs().sqrt(),
    reciprocal: (x) => x.add(3).reciprocal(),
    floor: (x) => x.floor(),
    tanh: (x) => x.tanh(),
    sigmoid: (x) => x.sigmoid(),
    relu: (x) => x.relu(),
    erf: (x) => x.erf(),
    sin: (x) => x.sin(),
    cos: (x) => x.cos(),
    max0: (x) => x.maximum(0),
  };
  it.each(Object.keys(reals))("%s", async (name) => {
    for (const dtype of ["f32", "f64"] as const) await checkOp([numbers([2, 3], dtype)], reals[name]!);
  });
  it.each(NUMBERS)("neg and abs of %s", async (dtype) => {
    await checkOp([numbers([2, 3], dtype)], (x) => x.neg());
    await checkOp([numbers([2, 3], dtype)], (x) => apply("abs", [x], {}));
  });
  it("not", () => checkOp([numbers([6], "bool")], (x) => x.not()));
  it.each(ALL)("cast of %s to every type", async (from) => {
    for (const to of ALL)
      if (to !== from)
        await checkOp([numbers([6], from.startsWith("f") && to.startsWith("u") ? "bool" : from)], (x) =>
          x.cast(from).cast(to),
        );
  });
});

describe("two operands", () => {
  const ops = ["add", "sub", "mul", "div", "max", "min", "equal", "less"] as const;
  it.each(ops.flatMap((op) => NUMBERS.map((dtype) => [op, dtype] as const)))("%s of %s", async (op, dtype) => {
    await checkOp([numbers([2, 3], dtype), divisors(dtype)], (a, b) => apply(op, [a, b], {}));
    await checkOp([numbers([2, 3], dtype), ndarray([3], [1], dtype)], (a, b) => apply(op, [a, b], {}));
  });
  it.each(["u32", "u64", "i64"] as const)("wraps and orders %s", async (dtype) => {
    for (const op of ["add", "mul", "sub", "max", "min", "less"] as const)
      await checkOp([large(dtype), divisors(dtype)], (a, b) => apply(op, [a, b], {}));
    await checkOp([large(dtype)], (a) => a.max(1));
    await checkOp([large(dtype)], (a) => a.sum(1));
    await checkOp([large(dtype)], (a) => a.argMax(1));
    await checkOp([large(dtype)], (a) => a.cumSum(1));
    await checkOp([large(dtype), divisors(dtype)], (a, b) => a.less(b).where(a, b));
  });
  it("pow", async () => {
    for (const dtype of ["f32", "f64"] as const)
      await checkOp([ndarray([1, 2, 0.5, 3], [4], dtype), ndarray([2, -1.5, 3, 0], [4], dtype)], (a, b) => a.pow(b));
  });
  it("equal and and of bool", async () => {
    await checkOp([numbers([6], "bool"), numbers([6], "bool", 2)], (a, b) => a.equal(b).and(a));
  });
  it.each(ALL)("where of %s", (dtype) =>
    checkOp([numbers([3], "bool"), numbers([2, 3], dtype), numbers([2, 1], dtype, 5)], (c, a, b) => c.where(a, b)),
  );
});

describe("along axes", () => {
  it.each(NUMBERS)("sum, max, argMax, cumSum of %s", async (dtype) => {
    const x = numbers([2, 3, 4], dtype);
    for (const axes of [[0], [1, 2], [0, 1, 2]]) {
      for (const keepDims of [false, true]) {
        await checkOp([x], (t) => t.sum(axes, { keepDims }), ["cpu"]);
        await checkOp([x], (t) => t.max(axes, { keepDims }), ["cpu"]);
      }
    }
    for (const axis of [0, 1, 2]) {
      await checkOp([x], (t) => t.argMax(axis), ["cpu"]);
      await checkOp([x], (t) => t.cumSum(axis, { exclusive: axis === 1, reverse: axis === 2 }), ["cpu"]);
    }
  });
});

describe("movement", () => {
  it.each(ALL)("of %s", async (dtype) => {
    const x = numbers([2, 3, 4], dtype);
    await checkOp([x], (t) => t.reshape([4, 6]), ["cpu"]);
    await checkOp([x], (t) => t.transpose([2, 0, 1]), ["cpu"]);
    await checkOp([x], (t) => t.reshape([2, 3, 4, 1]).expand([5, 2, 3, 4, 3]), ["cpu"]);
    await checkOp([x], (t) => t.slice(1, 1).slice(2, 0, { end: 4, step: 3 }), ["cpu"]);
    await checkOp([x, numbers([2, 1, 4], dtype)], (t, u) => concat([t, u, t], 1), ["cpu"]);
    await checkOp([x, ndarray([2, 0, 1, 2], [2, 2], "i32")], (t, i) => t.gather(i, 1), ["cpu"]);
    if (dtype === "bool") return;
    await checkOp([x], (t) => t.pad([1, 0, 2], [0, 1, 0], 3), ["cpu"]);
    const indices = ndarray([2, 0, 2, 2], [2, 2], "i32");
    await checkOp([indices, numbers([2, 2, 4], dtype)], (i, u) => apply("scatterAdd", [i, u], { axis: 0, size: 3 }), [
      "cpu",
    ]);
    await checkOp(
      [indices, numbers([5, 2, 2, 4], dtype)],
      (i, u) => apply("scatterAdd", [i, u], { axis: 1, size: 3 }),
      ["cpu"],
    );
  });
  it("adds many duplicates", () =>
    checkOp(
      [
        ndarray(
          Array.from({ length: 4096 }, (_, i) => i % 3),
          [4096],
          "i32",
        ),
        numbers([4096, 8], "i32"),
      ],
      (i, u) => apply("scatterAdd", [i, u], { axis: 0, size: 3 }),
    ));
  it("of nothing", () => checkOp([numbers([0, 3])], (t) => t.reshape([3, 0]).sum([1])));
  it.each(NUMBERS)("iota of %s", async (dtype) => {
    await checkOp([numbers([1], dtype)], (t) => iota(5, dtype).add(t), ["cpu"]);
    if (dtype !== "u8") await checkOp([numbers([1], dtype)], (t) => iota(2000, dtype).add(t), ["cpu"]);
  });
  it("constants and outputs that are no node's own", async () => {
    await checkOp([numbers([3])], (t) => t);
    await checkOp([numbers([3])], (t) => t.stopGradient());
    await checkOp([numbers([3])], () => scalar(3));
    await checkOp([numbers([3])], () => iota(3000));
    await checkOp([numbers([3])], () => full([2, 2], 3).add(constant(numbers([2, 2]))));
  });
});

describe("products", () => {
  it.each(["f32", "f64"] as const)("of %s with transposed operands and biases", async (dtype) => {
    const [a, b, c] = [numbers([3, 4], dtype), numbers([4, 5], dtype, 2), numbers([5], dtype, 3)];
    await checkOp([a, b, c], (x, w, v) => x.matmul(w).add(v));
    await checkOp([a, b, c], (x, w, v) => v.reshape([1, 5]).add(x.matmul(w)));
    await checkOp([a, numbers([5, 4], dtype, 2), c], (x, w, v) => x.matmul(w.transpose()).add(v));
    await checkOp([numbers([4, 3], dtype), numbers([5, 4], dtype, 2)], (x, w) => x.transpose().matmul(w.transpose()));
    const [p, q] = [numbers([2, 3, 4], dtype), numbers([2, 3, 5], dtype, 2)];
    await checkOp([p, q], (x, y) => x.transpose().matmul(y));
    await checkOp([p, numbers([2, 5, 4], dtype)], (x, y) => x.matmul(y.transpose()));
    await checkOp([p, numbers([5, 4], dtype)], (x, y) => apply("matmul", [x, y.transpose()], {}));
    await checkOp([numbers([3, 4], dtype), numbers([7, 2, 3, 5], dtype)], (x, y) =>
      apply("matmul", [x.transpose(), y], {}),
    );
    await checkOp([numbers([7, 2, 3, 4], dtype), numbers([2, 3, 5], dtype)], (x, y) =>
      apply("matmul", [x.transpose(), y], {}),
    );
  });
  it("keeps a product that others read", async () => {
    await checkOp([numbers([3, 4]), numbers([4, 5]), numbers([5])], (x, w, v) => {
      const y = x.matmul(w);
      return y.add(v).mul(y);
    });
  });
  it("adds a bias to a product that is read twice in one sum", () =>
    checkOp([numbers([1, 4]), numbers([4, 4])], (x, w) => {
      const y = x.matmul(w);
      return y.add(y);
    }));
});
