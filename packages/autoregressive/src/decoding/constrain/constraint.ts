/** @file A regular language as a constraint on tokens: at each place, those after which a text of the language can still end. */
import { GenError } from "@gen/core";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { Constraint, ConstraintState } from "../plan.js";
import { Automaton, DEAD } from "./automaton.js";
import { languageOf } from "./expression.js";
import { languageOfSchema } from "./json-schema.js";
import type { Language } from "./language.js";

/**
 * Only texts that an expression matches as a whole.
 *
 * @throws GenError `option` for what is not regular, and for an expression that no tokens spell
 * @see Willard & Louf 2023, "Efficient Guided Generation for Large Language Models", §3. arXiv:2307.09702
 */
export function matching(expression: string | RegExp, tokenizer: Tokenizer): Constraint {
  return constraintOf(languageOf(expression), tokenizer);
}

/**
 * Only JSON that a schema takes, as far as it is regular: no schema within itself.
 *
 * @throws GenError `option` naming what of the schema cannot be honoured
 */
export function jsonOf(schema: unknown, tokenizer: Tokenizer): Constraint {
  return constraintOf(languageOfSchema(schema), tokenizer);
}

/** States that are looked at in advance, for dead ends; a language of more is walked without. */
const LOOKED_AT = 5000;

function constraintOf(language: Language, tokenizer: Tokenizer): Constraint {
  const automaton = new Automaton(language);
  const tokens = Array.from({ length: tokenizer.size }, (_, token) => tokenizer.bytesOf(token));
  const ends = endable(automaton, spellers(tokens));
  if (ends !== undefined && !ends.has(automaton.start)) {
    throw new GenError(
      "option",
      `constraint: expected a text that tokens of this vocabulary spell, got a constraint that none meets${missingIn(automaton, tokens)}`,
      {
        fix: "use characters that the tokenizer has tokens for, or a tokenizer of bytes",
      },
    );
  }
  const states = new Map<number, ConstraintState>();
  const stateOf = (state: number): ConstraintState => {
    const known = states.get(state);
    if (known !== undefined) return known;
    const next = Int32Array.from(tokens, (bytes) => automaton.walk(state, bytes));
    const allowed = Uint8Array.from(next, (to) => Number(to !== DEAD && (ends?.has(to) ?? true)));
    const made: ConstraintState = {
      allowed,
      isComplete: automaton.accepts(state),
      isOver: automaton.accepts(state) && !allowed.includes(1),
      after: (token) => stateOf(next[token]!),
    };
    states.set(state, made);
    return made;
  };
  return { start: () => stateOf(automaton.start) };
}

/** What the shortest text lacks, for the error. */
function missingIn(automaton: Automaton, tokens: readonly Uint8Array[]): string {
  const known = new Set(tokens.flatMap((bytes) => [...bytes]));
  const ways = new Map<number, readonly number[]>([[automaton.start, []]]);
  for (const [state, way] of ways) {
    if (automaton.accepts(state)) {
      const text = new TextDecoder().decode(Uint8Array.from(way));
      const lost = Array.from(text).find((c) => new TextEncoder().encode(c).some((byte) => !known.has(byte)));
      return lost === undefined ? "" : `: ${JSON.stringify(text)} has ${JSON.stringify(lost)}, which is in no token`;
    }
    for (let byte = 0; byte < 256; byte++) {
      const next = automaton.step(state, byte);
      if (next !== DEAD && !ways.has(next)) ways.set(next, [...way, byte]);
    }
  }
  return "";
}

/** Tokens that spell whatever all of them spell: the single bytes, if each is one. */
function spellers(tokens: readonly Uint8Array[]): readonly Uint8Array[] {
  const bytes = tokens.filter(({ length }) => length === 1);
  return new Set(bytes.map(([byte]) => byte)).size === 256 ? bytes : tokens;
}

/** The states from which tokens lead to a whole text; undefined for a language with too many of them. */
function endable(automaton: Automaton, tokens: readonly Uint8Array[]): Set<number> | undefined {
  const before = new Map<number, Set<number>>();
  const open = [automaton.start];
  const found = new Set(open);
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const bytes of tokens) {
      const next = automaton.walk(state, bytes);
      if (next === DEAD) continue;
      before.set(next, (before.get(next) ?? new Set()).add(state));
      if (found.has(next)) continue;
      if (found.size >= LOOKED_AT) return undefined;
      found.add(next);
      open.push(next);
    }
  }
  const ends = new Set([...found].filter((state) => automaton.accepts(state)));
  const back = [...ends];
  for (let state = back.pop(); state !== undefined; state = back.pop()) {
    for (const earlier of before.get(state) ?? []) {
      if (ends.has(earlier)) continue;
      ends.add(earlier);
      back.push(earlier);
    }
  }
  return ends;
}
