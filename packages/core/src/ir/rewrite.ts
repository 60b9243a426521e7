/**
 * @file Rewriting: rules that look at one node, whose inputs are already rewritten, and may put another expression of
 * the same value in its place; applied from the inputs to the outputs, again and again, until no rule fires.
 */
import { GenError } from "../error.js";
import type { Node, NodeOf } from "./node.js";
import type { Op } from "./ops.js";
import { mapNodes } from "./walk.js";

/** An expression that means the same, or nothing where the rule does not apply. */
export type Rule<O extends Op> = (node: NodeOf<O>) => Node | undefined;
export type Rules = { readonly [O in Op]?: readonly Rule<O>[] };

/** Every rule makes its expression smaller or moves something outward, so that few rounds are needed. */
const MAX_ROUNDS = 1000;

/** The same values by other expressions: one round of the rules, then another, until nothing changes. */
export function rewrite(roots: readonly Node[], rules: Rules): Node[] {
  return fixedPoint(roots, (nodes) => mapNodes(nodes, (_, rebuild) => settle(rebuild(), rules)));
}

/** Repeats a step until it gives back what it was given. Nodes are interned, so that identity is enough. */
export function fixedPoint(roots: readonly Node[], step: (roots: readonly Node[]) => Node[]): Node[] {
  let current = [...roots];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = step(current);
    if (next.every((node, i) => node === current[i])) return current;
    current = next;
  }
  throw new GenError("internal", `rewrite: expected to settle within ${MAX_ROUNDS} rounds; some rules undo each other`);
}

/** Applies rules to a node, and to what takes its place, until none fires. */
function settle(node: Node, rules: Rules): Node {
  let current = node;
  for (let next: Node | undefined = current; next !== undefined; next = applyFirst(current, rules)) current = next;
  return current;
}

/** What the first rule that applies to a node puts in its place. */
export function applyFirst(node: Node, rules: Rules): Node | undefined {
  for (const rule of (rules[node.op] ?? []) as readonly Rule<Op>[]) {
    const found = rule(node);
    if (found !== undefined && found !== node) return found;
  }
  return undefined;
}
