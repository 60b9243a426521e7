/** @file Calls unfolded where they stand. Once gradients have been taken, a call is only a name for its body. */
import type { Graph } from "./graph.js";
import type { Node, NodeOf } from "./node.js";
import { mapNodes, substitute } from "./walk.js";

/** The same results without `call`: each body is put on the inputs of its call. */
export function unfoldCalls(roots: readonly Node[], bodies = new Map<Graph, readonly Node[]>()): Node[] {
  const unfolded = new Map<Node, readonly Node[]>(); // of each call, its results
  return mapNodes(roots, (node, rebuild) => {
    if (node.op === "at" && unfolded.has(node.inputs[0]!)) return unfolded.get(node.inputs[0]!)![node.attrs.index]!;
    const made = rebuild();
    if (made.op !== "call") return made;
    const results = unfold(made, bodies);
    unfolded.set(node, results);
    return results.length === 1 ? results[0]! : made;
  });
}

function unfold({ inputs, attrs: { body } }: NodeOf<"call">, bodies: Map<Graph, readonly Node[]>): Node[] {
  const known = bodies.get(body);
  const results =
    known ??
    unfoldCalls(
      body.outputs.map(({ node }) => node),
      bodies,
    );
  if (known === undefined) bodies.set(body, results);
  return substitute(results, new Map(body.inputs.map(({ node }, i) => [node, inputs[i]!])));
}
