/** @file `gen train`: from options, or from a config file, to a run folder; `--resume` goes on with one. */
import { dirname, resolve as resolvePath } from "node:path";
import { readFileSync } from "node:fs";
import { GenError } from "@gen/core";
import type { Compute, Context, World } from "../context.js";
import { isModulePath } from "../load-recipe.js";
import { naming } from "../run/files.js";
import { RunFolder, checkName, defaultName } from "../run/run-folder.js";
import { peek } from "../schema/argv.js";
import { givenBy, parseConfig, type Config } from "../schema/config.js";
import type { Section } from "../schema/help.js";
import { resolve, type GivenOptions } from "../schema/resolve.js";
import { resumeOptions, runOptions, trainingOptions } from "../train/options.js";
import { choose, dataIn, planOf, recipeIn, sectionsOf, type Plan } from "../train/plan.js";
import { openSession } from "../train/session.js";
import { configOf } from "../train/train.js";
import { outputOptions, outputSection, type Call, type Command } from "./command.js";
import { resumeRun, trainAndSay, type Done, type Said } from "./resume.js";

const runSection: Section = { title: "The run", schema: runOptions };
const WHERE = "gen train";

export const trainCommand: Command = {
  name: "train",
  summary: "Train a model; leave a folder with the model as ONNX, pictures, curves and a report.",
  positionals: [
    { name: "recipe", description: "the name of a recipe, or the path of a module of your own", required: false },
    { name: "data", description: "what --data says, for short", required: false },
  ],
  examples: [
    "gen train vae --data glyphs",
    "gen train vae --data ./my-pictures --steps 5000 --name faces",
    "gen train gpt ./notes",
    "gen train music ./my-midi-files",
    "gen train ./my-recipe.ts --learning-rate 1e-4",
    "gen train --config runs/faces/config.json --seed 1",
    "gen train --resume runs/faces",
  ],
  lists: ({ recipes, sources }) => [
    { title: "Recipes", rows: recipes.all.map(({ name, summary }) => [name, summary] as const) },
    { title: "Data", rows: sources.all.map(({ name, summary }) => [name, summary] as const) },
  ],

  async sections(argv, world) {
    if (peek(argv, "resume") !== undefined) {
      const { resume } = runOptions.fields;
      return [{ title: "The run", schema: { fields: { resume, ...resumeOptions.fields } } }, outputSection];
    }
    const config = configIn(argv, world);
    const recipe = recipeIn(argv) ?? config?.recipe;
    if (recipe === undefined) return [{ title: "Training", schema: trainingOptions }, runSection, outputSection];
    const data = config?.options["data"];
    const choice = await choose(recipe, dataIn(argv) ?? (typeof data === "string" ? data : undefined), world);
    return [...sectionsOf(choice), runSection, outputSection];
  },

  async run({ positionals, given }, context) {
    const run = resolve(runOptions, only(runOptions, given), WHERE);
    if (run.resume !== undefined) {
      if (positionals.length > 0) {
        throw new GenError("option", `${WHERE}: expected no recipe beside --resume, got ${positionals[0]!}`, {
          fix: `leave out ${positionals[0]!}`,
        });
      }
      return resumeRun(resolvePath(context.cwd, run.resume), given, context);
    }
    const plan = await planIn({ positionals, given }, context);
    const name = run.name ?? defaultName(plan.recipe.name, plan.training.data, new Date(context.clock()));
    checkName(name);
    const path = resolvePath(context.cwd, run.runs, name);
    return startRun(plan, { path, overwrite: run.overwrite, compute: run }, context);
  },
};

/** What the command line asks for, over what its `--config` says. */
async function planIn({ positionals, given }: Call, context: Context): Promise<Plan> {
  const configPath = given.get("config")?.value;
  const config =
    typeof configPath === "string" ? readConfig(resolvePath(context.cwd, configPath), configPath) : undefined;
  const recipe = positionals[0] ?? config?.recipe;
  if (recipe === undefined) {
    throw new GenError("option", `${WHERE}: expected a recipe first, got none`, {
      fix: `gen train ${context.recipes.all[0]?.name ?? "./my-recipe.js"}`,
    });
  }
  const short = positionals[1];
  if (short !== undefined && given.has("data")) {
    throw new GenError("option", `${WHERE}: expected the data once, got ${short} and --data`, { fix: "leave out one" });
  }
  const stated =
    short === undefined ? given : new Map([...given, ["data", { value: short, spelling: short }] as const]);
  const own = [...stated].filter(([name]) => !(name in runOptions.fields) && !(name in outputOptions.fields));
  const all = config === undefined ? new Map(own) : givenBy(config, new Map(own));
  const data = all.get("data")?.value;
  const choice = await choose(recipe, typeof data === "string" ? data : undefined, context);
  return planOf(choice, all, WHERE);
}

export interface Destination {
  readonly path: string;
  readonly overwrite: boolean;
  readonly compute: Compute;
  /** What is still to be done with the model after its export, and what is said then. */
  readonly ending?: (done: Done) => Promise<Said>;
}

/** A new run, from nothing to its report. */
export async function startRun(
  plan: Plan,
  { path, overwrite, compute, ending }: Destination,
  context: Context,
): Promise<number> {
  const session = await openSession(plan, compute, context);
  try {
    const folder = await RunFolder.create(path, configOf(session, new Date(context.clock())), { overwrite });
    return await trainAndSay(session, folder, { context, ending });
  } finally {
    await session.runtime.close();
  }
}

function configIn(argv: readonly string[], { cwd }: World): Config | undefined {
  const path = peek(argv, "config");
  return path === undefined ? undefined : readConfig(resolvePath(cwd, path), path);
}

/** A config file; a module that it names is relative to it. */
function readConfig(path: string, shown: string): Config {
  const config = parseConfig(
    naming("cannot read", path, () => readFileSync(path, "utf8")),
    shown,
  );
  return isModulePath(config.recipe) ? { ...config, recipe: resolvePath(dirname(path), config.recipe) } : config;
}

/** What was given for the options of one schema. */
export function only({ fields }: { readonly fields: object }, given: GivenOptions): GivenOptions {
  return new Map([...given].filter(([name]) => name in fields));
}
