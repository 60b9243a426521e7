/**
 * @file Which pairs of tokens to merge: the most frequent one, over and over. Counts change only around the words that a
 * merge touches, and a heap finds the next pair.
 * Sennrich, Haddow & Birch 2016, "Neural Machine Translation of Rare Words with Subword Units", §3.2. arXiv:1508.07909
 */
import { GenError } from "@gen/core";

/** A pair of tokens, by their numbers; the merged one gets the next number. */
export type Merge = readonly [number, number];

/** A distinct word: its tokens now, and how often the text has it. */
interface Word {
  tokens: number[];
  readonly count: number;
}

/** Two numbers below 2²⁶ as one. */
const SHIFT = 2 ** 26;

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
  const heap = new Heap();
  for (const [pair, count] of counts) heap.push(pair, count);
  const learned: Merge[] = [];
  while (learned.length < merges) {
    const top = heap.pop();
    if (top === undefined || top.count < least) break;
    if (counts.get(top.pair) !== top.count) continue; // an entry from before the count changed
    const [a, b] = [Math.floor(top.pair / SHIFT), top.pair % SHIFT];
    const token = first + learned.length;
    learned.push([a, b]);
    const changed = new Set<number>();
    for (const w of places.get(top.pair)!) {
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
    counts.delete(top.pair);
    places.delete(top.pair);
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

/** Pairs, the most frequent first; of equals the one with the lower numbers. */
class Heap {
  readonly #pairs: number[] = [];
  readonly #counts: number[] = [];

  push(pair: number, count: number): void {
    let at = this.#pairs.length;
    this.#pairs.push(pair);
    this.#counts.push(count);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): { readonly pair: number; readonly count: number } | undefined {
    const [pair, count] = [this.#pairs[0], this.#counts[0]];
    if (pair === undefined || count === undefined) return undefined;
    this.#swap(0, this.#pairs.length - 1);
    this.#pairs.pop();
    this.#counts.pop();
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= this.#pairs.length) break;
      const child = left + 1 < this.#pairs.length && this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(child, at)) break;
      this.#swap(child, at);
      at = child;
    }
    return { pair, count };
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#counts[a]! - this.#counts[b]!;
    return difference > 0 || (difference === 0 && this.#pairs[a]! < this.#pairs[b]!);
  }

  #swap(a: number, b: number): void {
    for (const list of [this.#pairs, this.#counts]) [list[a], list[b]] = [list[b]!, list[a]!];
  }
}
