/** @file Constant folding: small expressions without inputs, replaced by their value where it is beyond doubt. */
import { isReal, isWide, type DType } from "../dtype.js";
import { ndarray } from "../ndarray.js";
import { sizeOf } from "../shape.js";
import { evaluate } from "./evaluate.js";
import type { Scalar } from "./evaluate-arrays.js";
import { facts } from "./facts.js";
import { Graph } from "./graph.js";
import { make, type Node } from "./node.js";

/** Above this many elements an array is cheaper to compute than to store. */
const MAX_ELEMENTS = 64;

/** The constant that a node always is; nothing if it is large, depends on an input, or its last bit is the provider's. */
export function fold(node: Node): Node | undefined {
  if (node.inputs.length === 0 || node.op === "expand" || !facts[node.op].exact || !isSmall(node)) return undefined;
  if (!node.inputs.every(isConstant) || !isRounded(node)) return undefined;
  const { dtype, shape } = node.types[0]!;
  const { y } = evaluate(new Graph({ inputs: [], outputs: [{ name: "y", node }] }), {});
  return make("constant", [], { value: ndarray([...y!.data] as Scalar[], shape, dtype) });
}

/** Small and without inputs. A stretched constant stays as it is: its one number says more. */
function isConstant(node: Node): boolean {
  if (!isSmall(node)) return false;
  return node.op === "constant" || node.op === "iota" || (node.op === "expand" && node.inputs[0]!.op === "constant");
}

function isSmall({ types }: Node): boolean {
  return types.length === 1 && sizeOf(types[0]!.shape) <= MAX_ELEMENTS;
}

/**
 * Is float64, rounded once more to the node's type, the correctly rounded result? For + − × ÷ √ on f32 it is: 53 bits
 * are at least 2 · 24 + 2 (Figueroa 1995). f16 is left to the provider, as are real numbers from or to 64-bit ones.
 */
function isRounded({ op, inputs, types }: Node): boolean {
  const [from, to] = [inputs[0]!.types[0]!.dtype, types[0]!.dtype];
  if (inputs.some(({ types: [type] }) => type!.dtype === "f16") || to === "f16") return false;
  return op !== "cast" || !((isReal(from) && !isReal(to) && to !== "bool") || (isWide(from) && isReal(to)));
}

/** The one number that every element of a node is, if it is such a constant. */
export function uniformValue(node: Node): Scalar | undefined {
  let source = node;
  while (source.op === "expand" || source.op === "reshape") source = source.inputs[0]!;
  if (source.op !== "constant") return undefined;
  const { dtype, data } = source.attrs.value;
  const [first] = data;
  if (first === undefined || dtype === "f16" || !data.every((x: Scalar) => Object.is(x, first))) return undefined;
  return first;
}

/** A constant without axes. */
export function scalar(value: Scalar, dtype: DType): Node {
  return make("constant", [], { value: ndarray([value], [], dtype) });
}
