/** @file What a command is, and the options that several share. */
import type { Context, World } from "../context.js";
import type { Section } from "../schema/help.js";
import type { GivenOptions } from "../schema/resolve.js";
import { defineOptions } from "../schema/schema.js";

export interface Positional {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
}

/** What a command was called with; not yet checked against its options. */
export interface Call {
  readonly positionals: readonly string[];
  readonly given: GivenOptions;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly positionals: readonly Positional[];
  readonly examples: readonly string[];
  /** The options, which may depend on what is typed: those of `gen train vae` are the recipe's too. */
  sections(argv: readonly string[], world: World): readonly Section[] | Promise<readonly Section[]>;
  /** Lists for the help page, above the options. */
  lists?(world: World): readonly { readonly title: string; readonly rows: readonly (readonly [string, string])[] }[];
  /** @returns the exit code */
  run(call: Call, context: Context): Promise<number>;
}

export const outputOptions = defineOptions({
  json: { kind: "boolean", default: false, description: "Print one JSON object a line, for machines" },
});
export const outputSection: Section = { title: "Output", schema: outputOptions };
