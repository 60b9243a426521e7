/** @file Closed graphs as operations: `scan` repeats one, `call` runs one, and may carry its own gradient. */
import { GenError } from "../error.js";
import { Graph } from "../ir/graph.js";
import { make, type Node } from "../ir/node.js";
import { dependents, substitute } from "../ir/walk.js";
import { slot } from "./inputs.js";
import { apply, Tensor } from "./tensor.js";

export interface ScanOptions {
  /** Values handed from step to step. */
  readonly carry: readonly Tensor[];
  /** Arrays of which each step sees one slice of the leading axis. */
  readonly xs?: readonly Tensor[];
  /** Number of steps; the arrays' leading extent when there are any. */
  readonly length?: number;
  /** From the last slice to the first. The stacks keep the order of the arrays. @default false */
  readonly reverse?: boolean;
}

/** What a step gives: the next carry, and one row for each stack. */
export interface ScanStep {
  readonly carry: readonly Tensor[];
  readonly ys?: readonly Tensor[];
}

export interface ScanResult {
  readonly carry: Tensor[];
  /** [length, …]: one row for each step. */
  readonly ys: Tensor[];
}

/**
 * Repeats a step inside the graph:
 *
 *     (carry, ys[t]) = step(carry, xs[t])    for t = 0 … length − 1
 *
 * What the step uses from outside, and does not change from step to step, is computed once.
 * The value of each carry before each step is kept as a further stack for the gradient; a program drops it when unused.
 *
 * @throws GenError `shape` or `dtype` if the next carry differs in type from the carry, `graph` without a length.
 */
export function scan(
  { carry, xs = [], length = xs[0]?.shape[0], reverse = false }: ScanOptions,
  step: (carry: Tensor[], xs: Tensor[]) => ScanStep,
): ScanResult {
  if (length === undefined) throw new GenError("graph", "scan: expected a length or an array to scan, got neither");
  const carrySlots = carry.map((c) => slot(c));
  const sliceSlots = xs.map(({ dtype, shape }) => slot({ dtype, shape: shape.slice(1) }));
  const { carry: next, ys = [] } = step(carrySlots, sliceSlots);
  const { body, captures } = close([...carrySlots, ...sliceSlots], [...next, ...ys, ...carrySlots]);
  const attrs = { body, carries: carry.length, scanned: xs.length, length, reverse };
  const results = resultsOf(make("scan", nodesOf([...carry, ...xs, ...captures]), attrs));
  return { carry: results.slice(0, carry.length), ys: results.slice(carry.length, carry.length + ys.length) };
}

/**
 * An operation with a gradient of its own: `gradient` receives the inputs, the outputs and the outputs' cotangents,
 * and gives one cotangent for each input. Both functions are traced at once, so `gradient` must not call the operation
 * itself: let it use the same plain function as `forward`, through which it is differentiated again.
 */
export function withGradient(
  inputs: readonly Tensor[],
  forward: (inputs: Tensor[]) => Tensor,
  gradient: (inputs: Tensor[], output: Tensor, cotangent: Tensor) => readonly Tensor[],
): Tensor {
  const slots = inputs.map((input) => slot(input));
  const output = forward(slots);
  const [y, g] = [slot(output), slot(output)];
  const body = graphOf(slots, [output]);
  const ownSlots = inputs.map((input) => slot(input));
  const backward = graphOf([...ownSlots, y, g], gradient(ownSlots, y, g));
  return apply("call", inputs, { body, gradient: backward });
}

/**
 * The value of one expression with the gradient of another: `hard` forward, `soft` backward. Quantisation, sampling and
 * thresholds become trainable so, at the price of a biased gradient.
 *
 * @param hard of soft's shape; cast to its type
 * @see Bengio, Léonard & Courville 2013, "Estimating or propagating gradients through stochastic neurons". arXiv:1308.3432
 */
export function straightThrough(hard: Tensor, soft: Tensor): Tensor {
  const value = hard.cast(soft.dtype).stopGradient();
  return withGradient(
    [value, soft],
    ([v]) => v!,
    ([v], _, g) => [v!.mul(0), g],
  );
}

/** Runs a closed graph on inputs, and gives all its outputs. */
export function callGraph(body: Graph, inputs: readonly Tensor[]): Tensor[] {
  return resultsOf(make("call", nodesOf(inputs), { body }));
}

/** A closed graph of unnamed ports. */
export function graphOf(inputs: readonly Tensor[], outputs: readonly Tensor[]): Graph {
  return new Graph({
    inputs: inputs.map(({ node }, i) => ({ name: `i${i}`, node })),
    outputs: outputs.map(({ node }, i) => ({ name: `o${i}`, node })),
  });
}

/** The outputs of a body on other inputs: the body unfolded where it stands. */
export function inline(body: Graph, inputs: readonly Tensor[]): Tensor[] {
  const given = new Map<Node, Node>(body.inputs.map(({ node }, i) => [node, inputs[i]!.node]));
  return substitute(nodesOf(body.outputs), given).map((node) => new Tensor(node));
}

/** Every result of a node, through `at` when there are several. */
export function resultsOf(node: Node): Tensor[] {
  if (node.types.length === 1) return [new Tensor(node)];
  return node.types.map((_, index) => new Tensor(make("at", [node], { index })));
}

/** Makes outputs depend on `slots` alone: what else they need becomes a capture, a further input of the graph. */
function close(slots: readonly Tensor[], outputs: readonly Tensor[]): { body: Graph; captures: Tensor[] } {
  const roots = nodesOf(outputs);
  const inside = dependents(roots, new Set(nodesOf(slots)));
  const captured = new Map<Node, Node>();
  const capture = (node: Node): void => {
    if (inside.has(node) || captured.has(node) || (node.inputs.length === 0 && node.op !== "input")) return;
    captured.set(node, slot(new Tensor(node)).node);
  };
  roots.forEach(capture);
  inside.forEach((node) => node.inputs.forEach(capture));
  const closed = substitute(roots, captured).map((node) => new Tensor(node));
  const captureSlots = [...captured.values()].map((node) => new Tensor(node));
  return {
    body: graphOf([...slots, ...captureSlots], closed),
    captures: [...captured.keys()].map((node) => new Tensor(node)),
  };
}

function nodesOf(tensors: readonly { node: Node }[]): Node[] {
  return tensors.map(({ node }) => node);
}
