/** @file Loops unrolled, for providers where a loop inside a graph copies its state to the CPU at each step. */
import { GenError } from "../error.js";
import type { Graph } from "../ir/graph.js";
import { typeOf, type Node, type NodeOf } from "../ir/node.js";
import { unfoldCalls } from "../ir/unfold.js";
import { mapNodes, substitute } from "../ir/walk.js";
import { zeros } from "../ndarray.js";
import { concat, constant, Tensor } from "../tensor/tensor.js";

/** The most steps that are unrolled: each is a copy of the body. */
export const MOST_STEPS = 64;

/**
 * The same results without `scan` and `call`.
 *
 * @throws GenError `device` for a loop of more than {@link MOST_STEPS} steps
 */
export function unroll(roots: readonly Node[], bodies = new Map<Graph, readonly Node[]>()): Node[] {
  const unrolled = new Map<Node, readonly Node[]>(); // of each scan, its results
  return mapNodes(unfoldCalls(roots), (node, rebuild) => {
    if (node.op === "at") return unrolled.get(node.inputs[0]!)![node.attrs.index]!;
    const made = rebuild();
    if (made.op !== "scan") return made;
    const results = stepsOf(made, bodies);
    unrolled.set(node, results);
    return results.length === 1 ? results[0]! : made;
  });
}

/** The results of a scan: last carries, then stacked rows. */
function stepsOf({ inputs, attrs }: NodeOf<"scan">, bodies: Map<Graph, readonly Node[]>): Node[] {
  const { body, carries, scanned, length, reverse } = attrs;
  if (length > MOST_STEPS) {
    throw new GenError(
      "device",
      `webgpu: expected loops in loops of at most ${MOST_STEPS} steps, got one of ${length}`,
      {
        fix: "run this program on the CPU",
      },
    );
  }
  const results =
    bodies.get(body) ??
    unroll(
      body.outputs.map(({ node }) => node),
      bodies,
    );
  bodies.set(body, results);
  const captures = inputs.slice(carries + scanned);
  const stacks = results.slice(carries).map((): Node[] => []);
  let state = inputs.slice(0, carries);
  for (let step = 0; step < length; step++) {
    const t = reverse ? length - 1 - step : step;
    const rows = inputs.slice(carries, carries + scanned).map((x) => new Tensor(x).slice(0, t, t + 1).squeeze(0).node);
    const given = [...state, ...rows, ...captures];
    const next = substitute(results, new Map(body.inputs.map(({ node }, i) => [node, given[i]!])));
    state = next.slice(0, carries);
    next.slice(carries).forEach((row, i) => (stacks[i]![t] = new Tensor(row).unsqueeze(0).node));
  }
  return [...state, ...stacks.map((rows, i) => stacked(rows, results[carries + i]!))];
}

function stacked(rows: readonly Node[], like: Node): Node {
  const { dtype, shape } = typeOf(like);
  if (rows.length === 0) return constant(zeros([0, ...shape], dtype)).node;
  return concat(
    rows.map((row) => new Tensor(row)),
    0,
  ).node;
}
