/**
 * @file Before lowering: calls are unfolded, names without meaning dropped, and a few sums rewritten into fewer passes
 * over memory. Each rewrite gives the same bits as what it replaces.
 */
import type { NdArray } from "../ndarray.js";
import type { Graph } from "../ir/graph.js";
import { make, typeOf, type Node, type NodeOf } from "../ir/node.js";
import { mapNodes, substitute } from "../ir/walk.js";
import { sameShape } from "../shape.js";

/** The same results without `call` and `stopGradient`, in fewer element-wise passes. */
export function prepare(roots: readonly Node[], bodies = new Map<Graph, readonly Node[]>()): Node[] {
  const unfolded = new Map<Node, readonly Node[]>(); // of each call, its results
  return mapNodes(roots, (node, rebuild) => {
    if (node.op === "at" && unfolded.has(node.inputs[0]!)) return unfolded.get(node.inputs[0]!)![node.attrs.index]!;
    const made = rebuild();
    if (made.op !== "call") return simplify(made);
    const results = unfold(made, bodies);
    unfolded.set(node, results);
    return results.length === 1 ? results[0]! : made;
  });
}

/** The body of a call on the call's inputs. */
function unfold({ inputs, attrs: { body } }: NodeOf<"call">, bodies: Map<Graph, readonly Node[]>): Node[] {
  const prepared =
    bodies.get(body) ??
    prepare(
      body.outputs.map(({ node }) => node),
      bodies,
    );
  bodies.set(body, prepared);
  return substitute(prepared, new Map(body.inputs.map(({ node }, i) => [node, inputs[i]!])));
}

function simplify(node: Node): Node {
  const [a, b] = node.inputs;
  switch (node.op) {
    case "stopGradient":
      return a!;
    case "max": // Relu is the faster kernel
      if (isZeroFor(b!, node)) return only("relu", [a!]);
      return isZeroFor(a!, node) ? only("relu", [b!]) : node;
    case "add": // −x + y = y − x
      if (b!.op === "neg" && isReal(node)) return only("sub", [a!, b.inputs[0]!]);
      return a!.op === "neg" && isReal(node) ? only("sub", [b!, a.inputs[0]!]) : node;
    case "sub": // x − (−y) = x + y
      return b!.op === "neg" && isReal(node) ? only("add", [a!, b.inputs[0]!]) : node;
    case "neg":
      return a!.op === "neg" ? a.inputs[0]! : node;
    default:
      return node;
  }
}

function only(op: "relu" | "sub" | "add", inputs: readonly Node[]): Node {
  return make(op, inputs, {});
}

function isReal(node: Node): boolean {
  const { dtype } = typeOf(node);
  return dtype === "f32" || dtype === "f64";
}

/** Is this a constant 0 that does not widen the result? */
function isZeroFor(node: Node, result: Node): boolean {
  if (node.op !== "constant" || !isReal(result)) return false;
  const { data }: NdArray = node.attrs.value;
  const other = result.inputs[0] === node ? result.inputs[1]! : result.inputs[0]!;
  return data.length === 1 && data[0] === 0 && sameShape(typeOf(other).shape, typeOf(result).shape);
}
