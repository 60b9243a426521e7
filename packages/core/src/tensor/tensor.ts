/**
 * @file Tensor: a node of the graph with methods. It holds no numbers (that is NdArray's part); each method adds one
 * or a few primitives, and shape errors appear at the line that made them.
 */
import { isWide, type DType } from "../dtype.js";
import { GenError } from "../error.js";
import { make, typeOf, type Node } from "../ir/node.js";
import type { Attrs, Op } from "../ir/ops.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { broadcastShapes, normalizeAxes, normalizeAxis, sameShape, showShape, sizeOf, type Shape } from "../shape.js";

/** A tensor, or a number that takes its dtype from the other operand. */
export type Operand = Tensor | number;

export interface ReduceOptions {
  /** Keep the reduced axes with extent 1. @default false */
  readonly keepDims?: boolean;
}

export interface CumSumOptions {
  /** Leave the element itself out of its sum. @default false */
  readonly exclusive?: boolean;
  /** From the end. @default false */
  readonly reverse?: boolean;
}

type Axes = number | readonly number[] | undefined;

export class Tensor {
  constructor(readonly node: Node) {}

  get dtype(): DType {
    return typeOf(this.node).dtype;
  }
  get shape(): Shape {
    return typeOf(this.node).shape;
  }
  get rank(): number {
    return this.shape.length;
  }
  get size(): number {
    return sizeOf(this.shape);
  }

  // ── element by element ──
  neg(): Tensor {
    return apply("neg", [this], {});
  }
  exp(): Tensor {
    return apply("exp", [this], {});
  }
  /** Natural logarithm. */
  log(): Tensor {
    return apply("log", [this], {});
  }
  sqrt(): Tensor {
    return apply("sqrt", [this], {});
  }
  reciprocal(): Tensor {
    return apply("reciprocal", [this], {});
  }
  abs(): Tensor {
    return apply("abs", [this], {});
  }
  floor(): Tensor {
    return apply("floor", [this], {});
  }
  tanh(): Tensor {
    return apply("tanh", [this], {});
  }
  /** 1 / (1 + e⁻ˣ). */
  sigmoid(): Tensor {
    return apply("sigmoid", [this], {});
  }
  relu(): Tensor {
    return apply("relu", [this], {});
  }
  /** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
  erf(): Tensor {
    return apply("erf", [this], {});
  }
  sin(): Tensor {
    return apply("sin", [this], {});
  }
  cos(): Tensor {
    return apply("cos", [this], {});
  }
  square(): Tensor {
    return this.mul(this);
  }
  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? this : apply("cast", [this], { dtype });
  }
  /** The same numbers, through which no gradient passes. */
  stopGradient(): Tensor {
    return apply("stopGradient", [this], {});
  }

  // ── with another operand; shapes broadcast ──
  add(other: Operand): Tensor {
    return this.#with("add", other);
  }
  sub(other: Operand): Tensor {
    return this.#with("sub", other);
  }
  mul(other: Operand): Tensor {
    return this.#with("mul", other);
  }
  /** Whole numbers divide toward zero. */
  div(other: Operand): Tensor {
    return this.#with("div", other);
  }
  pow(other: Operand): Tensor {
    return this.#with("pow", other);
  }
  /** The larger of two, element by element. */
  maximum(other: Operand): Tensor {
    return this.#with("max", other);
  }
  /** The smaller of two, element by element. */
  minimum(other: Operand): Tensor {
    return this.#with("min", other);
  }
  clip(low: number, high: number): Tensor {
    return this.maximum(low).minimum(high);
  }

  // ── comparisons: bool ──
  equal(other: Operand): Tensor {
    return this.#with("equal", other);
  }
  notEqual(other: Operand): Tensor {
    return this.equal(other).not();
  }
  less(other: Operand): Tensor {
    return this.#with("less", other);
  }
  greater(other: Operand): Tensor {
    return this.#like(other).less(this);
  }
  lessEqual(other: Operand): Tensor {
    return this.greater(other).not();
  }
  greaterEqual(other: Operand): Tensor {
    return this.less(other).not();
  }
  not(): Tensor {
    return apply("not", [this], {});
  }
  and(other: Tensor): Tensor {
    return apply("and", [this, other], {});
  }
  or(other: Tensor): Tensor {
    return this.not().and(other.not()).not();
  }
  /** `then` where this is true, `otherwise` elsewhere. */
  where(then: Tensor, otherwise: Operand): Tensor {
    return apply("where", [this, then, then.#like(otherwise)], {});
  }

  // ── along axes; all of them when none is named ──
  sum(axes?: Axes, { keepDims = false }: ReduceOptions = {}): Tensor {
    return this.#reduce("sum", axes, keepDims);
  }
  mean(axes?: Axes, { keepDims = false }: ReduceOptions = {}): Tensor {
    const total = this.#reduce("sum", axes, keepDims);
    return total.mul(Math.max(total.size, 1) / Math.max(this.size, 1));
  }
  max(axes?: Axes, { keepDims = false }: ReduceOptions = {}): Tensor {
    return this.#reduce("reduceMax", axes, keepDims);
  }
  min(axes?: Axes, options: ReduceOptions = {}): Tensor {
    return this.neg().max(axes, options).neg();
  }
  /** Mean of squared distances from the mean (divided by the count, not by the count − 1). */
  variance(axes?: Axes, options: ReduceOptions = {}): Tensor {
    return this.sub(this.mean(axes, { keepDims: true }))
      .square()
      .mean(axes, options);
  }
  /** Index of the largest element along an axis (i32); the first of equals. */
  argMax(axis = -1, { keepDims = false }: ReduceOptions = {}): Tensor {
    return apply("argMax", [this], { axis: normalizeAxis(axis, this.rank, "argMax"), keepDims });
  }
  cumSum(axis = -1, { exclusive = false, reverse = false }: CumSumOptions = {}): Tensor {
    return apply("cumSum", [this], { axis: normalizeAxis(axis, this.rank, "cumSum"), exclusive, reverse });
  }

  // ── products ──
  /** Matrix product over the last two axes; the leading ones broadcast. [… M K] · [… K N] → [… M N] */
  matmul(other: Tensor): Tensor {
    if (other.rank === 2 && this.rank > 2) {
      const rows = this.reshape([-1, this.shape.at(-1)!]).matmul(other); // one long product instead of a batch of short ones
      return rows.reshape([...this.shape.slice(0, -1), other.shape[1]!]);
    }
    return apply("matmul", [this, other], {});
  }

  // ── movement ──
  /** The same elements in another shape; one extent may be −1, and is worked out. */
  reshape(shape: Shape): Tensor {
    const known = shape.reduce((n, extent) => (extent === -1 ? n : n * extent), 1);
    const full = shape.map((extent) => (extent === -1 ? this.size / known : extent));
    return sameShape(full, this.shape) ? this : apply("reshape", [this], { shape: full });
  }
  /** Axes in a new order; without one, the last two are swapped. */
  transpose(perm?: readonly number[]): Tensor {
    const axes = Array.from({ length: this.rank }, (_, i) => i);
    if (perm === undefined && this.rank < 2) {
      throw new GenError("shape", `transpose: expected at least two axes, got ${showShape(this.shape)}`);
    }
    const order = perm?.map((axis) => normalizeAxis(axis, this.rank, "transpose")) ?? [
      ...axes.slice(0, -2),
      this.rank - 1,
      this.rank - 2,
    ];
    return order.every((axis, i) => axis === i) ? this : apply("transpose", [this], { perm: order });
  }
  /** Repeats along axes of extent 1, and along new leading axes. */
  expand(shape: Shape): Tensor {
    return sameShape(shape, this.shape) ? this : apply("expand", [this], { shape: [...shape] });
  }
  unsqueeze(axis: number): Tensor {
    const index = normalizeAxis(axis, this.rank + 1, "unsqueeze");
    return this.reshape([...this.shape.slice(0, index), 1, ...this.shape.slice(index)]);
  }
  /** Drops an axis of extent 1. */
  squeeze(axis: number): Tensor {
    const index = normalizeAxis(axis, this.rank, "squeeze");
    return this.reshape(this.shape.filter((_, i) => i !== index));
  }
  /** Joins all axes from `from` on into one. */
  flatten(from = 1): Tensor {
    return this.reshape([...this.shape.slice(0, from), sizeOf(this.shape.slice(from))]);
  }
  /** Elements `start` (inclusive) to `end` (exclusive) of an axis, or each `step`-th; negative ones count from its end. */
  slice(axis: number, start: number, to?: number | { readonly end?: number; readonly step: number }): Tensor {
    const index = normalizeAxis(axis, this.rank, "slice");
    const extent = this.shape[index]!;
    const { end = extent, step } = typeof to === "object" ? to : { end: to, step: 1 };
    const from = (position: number): number => (position < 0 ? position + extent : position);
    const edit = (values: readonly number[], value: number): number[] =>
      values.map((v, i) => (i === index ? value : v));
    return apply("slice", [this], {
      starts: edit(
        this.shape.map(() => 0),
        from(start),
      ),
      ends: edit(this.shape, from(end)),
      steps: edit(
        this.shape.map(() => 1),
        step,
      ),
    });
  }
  /** Consecutive parts of an axis. */
  split(sizes: readonly number[], axis = -1): Tensor[] {
    const total = sizes.reduce((a, b) => a + b, 0);
    const extent = this.shape[normalizeAxis(axis, this.rank, "split")]!;
    if (total !== extent) {
      throw new GenError("shape", `split: expected sizes that add up to ${extent}, got ${showShape(sizes)}`);
    }
    let start = 0;
    return sizes.map((size) => this.slice(axis, start, (start += size)));
  }
  /** Widens each axis by `before` and `after` elements equal to `value`. */
  pad(before: readonly number[], after: readonly number[], value = 0): Tensor {
    return apply("pad", [this], { before, after, value });
  }
  /** The slices of an axis at `indices` (i32), whose axes take its place. */
  gather(indices: Tensor, axis = 0): Tensor {
    return apply("gather", [this, indices], { axis: normalizeAxis(axis, this.rank, "gather") });
  }

  toString(): string {
    return `${this.dtype}${showShape(this.shape)}`;
  }

  #like(other: Operand): Tensor {
    return typeof other === "number" ? scalar(other, this.dtype) : other;
  }
  #with(op: "add" | "sub" | "mul" | "div" | "pow" | "max" | "min" | "equal" | "less", other: Operand): Tensor {
    return apply(op, [this, this.#like(other)], {});
  }
  #reduce(op: "sum" | "reduceMax", axes: Axes, keepDims: boolean): Tensor {
    const list = axes === undefined ? this.shape.map((_, i) => i) : typeof axes === "number" ? [axes] : axes;
    const sorted = normalizeAxes(list, this.rank, op);
    return sorted.length === 0 ? this : apply(op, [this], { axes: sorted, keepDims });
  }
}

/** The only result of an op, as a tensor. */
export function apply<O extends Op>(op: O, inputs: readonly Tensor[], attrs: Attrs[O]): Tensor {
  return new Tensor(
    make(
      op,
      inputs.map(({ node }) => node),
      attrs,
    ) as Node,
  );
}

/** A constant without axes. */
export function scalar(value: number | bigint, dtype: DType = "f32"): Tensor {
  return constant(ndarray(isWide(dtype) ? [BigInt(value)] : [Number(value)], [], dtype));
}

/** Numbers that are part of the program. */
export function constant(value: NdArray): Tensor {
  return apply("constant", [], { value });
}

/** A constant filled with one value. */
export function full(shape: Shape, value: number, dtype: DType = "f32"): Tensor {
  return scalar(value, dtype).expand(shape);
}

/** 0, 1, …, length − 1. */
export function iota(length: number, dtype: DType = "f32"): Tensor {
  return apply("iota", [], { length, dtype });
}

/** Joins tensors along an axis. */
export function concat(parts: readonly Tensor[], axis = -1): Tensor {
  const [first] = parts;
  if (first === undefined) throw new GenError("graph", "concat: expected at least one tensor, got none");
  return parts.length === 1 ? first : apply("concat", parts, { axis: normalizeAxis(axis, first.rank, "concat") });
}

/** Joins tensors of one shape along a new axis. */
export function stack(parts: readonly Tensor[], axis = 0): Tensor {
  return concat(
    parts.map((part) => part.unsqueeze(axis)),
    axis,
  );
}

/** Sums away what broadcasting from `shape` added. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  broadcastShapes(x.shape, shape, "sumTo");
  const extra = x.rank - shape.length;
  const axes = x.shape.flatMap((n, i) => (i < extra || (shape[i - extra] === 1 && n !== 1) ? [i] : []));
  return x.sum(axes, { keepDims: axes.some((axis) => axis >= extra) }).reshape(shape);
}
