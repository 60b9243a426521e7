/** @file Where the nodes of a graph are drawn: in layers from above, by dagre. */
import { Graph, layout } from "@dagrejs/dagre";
import { NODE_HEIGHT, type Drawn } from "./graph.js";

export interface Placed {
  readonly node: Drawn;
  /** Of its middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface Layout {
  readonly nodes: readonly Placed[];
  /** Corners of each line, from the input to who reads it. */
  readonly edges: readonly (readonly { readonly x: number; readonly y: number }[])[];
  readonly width: number;
  readonly height: number;
}

export function laidOut(nodes: readonly Drawn[]): Layout {
  const graph = new Graph();
  graph.setGraph({ ranker: "longest-path", nodesep: 14, ranksep: 30, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, title } of nodes)
    graph.setNode(String(id), { width: Math.max(64, 8 * title.length + 20), height: NODE_HEIGHT });
  for (const { id, inputs } of nodes)
    for (const input of inputs) if (graph.hasNode(String(input))) graph.setEdge(String(input), String(id));
  layout(graph);
  const size = graph.graph() as { readonly width: number; readonly height: number };
  return {
    nodes: nodes.map((node) => {
      const { x, y, width } = graph.node(String(node.id)) as { x: number; y: number; width: number };
      return { node, x, y, width };
    }),
    edges: graph.edges().map((edge) => (graph.edge(edge) as { points: { x: number; y: number }[] }).points),
    ...{ width: size.width, height: size.height },
  };
}
