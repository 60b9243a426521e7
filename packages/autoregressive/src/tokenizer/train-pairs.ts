/**
 * @file Which pairs of tokens to merge: the most frequent one, over and over. Counts change only around the words that a
 * merge touches, and a heap finds the next pair.
 * Sennrich, Haddow & Birch 2016, "Neural Machine Translation of Rare Words with Subword Units", §3.2. arXiv:1508.07909
 */
import { GenError } from "@gen/core";
import { Heap } from "./heap.js";
import { SHIFT } from "./merge-pairs.js";

/** A pair of tokens, by their numbers; the merged one gets the next number. */
export type Merge = readonly [number, number];

/** A distinct word: its tokens now, and how often the text has it. */
interface Word {
  tokens: number[];
  readonly count: number;
}

/**
 * Learns merges from words, as rows of tokens below `first`.
 *
 * @param words how often each comes, by its tokens
 * @param merges how many to learn; fewer come back if no pair is left that comes `least` times
 * @param first number of the first merged token
 */
export function learnMerges(
  words: readonly Word[],
  { merges, first, least = 2 }: { readonly merges: number; readonly first: number; readonly least?: number },
): Merge[] {
  if (first + merges > SHIFT) throw new GenError("range", `tokenizer: expected fewer than ${SHIFT} tokens, got more`);
  const own = words.map(({ tokens, count }): Word => ({ tokens: [...tokens], count }));
  const counts = new Map<number, number>();
  const places = new Map<number, Set<number>>(); // of each pair, the words that have it
  const add = (pair: number, count: number, word: number): void => {
    counts.set(pair, (counts.get(pair) ?? 0) + count);
    const at = places.get(pair);
    if (at === undefined) places.set(pair, new Set([word]));
    else at.add(word);
  };
  own.forEach(({ tokens, count }, w) => {
    for (let i = 1; i < tokens.length; i++) add(tokens[i - 1]! * SHIFT + tokens[i]!, count, w);
  });
  const heap = new Heap(); // pairs, the most frequent first
  for (const [pair, count] of counts) heap.push(pair, count);
  const learned: Merge[] = [];
  while (learned.length < merges) {
    const top = heap.pop();
    if (top === undefined || top.priority < least) break;
    if (counts.get(top.item) !== top.priority) continue; // an entry from before the count changed
    const [a, b] = [Math.floor(top.item / SHIFT), top.item % SHIFT];
    const token = first + learned.length;
    learned.push([a, b]);
    const changed = new Set<number>();
    for (const w of places.get(top.item)!) {
      const word = own[w]!;
      const { tokens, count } = word;
      const next: number[] = [];
      for (let i = 0; i < tokens.length; i++) {
        if (tokens[i] !== a || tokens[i + 1] !== b) {
          next.push(tokens[i]!);
          continue;
        }
        next.push(token);
        i++;
      }
      if (next.length === tokens.length) continue;
      for (let i = 1; i < tokens.length; i++) {
        const pair = tokens[i - 1]! * SHIFT + tokens[i]!;
        counts.set(pair, counts.get(pair)! - count);
        changed.add(pair);
      }
      for (let i = 1; i < next.length; i++) {
        const pair = next[i - 1]! * SHIFT + next[i]!;
        add(pair, count, w);
        changed.add(pair);
      }
      word.tokens = next;
    }
    counts.delete(top.item);
    places.delete(top.item);
    for (const pair of changed) {
      const count = counts.get(pair);
      if (count === undefined) continue;
      if (count > 0) heap.push(pair, count);
      else {
        counts.delete(pair);
        places.delete(pair);
      }
    }
  }
  return learned;
}
