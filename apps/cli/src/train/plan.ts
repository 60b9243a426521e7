/** @file From what was typed, or written down, to what will be done. */
import { existsSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { GenError } from "@gen/core";
import type { World } from "../context.js";
import type { DataSource } from "../data-source.js";
import { loadRecipe, type LoadedRecipe } from "../load-recipe.js";
import type { Recipe } from "../recipe.js";
import { isAnswers } from "../sources/answers.js";
import { isMidi } from "../sources/midi.js";
import { isTable } from "../sources/table.js";
import { isText } from "../sources/text.js";
import type { Fields } from "../schema/field.js";
import { peek } from "../schema/argv.js";
import type { Section } from "../schema/help.js";
import { effective, resolve, type GivenOptions } from "../schema/resolve.js";
import { mergeSchemas, select, withDefaults, type OptionsOf, type Schema } from "../schema/schema.js";
import { trainingOptions } from "./options.js";

export interface Plan {
  readonly recipe: Recipe;
  /** What config.json calls the recipe: its name, or the absolute path of its module. */
  readonly recipeName: string;
  /** sha256 of the module's text, when the recipe is the user's own. */
  readonly recipeHash?: string;
  readonly source: DataSource;
  readonly training: OptionsOf<typeof trainingOptions> & { readonly every: number };
  readonly recipeOptions: OptionsOf<Schema>;
  readonly sourceOptions: OptionsOf<Schema>;
  /** All options that have an effect: what config.json keeps. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Which recipe, and which data: what decides which options there are. */
export interface Choice {
  readonly loaded: LoadedRecipe;
  readonly source: DataSource;
  /** What `--data` says, a path made absolute: a run may go on from elsewhere. */
  readonly data: string;
  /** Where relative paths begin. */
  readonly cwd: string;
}

/**
 * What is trained on what.
 *
 * @param data what `--data` says, if it was said
 * @throws GenError `option` for unknown names
 */
export async function choose(recipe: string, said: string | undefined, world: World): Promise<Choice> {
  const { cwd } = world;
  const loaded = await loadRecipe(recipe, world.recipes, cwd);
  const data = said ?? loaded.recipe.defaults?.data ?? trainingOptions.fields.data.default;
  return { loaded, source: sourceOf(data, world), data: placeOf(data, cwd), cwd };
}

/** What `--data` says, a path made absolute. */
export function placeOf(data: string, cwd: string): string {
  return isPath(data) ? resolvePath(cwd, data) : data;
}

/**
 * `--data` is the name of a source, a table, a file of answers or text, or a folder.
 *
 * @throws GenError `option` for a name that is none
 */
export function sourceOf(data: string, { sources, cwd }: World): DataSource {
  if (!isPath(data) && !sources.all.some(({ name }) => name === data) && existsSync(resolvePath(cwd, data))) {
    throw new GenError("option", `--data: expected the name of a data set, or a path, got ${data}`, {
      fix: `what lies here under this name is --data ./${data}`,
    });
  }
  return sources.get(sourceNameOf(data, cwd), "--data");
}

function sourceNameOf(data: string, cwd: string): string {
  if (!isPath(data)) return data;
  if (isTable(data)) return "table";
  if (isAnswers(data)) return "answers";
  if (isMidi(placeOf(data, cwd))) return "midi";
  return isText(placeOf(data, cwd)) ? "text" : "folder";
}

/** Is this a path rather than a name? */
export function isPath(data: string): boolean {
  return isTable(data) || isAnswers(data) || /[/\\]|^\./.test(data);
}

/** The options there are for a choice, by who owns them. */
export function sectionsOf({
  loaded: { recipe },
  source,
}: Choice): readonly [training: Section, recipe: Section, source: Section] {
  return [
    { title: "Training", schema: withDefaults(trainingOptions, { ...recipe.defaults }) },
    { title: `The recipe: ${recipe.name}`, schema: recipe.options },
    { title: `The data: ${source.name}`, schema: source.options },
  ];
}

/** @throws GenError `option` for what is unknown, wrong or without effect. @param where "gen train" or the config file */
export function planOf(choice: Choice, given: GivenOptions, where: string): Plan {
  const { loaded, source, data, cwd } = choice;
  const schema: Schema = mergeSchemas(sectionsOf(choice).map((section) => section.schema));
  const options = absolute(schema, resolve(schema, given, where), cwd) as Readonly<Record<string, unknown>>;
  const training = select(trainingOptions, options);
  const every = training.every ?? Math.max(1, Math.round(training.steps / 10));
  return {
    recipe: loaded.recipe,
    recipeName: loaded.module?.path ?? loaded.recipe.name,
    ...(loaded.module === undefined ? {} : { recipeHash: loaded.module.sha256 }),
    source,
    training: { ...training, every, data },
    recipeOptions: select(loaded.recipe.options, options),
    sourceOptions: select(source.options, options),
    options: effective(schema, { ...options, every, data }),
  };
}

/** Options whose paths do not depend on where one is: a run may go on from elsewhere. */
export function absolute<F extends Fields>(
  { fields }: Schema<F>,
  options: OptionsOf<Schema<F>>,
  cwd: string,
): OptionsOf<Schema<F>> {
  const all: Fields = fields;
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      all[name]?.kind === "path" && typeof value === "string" ? resolvePath(cwd, value) : value,
    ]),
  ) as OptionsOf<Schema<F>>;
}

/** The recipe that a command line names: its first word. */
export function recipeIn(argv: readonly string[]): string | undefined {
  const [first] = argv;
  return first === undefined || first.startsWith("-") ? undefined : first;
}

/** What `--data`, or the word after the recipe, says. */
export function dataIn(argv: readonly string[]): string | undefined {
  const [first, second] = argv;
  const word =
    first === undefined || second === undefined || /^-/.test(first) || /^-/.test(second) ? undefined : second;
  return peek(argv, "data") ?? word;
}
