/**
 * @file Pairs of neighbours merged in a row of tokens, the one of the lowest rank first, of equals the one further left:
 * in n log n, since a text that is not cut into words is one row.
 */
import { Heap } from "./heap.js";

/** Merges of pairs, by both numbers of a pair. */
export type Ranks = ReadonlyMap<number, { readonly rank: number; readonly merged: number }>;

/** Two numbers below 2²⁶ as one. */
export const SHIFT = 2 ** 26;

export function mergePairs(row: readonly number[], ranks: Ranks): number[] {
  const tokens = [...row];
  const next = Int32Array.from(row, (_, i) => i + 1);
  const previous = Int32Array.from(row, (_, i) => i - 1);
  const pairAt = (i: number): ReturnType<Ranks["get"]> =>
    next[i]! < tokens.length ? ranks.get(tokens[i]! * SHIFT + tokens[next[i]!]!) : undefined;
  const heap = new Heap(); // of each pair that can be merged, where it begins
  const offer = (i: number): void => {
    const found = pairAt(i);
    if (found !== undefined) heap.push(i, -found.rank);
  };
  for (let i = 0; i + 1 < tokens.length; i++) offer(i);
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    const at = top.item;
    const found = pairAt(at);
    if (found === undefined || found.rank !== -top.priority) continue; // one of its tokens was merged since
    const gone = next[at]!;
    tokens[at] = found.merged;
    tokens[gone] = GONE;
    next[at] = next[gone]!;
    if (next[at] < tokens.length) previous[next[at]] = at;
    offer(at);
    if (previous[at]! >= 0) offer(previous[at]!);
  }
  return tokens.filter((token) => token !== GONE);
}

/** In the place of a token that was merged with the one before it. */
const GONE = -1;
