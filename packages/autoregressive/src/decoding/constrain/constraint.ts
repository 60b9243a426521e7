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

/** Only JSON that a schema takes. @throws GenError `option` naming what of the schema cannot be honoured */
export function jsonOf(schema: unknown, tokenizer: Tokenizer): Constraint {
  return constraintOf(languageOfSchema(schema), tokenizer);
}

/** States that are looked at in advance, for dead ends; a language of more is walked without. */
const LOOKED_AT = 2000;

function constraintOf(language: Language, tokenizer: Tokenizer): Constraint {
  const automaton = new Automaton(language);
  const bytes = Array.from({ length: tokenizer.size }, (_, token) => tokenizer.bytesOf(token));
  const tables = new Map<number, Int32Array>();
  /** Of each token, the state after it; DEAD for one that must not come. */
  const tableOf = (state: number): Int32Array => {
    let table = tables.get(state);
    if (table === undefined) {
      table = Int32Array.from(bytes, (own) => {
        if (own.length === 0) return DEAD;
        let at = state;
        for (let i = 0; i < own.length && at !== DEAD; i++) at = automaton.step(at, own[i]!);
        return at;
      });
      tables.set(state, table);
    }
    return table;
  };
  const ends = endable(automaton, tableOf);
  if (ends !== undefined && !ends.has(automaton.start)) {
    throw new GenError(
      "option",
      "constraint: expected a text that tokens of this vocabulary spell, got a constraint that none meets",
      {
        fix: "use characters that the tokenizer has tokens for, or a tokenizer of bytes",
      },
    );
  }
  const states = new Map<number, ConstraintState>();
  const stateOf = (state: number): ConstraintState => {
    const known = states.get(state);
    if (known !== undefined) return known;
    const table = tableOf(state);
    const allowed = Uint8Array.from(table, (next) => Number(next !== DEAD && (ends?.has(next) ?? true)));
    const made: ConstraintState = {
      allowed,
      isComplete: automaton.accepts(state),
      isOver: automaton.accepts(state) && !allowed.includes(1),
      after: (token) => stateOf(table[token]!),
    };
    states.set(state, made);
    return made;
  };
  return { start: () => stateOf(automaton.start) };
}

/** The states from which tokens lead to a whole text; undefined for a language with too many of them. */
function endable(automaton: Automaton, tableOf: (state: number) => Int32Array): Set<number> | undefined {
  const before = new Map<number, Set<number>>();
  const open = [automaton.start];
  const found = new Set(open);
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const next of new Set(tableOf(state))) {
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
