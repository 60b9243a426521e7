/**
 * @file Closed graphs made tight: a scan or call keeps only the results that are read, the carries that those need,
 * and the inputs that its body still reads. A scan always offers its incoming carries as stacks for the gradient:
 * this is where they vanish when no gradient reads them.
 */
import { sameShape } from "../shape.js";
import { Graph, type Port } from "./graph.js";
import { make, typeOf, type Node, type NodeOf } from "./node.js";
import { uniformValue, scalar } from "./simplify-fold.js";
import { mapNodes, substitute, topological } from "./walk.js";

/** What takes the place of a node with several results, and where its old results are now. */
interface Tight {
  readonly node: Node;
  readonly place: ReadonlyMap<number, number>;
}

/** Rebuilds all scans and calls that the roots need, from the inputs to the outputs. */
export function tightenBodies(roots: readonly Node[], simplifyBody: (body: Graph) => Graph): Node[] {
  const read = readResults(roots);
  const tight = new Map<Node, Tight>();
  const results = (node: Node, rebuilt: Node): Node => {
    if (rebuilt.op !== "scan" && rebuilt.op !== "call") return rebuilt;
    const found = tighten(withBody(rebuilt, simplifyBody(rebuilt.attrs.body)), read.get(node) ?? new Set([0]));
    tight.set(node, found);
    return found.node;
  };
  return mapNodes(roots, (node, rebuild) => {
    const source = node.op === "at" ? tight.get(node.inputs[0]!) : undefined;
    if (source === undefined) return results(node, rebuild());
    const index = source.place.get((node as NodeOf<"at">).attrs.index)!;
    return source.node.types.length === 1 ? source.node : make("at", [source.node], { index });
  });
}

/** Which results of each node are read, through `at`. */
function readResults(roots: readonly Node[]): Map<Node, Set<number>> {
  const read = new Map<Node, Set<number>>();
  for (const node of topological(roots)) {
    if (node.op !== "at") continue;
    const [source] = node.inputs;
    read.set(source!, (read.get(source!) ?? new Set()).add(node.attrs.index));
  }
  return read;
}

type Closed = NodeOf<"scan"> | NodeOf<"call">;

function withBody(node: Closed, body: Graph): Closed {
  if (body === node.attrs.body) return node;
  if (node.op === "scan") return make("scan", node.inputs, { ...node.attrs, body });
  return make("call", node.inputs, { body }); // its gradient has been taken
}

function tighten(node: Closed, read: ReadonlySet<number>): Tight {
  const sunk = sinkConstants(node);
  const { body } = sunk.attrs;
  const { carries, scanned } = countsOf(sunk);
  const { outputs, needed } = live(body, carries, read);
  const keptOutputs = indices(body.outputs, (_, i) => outputs.has(i));
  const keptInputs = indices(body.inputs, (port, i) => (i < carries ? outputs.has(i) : needed.has(port.node)));
  const place = new Map(keptOutputs.map((old, now) => [old, now]));
  if (keptOutputs.length === body.outputs.length && keptInputs.length === body.inputs.length) {
    return { node: sunk, place };
  }
  const inner = new Graph({
    inputs: keptInputs.map((i) => body.inputs[i]!),
    outputs: keptOutputs.map((i) => body.outputs[i]!),
  });
  const inputs = keptInputs.map((i) => sunk.inputs[i]!);
  if (sunk.op === "call") return { node: make("call", inputs, { body: inner }), place };
  const attrs = {
    ...sunk.attrs,
    body: inner,
    carries: keptOutputs.filter((i) => i < carries).length,
    scanned: keptInputs.filter((i) => i >= carries && i < carries + scanned).length,
  };
  return { node: make("scan", inputs, attrs), place };
}

function countsOf(node: Closed): { carries: number; scanned: number } {
  return node.op === "scan" ? node.attrs : { carries: 0, scanned: 0 };
}

function indices<T>(list: readonly T[], keep: (value: T, i: number) => boolean): number[] {
  return list.flatMap((value, i) => (keep(value, i) ? [i] : []));
}

/** The outputs that are read, or on whose carry one that is read depends; and the nodes that they need. */
function live(body: Graph, carries: number, read: ReadonlySet<number>): { outputs: Set<number>; needed: Set<Node> } {
  const outputs = new Set(read);
  for (;;) {
    const needed = new Set(topological([...outputs].map((i) => body.outputs[i]!.node)));
    const found = indices(body.inputs.slice(0, carries), ({ node }, i) => needed.has(node) && !outputs.has(i));
    if (found.length === 0) return { outputs, needed };
    found.forEach((i) => outputs.add(i));
  }
}

/** Inputs that are one constant number throughout become that number inside, where it may simplify further. */
function sinkConstants(node: Closed): Closed {
  const { body } = node.attrs;
  const { carries } = countsOf(node);
  const known = new Map<Node, Node>();
  body.inputs.forEach(({ node: input }, i) => {
    const value = i < carries ? undefined : uniformValue(node.inputs[i]!);
    if (value !== undefined) known.set(input, filled(input, value));
  });
  if (known.size === 0) return node;
  const roots = substitute(
    body.outputs.map((port) => port.node),
    known,
  );
  if (roots.every((root, i) => root === body.outputs[i]!.node)) return node;
  const outputs = body.outputs.map(({ name }, i): Port => ({ name, node: roots[i]! }));
  return withBody(node, new Graph({ inputs: body.inputs, outputs }));
}

/** A constant of the input's type. */
function filled(input: Node, value: number | bigint): Node {
  const { dtype, shape } = typeOf(input);
  const one = scalar(value, dtype);
  return sameShape(shape, []) ? one : make("expand", [one], { shape });
}
