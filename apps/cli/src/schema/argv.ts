/** @file Reading the command line. Only what the schema says is understood; nothing is guessed and nothing is dropped. */
import { GenError } from "@gen/core";
import { ruleOf, type Field } from "./field.js";
import { flagOf, type Given, type GivenOptions } from "./resolve.js";
import type { Schema } from "./schema.js";

export interface Argv {
  readonly positionals: readonly string[];
  readonly given: GivenOptions;
}

/**
 * Splits a command line into options and positionals. `--name value` and `--name=value`; `--flag` and `--no-flag`; after
 * `--` everything is positional. A value that itself begins with `--` must be joined by `=`. A name that the schema does
 * not have is kept as it is spelled: `resolve` rejects it and names the nearest.
 *
 * @throws GenError `option` for an option given twice, or one whose value is missing.
 */
export function parseArgv(schema: Schema, argv: readonly string[], where: string): Argv {
  const positionals: string[] = [];
  const given = new Map<string, Given>();
  const words = argv.values();
  for (const word of words) {
    if (word === "--") {
      positionals.push(...words);
    } else if (!/^-[^0-9]/.test(word)) {
      positionals.push(word);
    } else {
      const [spelling, joined] = splitOnce(word);
      const { name, field, negated } = lookUp(schema, spelling);
      if (given.has(name)) {
        throw new GenError("option", `${where}: expected ${spelling} once, got it twice`, {
          fix: `keep one ${spelling}`,
        });
      }
      const takesWord = field !== undefined && field.kind !== "boolean" && joined === undefined;
      const text = takesWord ? words.next().value : joined;
      if (field !== undefined && takesWord && (text === undefined || text.startsWith("--"))) {
        const expected = ruleOf(field).expected(field);
        throw new GenError("option", `${where}: ${spelling}: expected ${expected}, got ${text ?? "nothing"}`, {
          fix: `write ${spelling}=<value>`,
        });
      }
      given.set(name, {
        value: text === undefined ? !negated : field === undefined ? text : ruleOf(field).read(text),
        spelling,
      });
    }
  }
  return { positionals, given };
}

/** The value of an option that takes one, before the whole schema is known (which recipe decides the rest of it). */
export function peek(argv: readonly string[], name: string): string | undefined {
  const flag = flagOf(name);
  const words = beforeDashes(argv);
  const at = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  return words[at] === flag ? words[at + 1] : words[at]?.slice(flag.length + 1);
}

/** Is one of these flags among the options? */
export function hasFlag(argv: readonly string[], ...flags: readonly string[]): boolean {
  return beforeDashes(argv).some((word) => flags.includes(word));
}

interface Found {
  readonly name: string;
  readonly field: Field | undefined;
  readonly negated: boolean;
}

function lookUp(schema: Schema, spelling: string): Found {
  for (const [name, field] of Object.entries(schema.fields)) {
    if (spelling === flagOf(name)) return { name, field, negated: false };
    if (field.kind === "boolean" && spelling === flagOf(name).replace("--", "--no-"))
      return { name, field, negated: true };
  }
  return { name: spelling, field: undefined, negated: false };
}

function splitOnce(word: string): readonly [string, string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end < 0 ? argv : argv.slice(0, end);
}
