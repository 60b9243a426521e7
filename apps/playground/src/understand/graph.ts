/** @file The graph of a program as it is drawn: its nodes with what is known of each, and the part of it around a node. */
import { showShape, type Graph, type Program } from "@gen/core";
import { facts, print } from "@gen/core/onnx";

/** Of its box. */
export const NODE_HEIGHT = 30;

export interface Drawn {
  readonly id: number;
  /** The operator, or the name of an input. */
  readonly title: string;
  readonly kind: "operator" | "weights" | "input";
  /** Type and shape of its results. */
  readonly type: string;
  /** Who runs it, for a person. */
  readonly runs: string;
  /** Ids of what it reads. */
  readonly inputs: readonly number[];
  /** What it gives to the caller or the store, by name. */
  readonly outputs: readonly string[];
}

type Node = ReturnType<Graph["nodes"]>[number];

/** The nodes of a program. */
export function drawnProgram({ graph, reads }: Program): Drawn[] {
  return drawn(graph, (name) => reads.has(name));
}

/** The nodes, each after its inputs; constants are left out. */
export function drawn(graph: Graph, isWeight: (input: string) => boolean): Drawn[] {
  const names = new Map(graph.inputs.map(({ name, node }) => [node, name]));
  const outputs = new Map<Node, string[]>();
  for (const { name, node } of graph.outputs) outputs.set(node, [...(outputs.get(node) ?? []), name]);
  const nodes = graph.nodes().filter(({ op }) => op !== "constant");
  const ids = new Map(nodes.map((node, id) => [node, id]));
  return nodes.map((node, id) => {
    const name = names.get(node);
    return {
      id,
      title: name ?? node.op,
      kind: name === undefined ? "operator" : isWeight(name) ? "weights" : "input",
      type: node.types.map(({ dtype, shape }) => `${dtype}${showShape(shape)}`).join(", "),
      runs: name === undefined ? providersOf(node) : "it holds numbers: nothing is run",
      inputs: node.inputs.flatMap((input) => ids.get(input) ?? []),
      outputs: outputs.get(node) ?? [],
    };
  });
}

function providersOf({ op, types }: Node): string {
  const { dtype } = types[0]!;
  const of = (provider: "cpu" | "webgpu"): string =>
    facts[op][provider].native.includes(dtype) ? "an operator of its own" : "spelled in several operators";
  return `CPU and wasm: ${of("cpu")}; WebGPU: ${of("webgpu")}`;
}

/** At most `count` nodes, those nearest to one of them along the edges, in the order of the graph. */
export function around(nodes: readonly Drawn[], focus: number, count: number): Drawn[] {
  const neighbours = nodes.map(({ inputs }) => [...inputs]);
  for (const { id, inputs } of nodes) for (const input of inputs) neighbours[input]!.push(id);
  const found = new Set([focus]);
  for (const id of found) {
    for (const next of neighbours[id]!) if (found.size < count) found.add(next);
  }
  return nodes.filter(({ id }) => found.has(id));
}

/** The whole graph as text. */
export function textOf(program: Program): string {
  return print(program.graph);
}
