/** @file Regular languages looked at from outside: whether a text is in one, and texts of one, by chance. */
import { key, uniformDraws } from "@gen/core";
import { Automaton, DEAD } from "../../src/decoding/constrain/automaton.js";
import type { Language } from "../../src/decoding/constrain/language.js";

const encoder = new TextEncoder();
const BYTES = Array.from({ length: 256 }, (_, byte) => byte);

/** Tells of each text whether it is one of a language. */
export function accepting(language: Language): (text: string) => boolean {
  const automaton = new Automaton(language);
  return (text) => {
    const end = text === "" ? automaton.start : automaton.walk(automaton.start, encoder.encode(text));
    return end !== DEAD && automaton.accepts(end);
  };
}

/** Some texts of a language: some bytes that may come, one after the other, and then the shortest way to an end. */
export function someTexts(language: Language, count: number): string[] {
  const automaton = new Automaton(language);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return Array.from({ length: count }, (_, i) => {
    const bytes: number[] = [];
    let state = automaton.start;
    for (const u of uniformDraws(key(i), i)) {
      const next = BYTES.filter((byte) => automaton.step(state, byte) !== DEAD);
      if (next.length === 0) break;
      const byte = next[Math.floor(u * next.length)]!;
      bytes.push(byte);
      state = automaton.step(state, byte);
    }
    return decoder.decode(Uint8Array.from([...bytes, ...wayOut(automaton, state)]));
  });
}

/** The fewest bytes that make a text whole. */
function wayOut(automaton: Automaton, from: number): number[] {
  const ways = new Map<number, number[]>([[from, []]]);
  for (const [state, way] of ways) {
    if (automaton.accepts(state)) return way;
    for (const byte of BYTES) {
      const next = automaton.step(state, byte);
      if (next !== DEAD && !ways.has(next)) ways.set(next, [...way, byte]);
    }
  }
  throw new Error("a dead end");
}
