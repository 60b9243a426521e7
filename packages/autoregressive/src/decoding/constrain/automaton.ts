/**
 * @file A regular language as an automaton over the bytes of UTF-8, made deterministic as far as it is walked: tokens are
 * bytes, and may be half a character. Thompson 1968, "Regular Expression Search Algorithm".
 */
import { GenError } from "@gen/core";
import { between, LAST, type Language, type Range } from "./language.js";

/** Byte from, byte to, next state. */
type Edge = readonly [number, number, number];

/** States of the automaton that is not deterministic, at the most. */
const MOST = 200_000;
const UNKNOWN = -2;
/** What no text of the language begins with. */
export const DEAD = -1;

export class Automaton {
  readonly #edges: Edge[][] = [];
  readonly #silent: number[][] = [];
  readonly #end: number;
  readonly #sets: number[][] = [];
  readonly #ids = new Map<string, number>();
  readonly #next: Int32Array[] = [];

  /** @throws GenError `option` for a language of too many states */
  constructor(language: Language) {
    const start = this.#state();
    this.#end = this.#after(language, start);
    this.#id([start]);
  }

  /** The state before the first byte. */
  get start(): number {
    return 0;
  }

  /** The state after a byte, or {@link DEAD}. */
  step(state: number, byte: number): number {
    const known = this.#next[state]![byte]!;
    if (known !== UNKNOWN) return known;
    const to = this.#sets[state]!.flatMap((s) =>
      this.#edges[s]!.flatMap(([from, last, next]) => (byte >= from && byte <= last ? [next] : [])),
    );
    return (this.#next[state]![byte] = to.length === 0 ? DEAD : this.#id(to));
  }

  /** The state after some bytes, or {@link DEAD}; also after none, as of a special token, which is no part of a text. */
  walk(state: number, bytes: Uint8Array): number {
    if (bytes.length === 0) return DEAD;
    let at = state;
    for (let i = 0; i < bytes.length && at !== DEAD; i++) at = this.step(at, bytes[i]!);
    return at;
  }

  /** Whether what led here is a whole text of the language. */
  accepts(state: number): boolean {
    return this.#sets[state]!.includes(this.#end);
  }

  #state(): number {
    if (this.#edges.length >= MOST) {
      throw new GenError("option", `constraint: expected at most ${MOST} states, got more`, {
        fix: "let parts repeat less often",
      });
    }
    this.#silent.push([]);
    return this.#edges.push([]) - 1;
  }

  /** Builds a language after a state. @returns the state after it */
  #after(language: Language, from: number): number {
    switch (language.kind) {
      case "characters": {
        const to = this.#state();
        for (const [first, last] of language.ranges) this.#characters([first, last], from, to);
        return to;
      }
      case "sequence":
        return language.parts.reduce((at, part) => this.#after(part, at), from);
      case "oneOf": {
        const to = this.#state();
        for (const part of language.parts) {
          const begin = this.#state();
          this.#silent[from]!.push(begin);
          this.#silent[this.#after(part, begin)]!.push(to);
        }
        return to;
      }
      case "repeat": {
        const { part, least, most } = language;
        let at = from;
        for (let i = 0; i < least; i++) at = this.#after(part, at);
        const to = this.#state();
        this.#silent[at]!.push(to);
        if (most === Infinity) {
          const begin = this.#state();
          this.#silent[at]!.push(begin);
          const end = this.#after(part, begin);
          this.#silent[end]!.push(begin, to);
          return to;
        }
        for (let i = least; i < most; i++) {
          const begin = this.#state();
          this.#silent[at]!.push(begin);
          at = this.#after(part, begin);
          this.#silent[at]!.push(to);
        }
        return to;
      }
    }
  }

  #characters(range: Range, from: number, to: number): void {
    for (const bytes of bytesOf(range)) {
      const last = bytes.length - 1;
      let at = from;
      bytes.forEach(([low, high], i) => {
        const next = i === last ? to : this.#state();
        this.#edges[at]!.push([low, high, next]);
        at = next;
      });
    }
  }

  /** The number of a set of states, with all that is reached from it in silence. */
  #id(states: readonly number[]): number {
    const open = [...states];
    const all = new Set(states);
    for (let s = open.pop(); s !== undefined; s = open.pop()) {
      for (const next of this.#silent[s]!) {
        if (all.has(next)) continue;
        all.add(next);
        open.push(next);
      }
    }
    const set = [...all].filter((s) => this.#edges[s]!.length > 0 || s === this.#end).sort((a, b) => a - b);
    const key = set.join();
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#sets.push(set) - 1;
    this.#ids.set(key, id);
    this.#next.push(new Int32Array(256).fill(UNKNOWN));
    return id;
  }
}

const LENGTHS = [0x7f, 0x7ff, 0xffff, LAST];
/** Bytes after the first of a character. */
const LATER: Range = [0x80, 0xbf];

/** Code points as sequences of ranges of bytes, which together are their UTF-8 and nothing else. */
export function bytesOf([first, last]: Range): Range[][] {
  const end = LENGTHS.find((most) => first <= most)!;
  if (last > end) return [...bytesOf([first, end]), ...bytesOf([end + 1, last])];
  if (end === 0x7f) return [[[first, last]]];
  return between(encoded(first), encoded(last), LATER);
}

function encoded(point: number): number[] {
  const tail = (shift: number): number => 0x80 | ((point >> shift) & 0x3f);
  if (point <= 0x7ff) return [0xc0 | (point >> 6), tail(0)];
  if (point <= 0xffff) return [0xe0 | (point >> 12), tail(6), tail(0)];
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)];
}
