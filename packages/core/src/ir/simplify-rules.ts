/** @file Identities by which an expression becomes a smaller one. Each says what it keeps where that is not plain. */
import { isReal, type DType } from "../dtype.js";
import { broadcastShapes, sameShape, type Shape } from "../shape.js";
import { make, typeOf, type Node, type NodeOf } from "./node.js";
import type { Attrs, Op } from "./ops.js";
import type { Rule, Rules } from "./rewrite.js";
import { fold, scalar, uniformValue } from "./simplify-fold.js";
import { withInputs } from "./walk.js";

const shapeOf = (node: Node): Shape => typeOf(node).shape;
const build = <O extends Op>(op: O, inputs: readonly Node[], attrs: Attrs[O]): Node => make(op, inputs, attrs) as Node;
const neg = (x: Node): Node => build("neg", [x], {});
const isValue = (node: Node, value: number): boolean => {
  const found = uniformValue(node);
  return found !== undefined && Number(found) === value;
};

/** `x` as wide as `node`, which it stands in for. */
function stretched(x: Node, node: NodeOf<Op>): Node {
  const { shape } = node.types[0]!;
  return sameShape(shapeOf(x), shape) ? x : build("expand", [x], { shape });
}

/** a ∘ b where one of them is always `value`: what the other becomes. */
const neutral =
  (value: number, side: "right" | "either"): Rule<Op> =>
  (node) => {
    const [a, b] = node.inputs as [Node, Node];
    if (isValue(b, value)) return stretched(a, node);
    return side === "either" && isValue(a, value) ? stretched(b, node) : undefined;
  };

/** Stretching moves outward, or disappears where the other operand is as wide: f(expand x) = expand f(x). */
const unstretch: Rule<Op> = (node) => {
  const sources = node.inputs.map(unstretched);
  if (sources.every((source, i) => source === node.inputs[i])) return undefined;
  const narrow = sources.map(shapeOf).reduce((a, b) => broadcastShapes(a, b, node.op));
  if (node.inputs.length === 1 && sameShape(narrow, node.types[0]!.shape)) return undefined;
  return stretched(withInputs(node, sources), node);
};

/** What an operand stretches; a constant that is one number throughout stretches that number. */
function unstretched(x: Node): Node {
  if (x.op === "expand") return x.inputs[0]!;
  const value = x.op === "constant" && shapeOf(x).length > 0 ? uniformValue(x) : undefined;
  return value === undefined ? x : scalar(value, typeOf(x).dtype);
}

/** Constants stand on the right, where rules look for them. */
const constantsRight: Rule<Op> = (node) => {
  const [a, b] = node.inputs as [Node, Node];
  if (uniformValue(a) === undefined || uniformValue(b) !== undefined) return undefined;
  return withInputs(node, [b, a]);
};

/** The operand behind a minus sign. */
function negated(node: Node): Node | undefined {
  return node.op === "neg" ? node.inputs[0]! : undefined;
}

/** (a·c)·d = a·(c·d) for scalars c and d: rounded once instead of twice; not where c·d leaves the normal numbers. */
const joinScales: Rule<"mul"> = ({ inputs }) => {
  const [product, d] = inputs as [Node, Node];
  if (product.op !== "mul") return undefined;
  const [a, c] = product.inputs as [Node, Node];
  const { dtype } = typeOf(c);
  if (c.op !== "constant" || d.op !== "constant" || shapeOf(c).length > 0 || shapeOf(d).length > 0) return undefined;
  if (isReal(dtype) && !isNormal(Number(uniformValue(c)) * Number(uniformValue(d)), dtype)) return undefined;
  return build("mul", [a, build("mul", [c, d], {})], {});
};

function isNormal(x: number, dtype: DType): boolean {
  const size = Math.abs(x);
  return dtype === "f32"
    ? size >= 2 ** -126 && size < 2 ** 127
    : dtype === "f64" && size >= 2 ** -1022 && size < 2 ** 1023;
}

/** Does `to` hold every number of `from`? */
const holders: { readonly [D in DType]: readonly DType[] } = {
  bool: ["u8", "i32", "u32", "i64", "u64", "f16", "f32", "f64"],
  u8: ["i32", "u32", "i64", "u64", "f16", "f32", "f64"],
  i32: ["i64", "f64"],
  u32: ["i64", "u64", "f64"],
  i64: [],
  u64: [],
  f16: ["f32", "f64"],
  f32: ["f64"],
  f64: [],
};

const elementwise = [fold, unstretch] as readonly Rule<Op>[];

/** Axes of extent 1 are reduced by leaving them out. */
const reduceNothing: Rule<"sum" | "reduceMax"> = ({ inputs: [x], attrs, types }) =>
  attrs.axes.every((axis) => shapeOf(x!)[axis] === 1) ? build("reshape", [x!], { shape: types[0]!.shape }) : undefined;

/** Σ −x = −Σ x: there are fewer to turn. */
const negateAfter: Rule<"sum"> = (node) => {
  const x = negated(node.inputs[0]!);
  return x === undefined ? undefined : neg(withInputs(node, [x]));
};

/** Moving elements that are all one number makes no difference. */
const moveUniform: Rule<Op> = (node) => {
  const [x] = node.inputs as [Node];
  const value = uniformValue(x);
  return value === undefined ? undefined : stretched(scalar(value, typeOf(x).dtype), node);
};

const movement: Rules = {
  reshape: [
    fold,
    moveUniform,
    ({ inputs: [x], attrs }) => (sameShape(shapeOf(x!), attrs.shape) ? x : undefined),
    ({ inputs: [x], attrs }) => (x!.op === "reshape" ? build("reshape", x.inputs, attrs) : undefined),
  ],
  transpose: [
    fold,
    moveUniform,
    ({ inputs: [x], attrs: { perm } }) =>
      x!.op === "transpose"
        ? build("transpose", x.inputs, { perm: perm.map((axis) => x.attrs.perm[axis]!) })
        : undefined,
    ({ inputs: [x], attrs: { perm }, types }) => {
      const moved = perm.filter((axis) => shapeOf(x!)[axis] !== 1); // only axes of extent 1 change places: no element moves
      return moved.every((axis, i) => i === 0 || moved[i - 1]! < axis)
        ? build("reshape", [x!], { shape: types[0]!.shape })
        : undefined;
    },
  ],
  expand: [
    ({ inputs: [x], attrs }) => (sameShape(shapeOf(x!), attrs.shape) ? x : undefined),
    ({ inputs: [x], attrs }) => (x!.op === "expand" ? build("expand", x.inputs, attrs) : undefined),
  ],
  slice: [
    fold,
    moveUniform,
    ({ inputs: [x], types }) => (sameShape(shapeOf(x!), types[0]!.shape) ? x : undefined),
    ({ inputs: [x], attrs }) => (x!.op === "slice" ? build("slice", x.inputs, sliceOfSlice(x, attrs)) : undefined),
    ({ inputs: [x], attrs }) => (x!.op === "concat" ? partOf(x, attrs) : undefined),
  ],
  pad: [fold, ({ inputs: [x], types }) => (sameShape(shapeOf(x!), types[0]!.shape) ? x : undefined)],
  concat: [fold, ({ inputs }) => (inputs.length === 1 ? inputs[0] : undefined)],
  gather: [fold],
};

/** One slice of the source instead of a slice of its slice. */
function sliceOfSlice({ attrs: inner }: NodeOf<"slice">, outer: Attrs["slice"]): Attrs["slice"] {
  const starts = outer.starts.map((start, i) => Math.min(inner.starts[i]! + start * inner.steps[i]!, inner.ends[i]!));
  const ends = outer.ends.map((end, i) =>
    Math.max(starts[i]!, Math.min(inner.starts[i]! + end * inner.steps[i]!, inner.ends[i]!)),
  );
  return { starts, ends, steps: outer.steps.map((step, i) => step * inner.steps[i]!) };
}

/** The part of a concat that a slice takes whole. */
function partOf(
  { inputs, attrs: { axis }, types }: NodeOf<"concat">,
  { starts, ends, steps }: Attrs["slice"],
): Node | undefined {
  const { shape } = types[0]!;
  if (!shape.every((n, i) => steps[i] === 1 && (i === axis || (starts[i] === 0 && ends[i] === n)))) return undefined;
  let start = 0;
  for (const part of inputs) {
    const end = start + shapeOf(part)[axis]!;
    if (start === starts[axis] && end === ends[axis]) return part;
    start = end;
  }
  return undefined;
}

/** The one axis along which zeros surround an operand. */
function zerosAround(node: Node): { axis: number; before: number; after: number; x: Node } | undefined {
  if (node.op !== "pad" || node.attrs.value !== 0) return undefined;
  const { before, after } = node.attrs;
  const axes = before.flatMap((n, i) => (n > 0 || after[i]! > 0 ? [i] : []));
  const [axis] = axes;
  if (axis === undefined || axes.length > 1) return undefined;
  return { axis, before: before[axis]!, after: after[axis]!, x: node.inputs[0]! };
}

/**
 * (a, zeros) + (zeros, b) = (a, b): what a split hands back, put together without adding. Where more parts follow,
 * zeros are left around both.
 */
const joinParts: Rule<"add"> = ({ inputs, types }) => {
  const [p, q] = [zerosAround(inputs[0]!), zerosAround(inputs[1]!)];
  if (p === undefined || q?.axis !== p.axis || !sameShape(shapeOf(inputs[0]!), shapeOf(inputs[1]!))) return undefined;
  const { axis } = p;
  const [first, last] = p.before < q.before ? [p, q] : [q, p];
  const extent = types[0]!.shape[axis]!;
  if (extent - first.after !== last.before) return undefined; // apart, or one over the other
  const parts = [first.x, last.x].flatMap((x) => (x.op === "concat" && x.attrs.axis === axis ? x.inputs : [x]));
  const width = (n: number): number[] => types[0]!.shape.map((_, i) => (i === axis ? n : 0));
  const attrs = { before: width(first.before), after: width(last.after), value: 0 };
  return build("pad", [build("concat", parts, { axis })], attrs);
};

export const simplifications: Rules = {
  ...movement,
  at: [({ inputs: [x] }) => (x!.types.length === 1 ? x : undefined)],
  stopGradient: [({ inputs: [x] }) => x],

  neg: [
    ...elementwise,
    ({ inputs: [x] }) => negated(x!),
    ({ inputs: [x] }) => (x!.op === "sub" ? build("sub", [x.inputs[1]!, x.inputs[0]!], {}) : undefined),
    ({ inputs: [x] }) =>
      x!.op === "mul" && uniformValue(x.inputs[1]!) !== undefined
        ? build("mul", [x.inputs[0]!, neg(x.inputs[1]!)], {})
        : undefined,
  ],
  not: [...elementwise, ({ inputs: [x] }) => (x!.op === "not" ? x.inputs[0] : undefined)],
  exp: elementwise,
  log: elementwise,
  sqrt: elementwise,
  reciprocal: elementwise,
  abs: elementwise,
  floor: elementwise,
  tanh: elementwise,
  sigmoid: elementwise,
  relu: elementwise,
  erf: elementwise,
  sin: elementwise,
  cos: elementwise,
  cast: [
    ...elementwise,
    ({ inputs: [x], attrs }) => (typeOf(x!).dtype === attrs.dtype ? x : undefined),
    ({ inputs: [x], attrs }) => {
      if (x!.op !== "cast") return undefined;
      const [source] = x.inputs;
      return holders[typeOf(source!).dtype].includes(x.attrs.dtype) ? build("cast", [source!], attrs) : undefined;
    },
  ],

  add: [
    ...elementwise,
    constantsRight,
    neutral(0, "right"),
    ({ inputs: [a, b] }) => (negated(b!) ? build("sub", [a!, negated(b!)!], {}) : undefined),
    ({ inputs: [a, b] }) => (negated(a!) ? build("sub", [b!, negated(a!)!], {}) : undefined),
    joinParts,
    ({ inputs: [a, b], types }) =>
      a === b && isReal(types[0]!.dtype) ? build("mul", [a!, scalar(2, types[0]!.dtype)], {}) : undefined,
  ],
  sub: [
    ...elementwise,
    neutral(0, "right"),
    ({ inputs: [a, b] }) => (negated(b!) ? build("add", [a!, negated(b!)!], {}) : undefined),
  ],
  mul: [
    ...elementwise,
    constantsRight,
    neutral(1, "right"),
    (node) =>
      isReal(node.types[0]!.dtype) && isValue(node.inputs[1]!, -1) ? stretched(neg(node.inputs[0]!), node) : undefined,
    ({ inputs: [a, b] }) =>
      negated(a!) && uniformValue(b!) !== undefined ? build("mul", [negated(a!)!, neg(b!)], {}) : undefined,
    ({ inputs: [a, b] }) => (negated(a!) && negated(b!) ? build("mul", [negated(a!)!, negated(b!)!], {}) : undefined),
    joinScales,
  ],
  div: [...elementwise, neutral(1, "right")],
  pow: [
    ...elementwise,
    neutral(1, "right"),
    (node) =>
      isValue(node.inputs[1]!, 2) ? stretched(build("mul", [node.inputs[0]!, node.inputs[0]!], {}), node) : undefined,
  ],
  max: [
    ...elementwise,
    ({ inputs: [x, y], types }) =>
      isReal(types[0]!.dtype) && isValue(y!, 0) && sameShape(shapeOf(x!), types[0]!.shape)
        ? build("relu", [x!], {})
        : undefined,
  ],
  min: elementwise,
  equal: elementwise,
  less: elementwise,
  and: elementwise,
  where: [...elementwise, (node) => (node.inputs[1] === node.inputs[2] ? stretched(node.inputs[1]!, node) : undefined)],

  sum: [reduceNothing, negateAfter],
  reduceMax: [fold, reduceNothing],
  argMax: [fold],
  argTopK: [fold],
  randomBits: [fold],
};
