/** @file The config file: a command line that was written down. `gen train --config file.json` repeats it. */
import { GenError, messageOf } from "@gen/core";
import { showValue } from "./field.js";
import type { Given, GivenOptions } from "./resolve.js";

/** What one trains, and with which options. */
export interface Config {
  /** A recipe's name, or the path of a module of one's own, relative to the file. */
  readonly recipe: string;
  /** By their names in code; only those that have an effect. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where it comes from; for people, and to notice a change. Not read when a run is repeated. */
  readonly made?: Readonly<Record<string, unknown>>;
}

const KEYS = ["recipe", "options", "made"];

/**
 * Reads the text of a config file.
 *
 * @param where the file, for messages.
 * @throws GenError `format` if it is not what a config file is.
 */
export function parseConfig(text: string, where: string): Config {
  const fail = (expected: string, got: string, cause?: unknown): GenError =>
    new GenError("format", `${where}: expected ${expected}, got ${got}`, {
      fix: 'write { "recipe": "vae", "options": { "steps": 1000 } }',
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail("JSON", text.trim() === "" ? "an empty file" : messageOf(cause), cause);
  }
  if (!isRecord(value)) throw fail("an object", JSON.stringify(value).slice(0, 40));
  const stray = Object.keys(value).find((key) => !KEYS.includes(key));
  if (stray !== undefined) throw fail(`only ${KEYS.join(", ")}`, stray);
  const { recipe, options = {}, made } = value;
  if (typeof recipe !== "string" || recipe === "") throw fail('"recipe" to be a name', showValue(recipe));
  if (!isRecord(options)) throw fail('"options" to be an object', JSON.stringify(options));
  return { recipe, options, ...(isRecord(made) ? { made } : {}) };
}

/** The options of a config file, ready to be resolved. @param over what else was given, which wins. */
export function givenBy(config: Config, over: GivenOptions): GivenOptions {
  const own = Object.entries(config.options).map(([name, value]): [string, Given] => [name, { value, spelling: name }]);
  return new Map([...own, ...over]);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
