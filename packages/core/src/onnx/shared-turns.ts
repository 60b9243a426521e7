/**
 * @file Graph → the same graph with fewer transpositions beside batches of products. Attention reads its keys, queries and
 * values with their last two axes both ways, for values and gradients. A transposition that leaves the last axis last copies
 * whole rows and serves both, as FusedMatMul swaps the two by itself; to move single numbers is slower, and one thread does it.
 */
import type { Graph } from "../ir/graph.js";
import { make, typeOf, type Node } from "../ir/node.js";
import { mapNodes, readersOf, withBody, withInputs } from "../ir/walk.js";

/** The graph in which products take a transposition that is there already, with its last axes swapped. */
export function sharedTurns(graph: Graph): Graph {
  return graph.rewritten(shared);
}

function shared(roots: readonly Node[]): Node[] {
  const known = readersOf(roots);
  const now = new Map<Node, Node>();
  const operand = (x: Node, rebuilt: Node): Node => {
    const twin = twinOf(x);
    return twin === undefined || !known.has(twin) ? rebuilt : swapped(withInputs(twin, rebuilt.inputs));
  };
  return mapNodes(roots, (node, rebuild) => {
    let result = rebuild();
    if (result.op === "scan") {
      result = withBody(result, sharedTurns);
    } else if (result.op === "matmul" && typeOf(result).dtype === "f32") {
      result = withInputs(
        result,
        node.inputs.map((x) => operand(x, now.get(x)!)),
      );
    }
    now.set(node, result);
    return result;
  });
}

/** The transposition that differs in its last two axes and leaves the last one last. */
function twinOf(x: Node): Extract<Node, { op: "transpose" }> | undefined {
  if (x.op !== "transpose" || x.attrs.perm.length < 3) return undefined;
  const { perm } = x.attrs;
  const other = [...perm.slice(0, -2), perm.at(-1)!, perm.at(-2)!];
  const isOwn = other.every((axis, i) => axis === i); // that is x as it was: plan.ts sees it
  if (other.at(-1) !== perm.length - 1 || isOwn) return undefined;
  return make("transpose", x.inputs, { perm: other });
}

function swapped(x: Node): Node {
  const last = typeOf(x).shape.length - 1;
  const perm = Array.from({ length: last + 1 }, (_, i) => (i === last ? last - 1 : i === last - 1 ? last : i));
  return make("transpose", [x], { perm });
}
