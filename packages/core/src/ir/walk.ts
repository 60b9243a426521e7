/** @file Walks over nodes. Iterative: an unrolled sampler is deeper than the stack. */
import type { Graph } from "./graph.js";
import { make, type Node, type NodeOf } from "./node.js";
import type { Op } from "./ops.js";

/** Every node that the roots need, each once and after its inputs, in a stable order. */
export function topological(roots: readonly Node[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    stack.push({ node: root, next: 0 });
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push({ node: input, next: 0 });
      }
    }
  }
  return order;
}

/** How often each node is read within what the roots need, a root once for being one. */
export function readersOf(roots: readonly Node[]): Map<Node, number> {
  const readers = new Map<Node, number>();
  const count = (node: Node): unknown => readers.set(node, (readers.get(node) ?? 0) + 1);
  roots.forEach(count);
  for (const { inputs } of topological(roots)) inputs.forEach(count);
  return readers;
}

/** The nodes that depend on one of `sources`, the sources among them, within what `roots` need. */
export function dependents(roots: readonly Node[], sources: ReadonlySet<Node>): Set<Node> {
  const found = new Set<Node>();
  for (const node of topological(roots)) {
    if (sources.has(node) || node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}

/** The same expressions with some nodes replaced, wherever they stand. Closed bodies are not entered. */
export function substitute(roots: readonly Node[], replacement: ReadonlyMap<Node, Node>): Node[] {
  return mapNodes(roots, (node, rebuild) => replacement.get(node) ?? rebuild());
}

/** The same loop over another body; itself if that is the same. */
export function withBody(node: NodeOf<"scan">, rewrite: (body: Graph) => Graph): NodeOf<"scan"> {
  const body = rewrite(node.attrs.body);
  return body === node.attrs.body ? node : make("scan", node.inputs, { ...node.attrs, body });
}

/** Rebuilds expressions bottom-up; `visit` decides for each node, with its inputs already rebuilt. */
export function mapNodes(roots: readonly Node[], visit: (node: Node, rebuild: () => Node) => Node): Node[] {
  const done = new Map<Node, Node>();
  for (const node of topological(roots)) {
    done.set(
      node,
      visit(node, () => {
        const inputs = node.inputs.map((input) => done.get(input)!);
        return inputs.every((input, i) => input === node.inputs[i]) ? node : withInputs(node, inputs);
      }),
    );
  }
  return roots.map((root) => done.get(root)!);
}

/** The same op on other inputs. */
export function withInputs<O extends Op>({ op, attrs }: NodeOf<O>, inputs: readonly Node[]): Node {
  return make(op, inputs, attrs) as Node;
}
