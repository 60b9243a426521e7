/** @file What comes out of each op, and whether it may go in: shapes and dtypes, checked when the node is made. */
import { isReal, type DType } from "../dtype.js";
import { GenError } from "../error.js";
import { broadcastShapes, checkShape, sameShape, showShape, sizeOf, type Shape } from "../shape.js";
import type { TensorType } from "./node.js";
import type { Attrs, ConvAttrs, Op } from "./ops.js";

type Rule<O extends Op> = (inputs: readonly TensorType[], attrs: Attrs[O], op: O) => readonly TensorType[];

/** The types of the results of `op` on inputs of these types. */
export function infer<O extends Op>(op: O, inputs: readonly TensorType[], attrs: Attrs[O]): readonly TensorType[] {
  return rules[op](inputs, attrs, op);
}

const real = ({ dtype }: TensorType): boolean => isReal(dtype);
const numeric = ({ dtype }: TensorType): boolean => dtype !== "bool";
const bool = ({ dtype }: TensorType): boolean => dtype === "bool";

/** `count` inputs, all accepted by `accept`. */
function take(inputs: readonly TensorType[], count: number, op: string, accept?: (type: TensorType) => boolean): void {
  if (inputs.length !== count) throw new GenError("graph", `${op}: expected ${count} inputs, got ${inputs.length}`);
  for (const input of inputs) {
    if (accept !== undefined && !accept(input)) {
      const wanted = accept === real ? "real numbers" : accept === bool ? "bool" : "numbers";
      throw new GenError("dtype", `${op}: expected ${wanted}, got ${input.dtype}${showShape(input.shape)}`, {
        fix: accept === bool ? "compare first, e.g. x.greater(0)" : 'cast first, e.g. x.cast("f32")',
      });
    }
  }
}

function sameDType(inputs: readonly TensorType[], op: string): DType {
  const dtype = inputs[0]!.dtype;
  for (const input of inputs) {
    if (input.dtype !== dtype) {
      throw new GenError(
        "dtype",
        `${op}: expected operands of one dtype, got ${inputs.map((i) => i.dtype).join(" and ")}`,
        {
          fix: `cast one of them, e.g. x.cast("${dtype}")`,
        },
      );
    }
  }
  return dtype;
}

const unary =
  (accept: (type: TensorType) => boolean) =>
  (inputs: readonly TensorType[], _attrs: unknown, op: string): TensorType[] => {
    take(inputs, 1, op, accept);
    return [inputs[0]!];
  };

const binary =
  (accept: ((type: TensorType) => boolean) | undefined, result?: DType) =>
  (inputs: readonly TensorType[], _attrs: unknown, op: string): TensorType[] => {
    take(inputs, 2, op, accept);
    const dtype = sameDType(inputs, op);
    return [{ dtype: result ?? dtype, shape: broadcastShapes(inputs[0]!.shape, inputs[1]!.shape, op) }];
  };

function checkAxis(axis: number, rank: number, op: string): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
    throw new GenError("range", `${op}: expected an axis in [0, ${rank - 1}], got ${axis}`);
  }
}

function reduced(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  return keepDims ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i));
}

const reduction =
  (accept: (type: TensorType) => boolean) =>
  (inputs: readonly TensorType[], { axes, keepDims }: Attrs["sum"], op: string): TensorType[] => {
    take(inputs, 1, op, accept);
    const { dtype, shape } = inputs[0]!;
    axes.forEach((axis) => checkAxis(axis, shape.length, op));
    if (axes.some((axis, i) => i > 0 && axis <= axes[i - 1]!)) {
      throw new GenError("range", `${op}: expected sorted, distinct axes, got ${showShape(axes)}`);
    }
    return [{ dtype, shape: reduced(shape, axes, keepDims) }];
  };

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

/** Extent of a convolution's result along one spatial axis. */
function convExtent(size: number, kernel: number, i: number, { strides, pads, dilations }: ConvAttrs): number {
  const padded = size + pads[i]! + pads[i + strides.length]!;
  return Math.floor((padded - (kernel - 1) * dilations[i]! - 1) / strides[i]!) + 1;
}

function checkConv(x: Shape, w: Shape, attrs: ConvAttrs, op: string): number[] {
  const rank = attrs.strides.length;
  if (x.length !== rank + 2 || w.length !== rank + 2) {
    throw new GenError(
      "shape",
      `${op}: expected [N, C, …] and [O, C/groups, …] with ${rank} spatial axes, got ${showShape(x)} and ${showShape(w)}`,
    );
  }
  if (attrs.pads.length !== 2 * rank || attrs.dilations.length !== rank) {
    throw new GenError(
      "shape",
      `${op}: expected ${2 * rank} pads and ${rank} dilations, got ${attrs.pads.length} and ${attrs.dilations.length}`,
    );
  }
  const steps = [...attrs.strides, ...attrs.dilations, attrs.groups];
  if (!steps.every((n) => isCount(n) && n > 0) || !attrs.pads.every(isCount)) {
    throw new GenError(
      "range",
      `${op}: expected strides, dilations and groups ≥ 1 and pads ≥ 0, got ${showShape(steps)} and ${showShape(attrs.pads)}`,
    );
  }
  if (x[1] !== w[1]! * attrs.groups || w[0]! % attrs.groups !== 0) {
    throw new GenError(
      "shape",
      `${op}: expected channels ${w[1]! * attrs.groups} (kernel ${showShape(w)}, ${attrs.groups} groups), got ${x[1]}`,
    );
  }
  const size = x.slice(2).map((extent, i) => convExtent(extent, w[i + 2]!, i, attrs));
  if (size.some((extent) => extent < 1)) {
    throw new GenError(
      "shape",
      `${op}: expected an input at least as large as the kernel, got ${showShape(x)} and ${showShape(w)}`,
    );
  }
  return size;
}

function expectShape(got: Shape, wanted: Shape, op: string): void {
  if (!sameShape(got, wanted))
    throw new GenError("shape", `${op}: expected ${showShape(wanted)}, got ${showShape(got)}`);
}

function expectTypes(got: readonly TensorType[], wanted: readonly TensorType[], op: string): void {
  if (got.length !== wanted.length)
    throw new GenError("graph", `${op}: expected ${wanted.length} values, got ${got.length}`);
  got.forEach((type, i) => {
    const { dtype, shape } = wanted[i]!;
    if (type.dtype !== dtype) throw new GenError("dtype", `${op}: expected ${dtype} as value ${i}, got ${type.dtype}`);
    expectShape(type.shape, shape, `${op}, value ${i}`);
  });
}

const portTypes = (ports: readonly { node: { types: readonly TensorType[] } }[]): TensorType[] =>
  ports.map(({ node }) => node.types[0]!);

const rules: { readonly [O in Op]: Rule<O> } = {
  input: (_, { dtype, shape }) => {
    checkShape(shape, "input");
    return [{ dtype, shape }];
  },
  constant: (_, { value: { dtype, shape } }) => [{ dtype, shape }],
  iota: (_, { dtype, length }, op) => {
    checkShape([length], op);
    if (dtype === "bool") throw new GenError("dtype", `${op}: expected numbers, got bool`);
    return [{ dtype, shape: [length] }];
  },

  at: (results, { index }) => {
    const type = results[index]; // the inputs' types are the results of the one source
    if (type === undefined)
      throw new GenError("range", `at: expected a result in [0, ${results.length - 1}], got ${index}`);
    return [type];
  },
  call: (inputs, { body }) => {
    expectTypes(inputs, portTypes(body.inputs), "call");
    return portTypes(body.outputs);
  },
  scan: (inputs, { body, carries, scanned, length }) => {
    const xs = inputs.slice(carries, carries + scanned);
    xs.forEach(({ shape }, i) => {
      if (shape[0] !== length) {
        throw new GenError("shape", `scan: expected ${length} slices in scanned array ${i}, got ${showShape(shape)}`);
      }
    });
    const slices = xs.map(({ dtype, shape }) => ({ dtype, shape: shape.slice(1) }));
    const given = [...inputs.slice(0, carries), ...slices, ...inputs.slice(carries + scanned)];
    expectTypes(given, portTypes(body.inputs), "scan");
    const results = portTypes(body.outputs);
    expectTypes(results.slice(0, carries), inputs.slice(0, carries), "scan: carry");
    return results.map(({ dtype, shape }, i) => ({ dtype, shape: i < carries ? shape : [length, ...shape] }));
  },
  barrier: unary(() => true),
  stopGradient: unary(() => true),

  neg: unary(numeric),
  exp: unary(real),
  log: unary(real),
  sqrt: unary(real),
  reciprocal: unary(real),
  abs: unary(numeric),
  floor: unary(real),
  tanh: unary(real),
  sigmoid: unary(real),
  relu: unary(real),
  erf: unary(real),
  sin: unary(real),
  cos: unary(real),
  not: unary(bool),
  cast: (inputs, { dtype }, op) => {
    take(inputs, 1, op);
    return [{ dtype, shape: inputs[0]!.shape }];
  },

  add: binary(numeric),
  sub: binary(numeric),
  mul: binary(numeric),
  div: binary(numeric),
  pow: binary(real),
  max: binary(numeric),
  min: binary(numeric),
  equal: binary(undefined, "bool"),
  less: binary(numeric, "bool"),
  and: binary(bool),
  where: (inputs, _, op) => {
    take(inputs, 3, op);
    const [condition, a, b] = inputs as [TensorType, TensorType, TensorType];
    take([condition], 1, op, bool);
    const dtype = sameDType([a, b], op);
    return [{ dtype, shape: broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape, op), op) }];
  },

  sum: reduction(numeric),
  reduceMax: (inputs, attrs, op) => {
    const [type] = inputs;
    if (attrs.axes.some((axis) => type?.shape[axis] === 0)) {
      throw new GenError("shape", `reduceMax: expected axes with elements, got ${showShape(type!.shape)}`);
    }
    return reduction(numeric)(inputs, attrs, op);
  },
  argMax: (inputs, { axis, keepDims }, op) => {
    take(inputs, 1, op, numeric);
    checkAxis(axis, inputs[0]!.shape.length, op);
    if (inputs[0]!.shape[axis] === 0) {
      throw new GenError("shape", `argMax: expected an axis with elements, got ${showShape(inputs[0]!.shape)}`);
    }
    return [{ dtype: "i32", shape: reduced(inputs[0]!.shape, [axis], keepDims) }];
  },
  argTopK: (inputs, { k }, op) => {
    take(inputs, 1, op, numeric);
    const { shape } = inputs[0]!;
    if (shape.length === 0 || !isCount(k) || k < 1 || k > shape.at(-1)!) {
      throw new GenError("range", `argTopK: expected 1 ≤ k ≤ n of [… n], got ${k} of ${showShape(shape)}`);
    }
    return [{ dtype: "i32", shape: [...shape.slice(0, -1), k] }];
  },
  cumSum: (inputs, { axis }, op) => {
    take(inputs, 1, op, numeric);
    checkAxis(axis, inputs[0]!.shape.length, op);
    return [inputs[0]!];
  },

  matmul: (inputs, _, op) => {
    take(inputs, 2, op, real);
    const dtype = sameDType(inputs, op);
    const [a, b] = [inputs[0]!.shape, inputs[1]!.shape];
    if (a.length < 2 || b.length < 2 || a.at(-1) !== b.at(-2)) {
      throw new GenError("shape", `matmul: expected [… M K] and [… K N], got ${showShape(a)} and ${showShape(b)}`);
    }
    const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2), op);
    return [{ dtype, shape: [...batch, a.at(-2)!, b.at(-1)!] }];
  },
  conv: (inputs, attrs, op) => {
    take(inputs, 2, op, real);
    const [x, w] = [inputs[0]!.shape, inputs[1]!.shape];
    return [{ dtype: sameDType(inputs, op), shape: [x[0]!, w[0]!, ...checkConv(x, w, attrs, op)] }];
  },
  convInputGrad: (inputs, attrs, op) => {
    take(inputs, 2, op, real);
    const [g, w] = [inputs[0]!.shape, inputs[1]!.shape];
    const x = [g[0]!, w[1]! * attrs.groups, ...attrs.inputSize];
    expectShape(g, [g[0]!, w[0]!, ...checkConv(x, w, attrs, op)], op);
    return [{ dtype: sameDType(inputs, op), shape: x }];
  },
  convWeightGrad: (inputs, attrs, op) => {
    take(inputs, 2, op, real);
    const [x, g] = [inputs[0]!.shape, inputs[1]!.shape];
    const w = [g[1]!, x[1]! / attrs.groups, ...attrs.kernelSize];
    expectShape(g, [x[0]!, g[1]!, ...checkConv(x, w, attrs, op)], op);
    return [{ dtype: sameDType(inputs, op), shape: w }];
  },

  reshape: (inputs, { shape }, op) => {
    take(inputs, 1, op);
    checkShape(shape, op);
    if (sizeOf(shape) !== sizeOf(inputs[0]!.shape)) {
      throw new GenError(
        "shape",
        `reshape: expected ${sizeOf(inputs[0]!.shape)} elements (${showShape(inputs[0]!.shape)}), got ${showShape(shape)}`,
      );
    }
    return [{ dtype: inputs[0]!.dtype, shape }];
  },
  transpose: (inputs, { perm }, op) => {
    take(inputs, 1, op);
    const { dtype, shape } = inputs[0]!;
    if (
      perm.length !== shape.length ||
      new Set(perm).size !== perm.length ||
      perm.some((p) => shape[p] === undefined)
    ) {
      throw new GenError("range", `transpose: expected a permutation of ${shape.length} axes, got ${showShape(perm)}`);
    }
    return [{ dtype, shape: perm.map((p) => shape[p]!) }];
  },
  expand: (inputs, { shape }, op) => {
    take(inputs, 1, op);
    expectShape(broadcastShapes(inputs[0]!.shape, shape, op), shape, op);
    return [{ dtype: inputs[0]!.dtype, shape }];
  },
  slice: (inputs, { starts, ends, steps }, op) => {
    take(inputs, 1, op);
    const { dtype, shape } = inputs[0]!;
    const ok = shape.every(
      (n, i) =>
        isCount(starts[i]!) &&
        isCount(ends[i]!) &&
        starts[i]! <= ends[i]! &&
        ends[i]! <= n &&
        isCount(steps[i]!) &&
        steps[i]! >= 1,
    );
    if (!ok || starts.length !== shape.length || ends.length !== shape.length || steps.length !== shape.length) {
      throw new GenError(
        "range",
        `slice: expected 0 ≤ start ≤ end ≤ extent and step ≥ 1 on each axis of ${showShape(shape)}, got ${showShape(starts)} to ${showShape(ends)} by ${showShape(steps)}`,
      );
    }
    return [{ dtype, shape: shape.map((_, i) => Math.ceil((ends[i]! - starts[i]!) / steps[i]!)) }];
  },
  pad: (inputs, { before, after }, op) => {
    take(inputs, 1, op, numeric);
    const { dtype, shape } = inputs[0]!;
    if (before.length !== shape.length || after.length !== shape.length || ![...before, ...after].every(isCount)) {
      throw new GenError(
        "range",
        `pad: expected widths ≥ 0 for ${shape.length} axes, got ${showShape(before)} and ${showShape(after)}`,
      );
    }
    return [{ dtype, shape: shape.map((n, i) => before[i]! + n + after[i]!) }];
  },
  concat: (inputs, { axis }, op) => {
    if (inputs.length === 0) throw new GenError("graph", "concat: expected at least one input, got none");
    const dtype = sameDType(inputs, op);
    const first = inputs[0]!.shape;
    checkAxis(axis, first.length, op);
    for (const { shape } of inputs) {
      expectShape(
        shape,
        first.map((n, i) => (i === axis ? (shape[i] ?? -1) : n)),
        op,
      );
    }
    const total = inputs.reduce((n, { shape }) => n + shape[axis]!, 0);
    return [{ dtype, shape: first.map((n, i) => (i === axis ? total : n)) }];
  },
  gather: (inputs, { axis }, op) => {
    take(inputs, 2, op);
    const [x, indices] = inputs as [TensorType, TensorType];
    checkAxis(axis, x.shape.length, op);
    if (indices.dtype !== "i32")
      throw new GenError("dtype", `gather: expected i32 indices, got ${indices.dtype}`, { fix: 'indices.cast("i32")' });
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] }];
  },
  scatterAdd: (inputs, { axis, size }, op) => {
    take(inputs, 2, op);
    const [indices, updates] = inputs as [TensorType, TensorType];
    if (indices.dtype !== "i32")
      throw new GenError("dtype", `scatterAdd: expected i32 indices, got ${indices.dtype}`, {
        fix: 'indices.cast("i32")',
      });
    take([updates], 1, op, numeric);
    checkShape([size], op);
    const rank = indices.shape.length;
    if (!isCount(axis) || axis + rank > updates.shape.length) {
      throw new GenError(
        "range",
        `scatterAdd: expected updates with ${rank} axes from axis ${axis} on, got ${showShape(updates.shape)}`,
      );
    }
    expectShape(updates.shape.slice(axis, axis + rank), indices.shape, op);
    return [
      { dtype: updates.dtype, shape: [...updates.shape.slice(0, axis), size, ...updates.shape.slice(axis + rank)] },
    ];
  },

  randomBits: (inputs, { shape }, op) => {
    take(inputs, 1, op);
    expectTypes(inputs, [{ dtype: "u64", shape: [] }], op);
    checkShape(shape, op);
    if (sizeOf(shape) > 2 ** 32)
      throw new GenError("range", `randomBits: expected at most 2³² elements, got ${showShape(shape)}`);
    return [{ dtype: "u32", shape }];
  },
};
