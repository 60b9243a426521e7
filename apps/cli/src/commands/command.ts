/** @file What a command is, and the options that several share. */
import { GenError } from "@gen/core";
import type { Context, World } from "../context.js";
import type { Section } from "../schema/help.js";
import type { GivenOptions } from "../schema/resolve.js";
import { defineOptions, type Schema } from "../schema/schema.js";

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

/** @throws GenError `option` for an option that has an effect with another kind of model only */
export function refuse(
  { fields }: Schema,
  given: GivenOptions,
  { kind, where }: { readonly kind: string; readonly where: string },
): void {
  for (const [name, { spelling }] of given) {
    if (!(name in fields)) continue;
    throw new GenError("option", `${where}: expected ${spelling} only for a model of ${kind}, got it for another`, {
      fix: `leave out ${spelling}`,
    });
  }
}
