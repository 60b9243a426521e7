/** @file Lowering of `scan`: ONNX Scan where arrays are scanned, Loop (whose length may be known at run time) elsewhere. */
import type { Graph, Port } from "../ir/graph.js";
import type { Node, NodeOf } from "../ir/node.js";
import { emitPlan } from "./emit.js";
import type { OnnxGraph, OnnxValue } from "./proto.js";
import { valueOf, type Scope } from "./scope.js";

/** The names of the results; those that nobody reads have none. */
export function lowerScan(scope: Scope, node: NodeOf<"scan">): readonly (string | undefined)[] {
  const { results, scanned } = scope.plan.loops.get(node)!;
  const outputs = scanned.length > 0 ? emitScan(scope, node) : emitLoop(scope, node);
  return node.types.map((_, index) => outputs[results.indexOf(index)]);
}

/**
 * Names of the inputs and outputs of a graph that are the rows of a loop which is all that it computes: they have one row for
 * each step, and the loop takes as many steps as there are rows. None in any other graph.
 */
export function rowsOf({ inputs, outputs }: Graph): ReadonlySet<string> {
  const [loop, ...others] = new Set(outputs.map(({ node }) => sourceOf(node)));
  if (loop?.op !== "scan" || others.length > 0) return new Set();
  const { carries, scanned } = loop.attrs;
  const arrays = new Set(loop.inputs.slice(carries, carries + scanned));
  if (scanned === 0 || [...arrays].some(({ op }) => op !== "input")) return new Set();
  const isStack = ({ node }: Port): boolean => (node.op === "at" ? node.attrs.index : 0) >= carries;
  const rows = [...inputs.filter(({ node }) => arrays.has(node)), ...outputs.filter(isStack)];
  return new Set(rows.map(({ name }) => name));
}

/** What a node is a result of: itself, or a node of several. */
function sourceOf(node: Node): Node | undefined {
  return node.op === "at" ? node.inputs[0] : node;
}

/** Slices in, rows out; the directions keep the stacks in the order of the arrays. */
function emitScan(scope: Scope, node: NodeOf<"scan">): readonly string[] {
  const { carries, scanned, stacks } = scope.plan.loops.get(node)!;
  const slots = [...carries, ...scanned];
  const { body, outputs } = emitBody(scope, node, slots);
  const directions = node.attrs.reverse
    ? { scan_input_directions: scanned.map(() => 1), scan_output_directions: stacks.map(() => 1) }
    : {};
  const attributes = { body: { type: "graph", value: body } as const, num_scan_inputs: scanned.length, ...directions };
  return scope.emitAll(
    "Scan",
    slots.map((index) => scope.read(node.inputs[index]!)),
    { attributes, outputs },
  );
}

/** Carries in, carries and rows out; the body also gets its step's number, and hands its condition on. */
function emitLoop(scope: Scope, node: NodeOf<"scan">): readonly string[] {
  const { carries } = scope.plan.loops.get(node)!;
  const { body, outputs } = emitBody(scope, node, carries, true);
  const inputs = [
    scope.scalar(node.attrs.length, "i64"),
    "",
    ...carries.map((index) => scope.read(node.inputs[index]!)),
  ];
  scope.emitAll("Loop", inputs, { attributes: { body: { type: "graph", value: body } }, outputs });
  if (!node.attrs.reverse) return outputs;
  // Rows come in the order of the steps: turn them round.
  const [start, end, axis, step] = [[-1], [-(2 ** 40)], [0], [-1]].map((values) => scope.ints(values));
  return outputs.map((name, i) =>
    i < carries.length ? name : scope.emit("Slice", [name, start!, end!, axis!, step!]),
  );
}

interface Body {
  readonly body: OnnxGraph;
  /** Names for what the loop gives. */
  readonly outputs: readonly string[];
}

/** The body as a graph: captures are read by their outer names. */
function emitBody(scope: Scope, node: NodeOf<"scan">, slots: readonly number[], counted = false): Body {
  const loop = scope.plan.loops.get(node)!;
  const ports = node.attrs.body.inputs;
  const inner = scope.inner(loop.body);
  const inputs: OnnxValue[] = slots.map((index) => {
    const { node: port } = ports[index]!;
    const name = scope.shared.fresh(index < node.attrs.carries ? "carry" : "slice");
    inner.bind(port, [name]);
    return valueOf(name, port);
  });
  for (const index of loop.captures) inner.bind(ports[index]!.node, [scope.read(node.inputs[index]!)]);
  const names = emitPlan(inner);
  const values = names.map((name, i) => valueOf(name, loop.body.outputs[i]!));
  const outputs = names.map(() => scope.shared.fresh(counted ? "loop" : "scan"));
  if (!counted)
    return { body: { name: "body", nodes: inner.nodes, initializers: [], inputs, outputs: values }, outputs };
  const step: OnnxValue = { name: scope.shared.fresh("step"), dtype: "i64", shape: [] };
  const go: OnnxValue = { name: scope.shared.fresh("go"), dtype: "bool", shape: [] };
  const goOn: OnnxValue = { ...go, name: inner.emit("Identity", [go.name]) };
  const body = {
    name: "body",
    nodes: inner.nodes,
    initializers: [],
    inputs: [step, go, ...inputs],
    outputs: [goOn, ...values],
  };
  return { body, outputs };
}
