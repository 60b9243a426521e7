/** @file The loop that writes a planned graph: the model's own, or the body of a loop in it. */
import type { Node } from "../ir/node.js";
import type { Op } from "../ir/ops.js";
import type { LowerRule, Scope } from "./scope.js";

/**
 * Writes all that a plan needs, and gives the names of its results: each the output of a node of this very graph, and
 * no two the same, as ONNX asks.
 *
 * @param wanted what the results shall be called
 */
export function emitPlan(scope: Scope, wanted?: readonly string[]): string[] {
  const { order, outputs } = scope.plan;
  const preferred = preferences(outputs, wanted);
  for (const node of order) {
    if (node.op === "at" || scope.isBound(node)) continue;
    const start = scope.nodes.length;
    const result = (scope.shared.rules[node.op] as LowerRule<Op>)(scope, node);
    const names = typeof result === "string" ? [result] : [...result];
    preferred.get(node)?.forEach((name, index) => {
      if (names[index] !== undefined && scope.rename(names[index], name, start)) names[index] = name;
    });
    scope.bind(node, names);
  }
  const claimed = new Set<string>();
  return outputs.map((output, i) => {
    const name = scope.read(output);
    const own = scope.owns(name) && !claimed.has(name) && (wanted === undefined || name === wanted[i]);
    const result = own
      ? name
      : wanted === undefined
        ? scope.emit("Identity", [name])
        : scope.emitAll("Identity", [name], { attributes: {}, outputs: [wanted[i]!] })[0]!;
    claimed.add(result);
    return result;
  });
}

/** For each node, the names that its results shall have; the first of several names wins. */
function preferences(outputs: readonly Node[], wanted: readonly string[] = []): Map<Node, Map<number, string>> {
  const preferred = new Map<Node, Map<number, string>>();
  wanted.forEach((name, i) => {
    const output = outputs[i]!;
    const [source, index] = output.op === "at" ? [output.inputs[0]!, output.attrs.index] : [output, 0];
    const names = preferred.get(source) ?? new Map<number, string>();
    if (!names.has(index)) names.set(index, name);
    preferred.set(source, names);
  });
  return preferred;
}
