/**
 * @file Loops that are longer than a device unrolls, driven by the host: the graph is cut before and after each of them, and
 * its steps run some at a time, what they hand on staying on the device. A loop within a loop is the device's own affair.
 */
import { Graph, type Port } from "../ir/graph.js";
import { make, typeOf, type Node, type NodeOf } from "../ir/node.js";
import { unfoldCalls } from "../ir/unfold.js";
import { substitute, topological } from "../ir/walk.js";
import { MOST_STEPS } from "../onnx/unroll.js";
import { resultsOf } from "../tensor/control.js";
import { feed } from "../tensor/inputs.js";
import { concat, Tensor } from "../tensor/tensor.js";
import type { Backend, Handle, Kernel } from "./backend.js";

/** Steps that run at a time: each is a copy of the body. */
const AT_A_TIME = 16;

/** A graph that the host runs among others: the value that each input takes, and that each output is. */
interface Part {
  readonly graph: Graph;
  readonly reads: readonly Node[];
  readonly writes: readonly Node[];
}

/** The same device, with loops of any length. */
export function longLoops(backend: Backend): Backend {
  return {
    ...backend,
    async compile(graph) {
      const parts = partsOf(graph);
      return parts.length === 1 ? backend.compile(graph) : inTurn(backend, graph, parts);
    },
  };
}

async function inTurn(backend: Backend, graph: Graph, parts: readonly Part[]): Promise<Kernel> {
  const kernels = new Map<Graph, Kernel>();
  for (const graph of new Set(parts.map(({ graph }) => graph))) kernels.set(graph, await backend.compile(graph));
  const lastReader = new Map(parts.flatMap((part) => part.reads.map((node) => [node, part])));
  const last = parts.at(-1)!;
  return {
    async run(inputs, keep) {
      const fed = new Map(graph.inputs.map(({ name, node }) => [node, inputs[name]!]));
      const held = new Map<Node, Handle>();
      const run = (part: Part, keep: ReadonlySet<string>): ReturnType<Kernel["run"]> => {
        const given = part.reads.map((node) => held.get(node) ?? fed.get(node)!);
        const named = part.graph.inputs.map(({ name }, i) => [name, given[i]!] as const);
        return kernels.get(part.graph)!.run(Object.fromEntries(named), keep);
      };
      try {
        for (const part of parts.slice(0, -1)) {
          const names = part.graph.outputs.map(({ name }) => name);
          const { kept } = await run(part, new Set(names));
          names.forEach((name, i) => held.set(part.writes[i]!, kept[name]!));
          for (const [node, handle] of held) {
            if ((lastReader.get(node) ?? part) !== part) continue;
            backend.free([handle]);
            held.delete(node);
          }
        }
        return await run(last, keep);
      } finally {
        backend.free([...held.values()]);
      }
    },
    async release() {
      for (const kernel of kernels.values()) await kernel.release();
    },
  };
}

/** What is run one after the other; the graph alone, if all its loops are short. */
function partsOf(graph: Graph): Part[] {
  const names = new Map(graph.inputs.map(({ name, node }) => [node, name])); // of values that later parts may read
  const parts: Part[] = [];
  let roots = unfoldCalls(graph.outputs.map(({ node }) => node));
  for (;;) {
    const loop = topological(roots).find((node) => node.op === "scan" && node.attrs.length > MOST_STEPS);
    if (loop === undefined) break;
    const { parts: made, results } = partsOfLoop(loop as NodeOf<"scan">, names);
    parts.push(...made);
    for (const node of topological(results.map(({ node }) => node)))
      if (node.op === "input" && !names.has(node)) names.set(node, `$loop.${names.size}`);
    const ends = new Map<Node, Node>(resultsOf(loop).map(({ node }, i) => [node, results[i]!.node]));
    roots = substitute(roots, ends);
  }
  const outputs = graph.outputs.map(({ name }, i) => ({ name, node: roots[i]! }));
  return [...parts, partOf(outputs, names, [])];
}

/** What leads to a loop, and its steps; its results, of values that these leave behind. */
function partsOfLoop(loop: NodeOf<"scan">, names: ReadonlyMap<Node, string>): { parts: Part[]; results: Tensor[] } {
  const { inputs, attrs } = loop;
  const { carries, scanned, length, reverse } = attrs;
  const starts = Array.from({ length: Math.ceil(length / AT_A_TIME) }, (_, i) => i * AT_A_TIME);
  const rows = starts.map((start) =>
    inputs
      .slice(carries, carries + scanned)
      .map((x) => new Tensor(x).slice(0, start, Math.min(length, start + AT_A_TIME)).node),
  );
  const captures = inputs.slice(carries + scanned);
  let state = inputs.slice(0, carries);
  const before = [...new Set([...state, ...captures, ...rows.flat()])].filter((node) => !names.has(node));
  const parts = before.length > 0 ? [partOf(numbered(before), names, before)] : [];

  const graphs = new Map<number, Graph>(); // by their number of steps
  const stacks = loop.types.slice(carries).map((): Node[] => []);
  for (const index of reverse ? [...starts.keys()].reverse() : starts.keys()) {
    const reads = [...state, ...rows[index]!, ...captures];
    const steps = Math.min(AT_A_TIME, length - starts[index]!);
    const graph = graphs.get(steps) ?? stepsOf(loop, { reads, steps, names });
    graphs.set(steps, graph);
    const writes = graph.outputs.map(({ node }) => standIn(node));
    parts.push({ graph, reads, writes });
    state = writes.slice(0, carries);
    writes.slice(carries).forEach((node, i) => (stacks[i]![index] = node));
  }
  const tensors = (nodes: readonly Node[]): Tensor[] => nodes.map((node) => new Tensor(node));
  return { parts, results: [...tensors(state), ...stacks.map((nodes) => concat(tensors(nodes), 0))] };
}

interface StepsOptions {
  readonly reads: readonly Node[];
  readonly steps: number;
  readonly names: ReadonlyMap<Node, string>;
}

/** Some steps of a loop as a graph of their own. What they read of the whole graph keeps its name: devices know the key by it. */
function stepsOf({ attrs }: NodeOf<"scan">, { reads, steps, names }: StepsOptions): Graph {
  const captured = attrs.carries + attrs.scanned;
  const inputs = reads.map((node, i): Port => {
    const name = i < captured ? undefined : names.get(node);
    return { name: name ?? `$in.${i}`, node: standIn(node) };
  });
  const some = make(
    "scan",
    inputs.map(({ node }) => node),
    { ...attrs, length: steps },
  );
  return new Graph({ inputs, outputs: numbered(resultsOf(some).map(({ node }) => node)) });
}

/** An input of the type of a value. */
function standIn(node: Node): Node {
  const { shape, dtype } = typeOf(node);
  return feed(shape, dtype).node;
}

/** A graph of the values that it needs. */
function partOf(outputs: readonly Port[], names: ReadonlyMap<Node, string>, writes: readonly Node[]): Part {
  const reads = topological(outputs.map(({ node }) => node)).filter((node) => names.has(node));
  const inputs = reads.map((node) => ({ name: names.get(node)!, node }));
  return { graph: new Graph({ inputs, outputs }), reads, writes };
}

const numbered = (nodes: readonly Node[]): Port[] => nodes.map((node, i) => ({ name: `$out.${i}`, node }));
