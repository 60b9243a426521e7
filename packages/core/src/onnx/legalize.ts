/**
 * @file Graph → the same graph in what WebGPU has kernels for: f32, i32, u32 and a little bool, without loops. Whatever
 * else an operator worked on would be copied to the CPU and back. Which op runs there on which type is a column of
 * ir/facts.ts; here stands what takes the others' place. The result is a graph like any other: `evaluate` runs it.
 */
import { isWide, type DType } from "../dtype.js";
import { GenError } from "../error.js";
import { facts } from "../ir/facts.js";
import { Graph, type Port } from "../ir/graph.js";
import { typeOf, type Node, type NodeOf, type TensorType } from "../ir/node.js";
import type { Attrs, Op } from "../ir/ops.js";
import { fold } from "../ir/simplify-fold.js";
import { mapNodes, topological } from "../ir/walk.js";
import { ndarray, zeros } from "../ndarray.js";
import { sizeOf } from "../shape.js";
import { feed } from "../tensor/inputs.js";
import { apply, constant, iota, scalar, type Tensor } from "../tensor/tensor.js";
import * as circle from "./circle.js";
import * as wide from "./limbs.js";
import { heldBy, partsOf, splitArray } from "./parts.js";
import { unroll } from "./unroll.js";

/** What a node became: itself in 32 bits (bool stays bool), or the two halves of 64-bit numbers. */
type Value = readonly [Tensor] | wide.Limbs;
type LegalRule<O extends Op> = (inputs: readonly Value[], node: NodeOf<O>) => Value;

/**
 * A graph for WebGPU. Its inputs and outputs are those of `graph` as {@link partsOf} says.
 *
 * @throws GenError `dtype` for real numbers other than f32; `device` for what cannot be spelled there: loops of more than
 * 64 steps, quotients of 64-bit numbers
 */
export function legalize(graph: Graph): Graph {
  const values = new Map<Node, Value>();
  const inputs = graph.inputs.flatMap(({ name, node }): Port[] => {
    const parts = partsOf(name, typeOf(node));
    const fed = parts.map(({ dtype, shape }) => feed(shape, dtype));
    const held = typeOf(node).dtype === "bool" ? fed.map((x) => x.cast("bool")) : fed;
    values.set(node, parts.length === 0 ? filled(typeOf(node)) : (held as unknown as Value));
    return parts.map((part, i) => ({ name: part.name, node: fed[i]!.node }));
  });
  const roots = unroll(graph.outputs.map(({ node }) => node));
  for (const node of topological(roots)) {
    if (values.has(node)) continue;
    node.types.forEach(({ dtype }) => heldBy(dtype, node.op)); // refuses types that WebGPU has not
    const given = node.inputs.map((input) => values.get(input)!);
    values.set(node, fromNothing(node, given) ?? (rules[node.op] as LegalRule<Op>)(given, node));
  }
  const outputs = graph.outputs.flatMap(({ name, node }, i): Port[] => {
    const parts = values.get(roots[i]!)!;
    return partsOf(name, typeOf(node)).map((part, k) => ({ name: part.name, node: parts[k]!.cast(part.dtype).node }));
  });
  const folded = mapNodes(
    outputs.map(({ node }) => node),
    (_, rebuild) => {
      const made = rebuild();
      return fold(made) ?? made;
    },
  );
  return new Graph({ inputs, outputs: outputs.map(({ name }, i) => ({ name, node: folded[i]! })) });
}

/** A constant of this type, all of one value. */
function filled({ dtype, shape }: TensorType, value = 0): Value {
  const types = dtype === "bool" ? [dtype] : heldBy(dtype, "constant");
  if (sizeOf(shape) === 0) return types.map((type) => constant(zeros(shape, type))) as unknown as Value;
  const parts = dtype === "bool" ? [ndarray([value], [], dtype)] : splitArray(ndarray([value], [], dtype));
  return parts.map((part) => constant(part).expand(shape)) as unknown as Value;
}

/** Kernels refuse arrays without elements: what has none, or is made of none, is a constant. */
function fromNothing(node: Node, given: readonly Value[]): Value | undefined {
  const isEmpty = ({ types }: Node): boolean => types.every(({ shape }) => sizeOf(shape) === 0);
  if (isEmpty(node)) return filled(typeOf(node));
  if (!node.inputs.some(isEmpty)) return undefined;
  if (node.op !== "concat") return filled(typeOf(node), node.op === "pad" ? node.attrs.value : 0); // sums of no terms
  return rules.concat(
    given.filter((_, i) => !isEmpty(node.inputs[i]!)),
    node,
  );
}

const runs = (op: Op, dtype: DType): boolean => facts[op].webgpu.native.includes(dtype);

/** The op itself on 32 bits. */
function itself<O extends Op>(inputs: readonly Value[], { op, attrs }: NodeOf<O>): Tensor {
  return apply(
    op,
    inputs.map(([x]) => x),
    attrs,
  );
}

const only = <O extends Op>(inputs: readonly Value[], node: NodeOf<O>): Value => [itself(inputs, node)];

/** u8 is held by u32: what arithmetic leaves above eight bits is cut off. */
const byte = (x: Tensor): Tensor => x.sub(x.div(256).mul(256));

/** The type of what an op works on. */
const workedOn = ({ op, inputs }: Node): DType => typeOf(inputs[op === "scatterAdd" ? 1 : 0]!).dtype;

/** Arithmetic on numbers, with another spelling for 64 bits. */
function arithmetic<O extends Op>(
  onLimbs: (inputs: readonly wide.Limbs[], node: NodeOf<O>, signed: boolean) => Value,
): LegalRule<O> {
  return (inputs, node) => {
    const dtype = workedOn(node as Node);
    if (isWide(dtype)) return onLimbs(inputs as readonly wide.Limbs[], node, dtype === "i64");
    const result = itself(inputs, node);
    return [dtype === "u8" && typeOf(node as Node).dtype === "u8" ? byte(result) : result];
  };
}

/** Moves elements and leaves them as they are: each half by itself, bool by way of u32 where it must. */
function movement<O extends Op>(
  move: (inputs: readonly Tensor[], node: NodeOf<O>) => Tensor = (inputs, { op, attrs }) => apply(op, inputs, attrs),
): LegalRule<O> {
  return (inputs, node) => {
    const [first] = inputs as [Value];
    const part = (index: number): Tensor[] => inputs.map((value) => value[index] ?? value[0]); // indices have one part
    if (first.length === 2) return [move(part(0), node), move(part(1), node)];
    if (first[0].dtype !== "bool" || runs(node.op, "bool")) return [move(part(0), node)];
    const words = part(0).map((x) => (x.dtype === "bool" ? x.cast("u32") : x));
    return [move(words, node).cast("bool")];
  };
}

/** Whole numbers have no Slice: they are picked, one axis after the other. */
function cut([x]: readonly Tensor[], { op, attrs }: NodeOf<"slice">): Tensor {
  if (runs(op, x!.dtype)) return apply(op, [x!], attrs);
  return x!.shape.reduce((rest, extent, axis) => {
    const [start, end, step] = [attrs.starts[axis]!, attrs.ends[axis]!, attrs.steps[axis]!];
    if (start === 0 && end === extent && step === 1) return rest;
    const places = Array.from({ length: Math.ceil((end - start) / step) }, (_, i) => start + i * step);
    return rest.gather(constant(ndarray(places, [places.length], "i32")), axis);
  }, x!);
}

/** Each number is compared with each: up to so many. */
const MOST_RANKED = 1024;

function checkTerms(count: number, op: Op): void {
  if (count > wide.MOST_TERMS) {
    throw new GenError(
      "device",
      `webgpu: expected at most ${wide.MOST_TERMS} 64-bit numbers in a ${op}, got ${count}`,
      {
        fix: "add up i32 or u32, or run this program on the CPU",
      },
    );
  }
}

/** The place of the largest: of those equal to it, the first. */
function firstAlong({ axis, keepDims }: Attrs["argMax"], isLargest: Tensor): Tensor {
  const { shape } = isLargest;
  const length = shape[axis]!;
  const fromEnd = iota(length, "i32")
    .reshape([length, ...shape.slice(axis + 1).map(() => 1)])
    .mul(-1)
    .add(length - 1);
  return scalar(length - 1, "i32").sub(isLargest.where(fromEnd, 0).max(axis, { keepDims }));
}

function convert(value: Value, from: DType, to: DType): Value {
  const [x] = value;
  if (value.length === 2) {
    if (isWide(to)) return value;
    if (to === "f32") return [wide.toReal(value, from === "i64")];
    if (to === "bool") return [wide.equal(value, zero).not()];
    return [to === "u8" ? byte(value[1]) : value[1].cast(to)];
  }
  if (isWide(to)) {
    if (from === "f32") return wide.fromReal(x);
    return wide.stretched(from === "i32" ? x : x.cast("u32"));
  }
  if (to !== "u8") return [x.cast(to)];
  return [from === "bool" ? x.cast("u32") : byte(x.cast("u32"))];
}

const zero: wide.Limbs = [scalar(0, "u32"), scalar(0, "u32")];

const gone = (_: unknown, { op }: { op: Op }): never => {
  throw new GenError("internal", `legalize: expected ${op} to be bound, unfolded or unrolled before`);
};

const rules: { readonly [O in Op]: LegalRule<O> } = {
  input: gone,
  constant: (_, { attrs: { value } }) =>
    value.dtype === "bool" ? [constant(value)] : (splitArray(value).map((part) => constant(part)) as unknown as Value),
  iota: (_, { attrs: { length, dtype } }) => {
    if (isWide(dtype)) return wide.stretched(iota(length, "u32"));
    return [dtype === "u8" ? byte(iota(length, "u32")) : iota(length, dtype)];
  },

  at: gone,
  call: gone,
  scan: gone,
  barrier: movement(),
  stopGradient: ([x]) => x!,

  neg: ([x], node) => {
    const { dtype } = typeOf(node);
    if (x!.length === 2) return wide.neg(x!);
    if (runs("neg", dtype)) return only([x!], node);
    const result = scalar(0, x![0].dtype).sub(x![0]);
    return [dtype === "u8" ? byte(result) : result];
  },
  exp: only,
  log: only,
  sqrt: only,
  reciprocal: only,
  abs: ([x], node) => {
    const { dtype } = typeOf(node);
    if (dtype.startsWith("u")) return x!;
    if (x!.length === 2) return wide.abs(x!);
    return [runs("abs", dtype) ? itself([x!], node) : x![0].maximum(scalar(0, "i32").sub(x![0]))];
  },
  floor: only,
  tanh: only,
  sigmoid: only,
  relu: only,
  erf: only,
  sin: ([x]) => [circle.sin(x![0])],
  cos: ([x]) => [circle.cos(x![0])],
  not: only,
  cast: ([x], node) => convert(x!, typeOf(node.inputs[0]!).dtype, node.attrs.dtype),

  add: arithmetic(([a, b]) => wide.add(a!, b!)),
  sub: arithmetic(([a, b]) => wide.sub(a!, b!)),
  mul: arithmetic(([a, b]) => wide.mul(a!, b!)),
  div: arithmetic(([a], node, signed) => wide.div(a!, node.inputs[1]!, signed)),
  pow: only,
  max: arithmetic(([a, b], _, signed) => wide.choose(wide.less(a!, b!, signed), b!, a!)),
  min: arithmetic(([a, b], _, signed) => wide.choose(wide.less(a!, b!, signed), a!, b!)),
  equal: ([a, b]) => {
    if (a!.length === 2) return [wide.equal(a!, b as wide.Limbs)];
    const [x, y] = [a![0], b![0]].map((t) => (runs("equal", t.dtype) ? t : t.cast("u32"))) as [Tensor, Tensor];
    return [x.equal(y)];
  },
  less: arithmetic(([a, b], _, signed) => [wide.less(a!, b!, signed)]),
  and: only,
  where: ([condition, a, b]) => {
    const [c] = condition!;
    if (a!.length === 2) return wide.choose(c, a!, b as wide.Limbs);
    if (runs("where", a![0].dtype)) return [c.where(a![0], b![0])];
    return [c.where(a![0].cast("u32"), b![0].cast("u32")).cast("bool")];
  },

  sum: arithmetic(([x], { inputs, op, attrs }) => {
    checkTerms(sizeOf(attrs.axes.map((axis) => typeOf(inputs[0]!).shape[axis]!)), op);
    return wide.summed(x!, (part) => part.sum(attrs.axes, attrs));
  }),
  reduceMax: arithmetic(([x], node, signed) => {
    const kept = wide.largest(signed ? wide.biased(x!) : x!, node.attrs.axes);
    const [high, low] = signed ? wide.biased(kept) : kept;
    return [high.reshape(typeOf(node).shape), low.reshape(typeOf(node).shape)];
  }),
  argMax: ([x], { inputs, attrs }) => {
    const { dtype } = typeOf(inputs[0]!);
    if (x!.length === 1) return [firstAlong(attrs, x![0].equal(x![0].max(attrs.axis, { keepDims: true })))];
    const limbs = dtype === "i64" ? wide.biased(x!) : x!;
    return [firstAlong(attrs, wide.equal(limbs, wide.largest(limbs, [attrs.axis])))];
  },
  argTopK: ([x], { inputs, attrs: { k } }) => {
    const { shape, dtype } = typeOf(inputs[0]!);
    const n = shape.at(-1)!;
    if (n > MOST_RANKED) {
      throw new GenError("device", `webgpu: expected at most ${MOST_RANKED} numbers to rank, got ${n}`, {
        fix: "run this program on the CPU",
      });
    }
    const [row, column] = [-2, -1].map((at) => x!.map((part) => part.unsqueeze(part.rank + 1 + at))) as unknown as [
      Value,
      Value,
    ];
    const isLess = (a: Value, b: Value): Tensor =>
      a.length === 2 ? wide.less(a, b as wide.Limbs, dtype === "i64") : a[0].less(b[0]);
    const place = iota(n, "i32");
    const isEarlier = place.less(place.unsqueeze(-1)); //                    [n, n]: j < i
    const isAhead = isLess(column, row).or(isLess(row, column).not().and(isEarlier)); // […, i, j]: j stands before i
    const rank = isAhead.cast("i32").sum(-1); //                            […, n]
    const isAt = rank.unsqueeze(-2).equal(iota(k, "i32").unsqueeze(-1)); // […, k, n]
    return [isAt.cast("i32").mul(place).sum(-1)];
  },
  cumSum: arithmetic(([x], { inputs, op, attrs }) => {
    checkTerms(typeOf(inputs[0]!).shape[attrs.axis]!, op);
    return wide.summed(x!, (part) => part.cumSum(attrs.axis, attrs));
  }),

  matmul: only,
  conv: only,
  convInputGrad: only,
  convWeightGrad: only,

  reshape: movement(),
  transpose: movement(),
  expand: movement(),
  slice: movement(cut),
  pad: ([x], node) => {
    const { before, after, value } = node.attrs;
    const fill = splitArray(ndarray([value], [], typeOf(node).dtype)).map(({ data }) => Number(data[0]));
    const padded = x!.map((part, i) => part.pad(before, after, fill[i]));
    return padded as unknown as Value;
  },
  concat: movement(),
  gather: movement(),
  scatterAdd: ([indices, updates], node) => {
    const scatter = (part: Tensor): Tensor => apply("scatterAdd", [indices![0], part], node.attrs);
    if (updates!.length === 1) {
      const result = scatter(updates![0]);
      return [typeOf(node).dtype === "u8" ? byte(result) : result];
    }
    checkTerms(sizeOf(typeOf(node.inputs[0]!).shape), node.op);
    return wide.summed(updates!, scatter);
  },

  randomBits: ([key], { attrs: { shape } }) => [
    wide.randomBits(key as wide.Limbs, iota(sizeOf(shape), "u32")).reshape(shape),
  ],
};
