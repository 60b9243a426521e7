/**
 * @file Graph → the same graph with its weights in f16, for files of half the size. Matrix products and convolutions are
 * computed in f16, with what follows from them alone; sums, quotients, exponentials and their like stay in f32, as do
 * random numbers and loops. Or all is computed in f32, from weights that are widened when the file is opened. Inputs and
 * outputs are f32.
 */
import { Graph, type Port } from "../ir/graph.js";
import { make, typeOf, type Node } from "../ir/node.js";
import type { Op } from "../ir/ops.js";
import { unfoldCalls } from "../ir/unfold.js";
import { topological } from "../ir/walk.js";
import type { NdArray } from "../ndarray.js";
import { feed } from "../tensor/inputs.js";
import { Tensor } from "../tensor/tensor.js";

/** Computed in f16, whatever their operands are. */
const NARROW: ReadonlySet<Op> = new Set(["matmul", "conv", "convInputGrad"]);
/** Computed in f16 where their operands are: no more than rounded by it. All others are computed in f32. */
const EITHER: ReadonlySet<Op> = new Set([
  ...(["neg", "abs", "relu", "tanh", "sigmoid", "add", "sub", "mul", "max", "min", "less", "equal", "where"] as const),
  ...(["reduceMax", "reshape", "transpose", "expand", "slice", "pad", "concat", "gather", "stopGradient"] as const),
]);

export interface HalfOptions {
  /** Of the inputs that become part of the file: those that are f32 become f16. */
  readonly names: ReadonlySet<string>;
  /** What products are computed in. */
  readonly products: "f16" | "f32";
}

/** A graph whose weights are f16. */
export function inHalf(graph: Graph, { names, products }: HalfOptions): Graph {
  const values = new Map<Node, readonly Node[]>(); // of each node, its results
  const inputs = graph.inputs.map(({ name, node }): Port => {
    const { dtype, shape } = typeOf(node);
    const isStored = names.has(name) && dtype === "f32";
    const input = isStored ? feed(shape, "f16").node : node;
    values.set(node, [products === "f16" ? input : cast(input, dtype)]);
    return { name, node: input };
  });
  const roots = unfoldCalls(graph.outputs.map(({ node }) => node));
  for (const node of topological(roots)) {
    if (values.has(node)) continue;
    if (node.op === "at") values.set(node, [at(values.get(node.inputs[0]!)!, node.attrs.index)]);
    else {
      const operands = node.inputs.map((input) => values.get(input)![0]!);
      values.set(node, [
        products === "f16" ? rebuilt(node, operands) : (make(node.op, operands, node.attrs as never) as Node),
      ]);
    }
  }
  const outputs = graph.outputs.map(({ name }, i): Port => {
    const result = values.get(roots[i]!)![0]!;
    return { name, node: cast(result, typeOf(roots[i]!).dtype) };
  });
  return new Graph({ inputs, outputs });
}

const at = ([source]: readonly Node[], index: number): Node => make("at", [source!], { index });

/** The op on operands of one precision; a number without axes takes that of the others. */
function rebuilt(node: Node, operands: readonly Node[]): Node {
  const isWeak = (operand: Node): boolean => operand.op === "constant" && typeOf(operand).shape.length === 0;
  const strong = operands.filter((operand) => isReal(operand) && !isWeak(operand));
  const isHalf = strong.length > 0 && strong.every((operand) => typeOf(operand).dtype === "f16");
  const narrow = (NARROW.has(node.op) && typeOf(node).dtype === "f32") || (EITHER.has(node.op) && isHalf);
  const given = operands.map((operand) => (isReal(operand) ? cast(operand, narrow ? "f16" : "f32") : operand));
  return make(node.op, given, node.attrs as never) as Node;
}

const isReal = (node: Node): boolean => node.types.length === 1 && ["f16", "f32"].includes(typeOf(node).dtype);

const cast = (node: Node, dtype: ReturnType<typeof typeOf>["dtype"]): Node => new Tensor(node).cast(dtype).node;

const bits = new Uint32Array(1);
const single = new Float32Array(bits.buffer);

/** f32 rounded to the nearest f16, to even between two; beyond 65,504 to infinity. */
export function halfOf(array: NdArray): NdArray {
  if (array.dtype !== "f32") return array;
  return { dtype: "f16", shape: array.shape, data: Uint16Array.from(array.data as Float32Array, toHalf) };
}

/** f16 as f32, exactly; other types as they are. */
export function floatOf(array: NdArray): NdArray {
  if (array.dtype !== "f16") return array;
  return { dtype: "f32", shape: array.shape, data: Float32Array.from(array.data as Uint16Array, fromHalf) };
}

function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(half >>> 10) & 0x1f, half & 0x3ff];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function toHalf(value: number): number {
  single[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const size = Math.abs(single[0]);
  if (Number.isNaN(size)) return sign | 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Counted in steps of the last place: 2⁻²⁴ up to 2⁻¹⁴, then 2¹⁰ steps for each power of two.
  const exponent = Math.max(-14, Math.floor(Math.log2(size || 2 ** -14)));
  const steps = size / 2 ** (exponent - 10);
  const below = Math.floor(steps);
  const rest = steps - below;
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
  return sign | (exponent === -14 ? rounded : (exponent + 14) * 1024 + rounded);
}
