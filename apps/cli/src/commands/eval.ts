/** @file `gen eval`: measures a run's model on rows that it never saw; with two words, compares two things. */
import { existsSync } from "node:fs";
import { join, resolve as resolvePath } from "node:path";
import { evaluate } from "@gen/core";
import { loadCheckpoint } from "@gen/core/node";
import type { Context, World } from "../context.js";
import type { Quantity } from "../report/about.js";
import { RunFolder } from "../run/run-folder.js";
import { peek } from "../schema/argv.js";
import { resolve, type GivenOptions } from "../schema/resolve.js";
import { defineOptions, mergeSchemas, select, type OptionsOf, type Schema } from "../schema/schema.js";
import { bestOf, nowOf, openSession, type Session } from "../train/session.js";
import { meansOf, showMetrics } from "../train/train.js";
import { compareOptions, evalCompare } from "./eval-compare.js";
import { evalExported, exportedSections } from "./eval-exported.js";
import { outputSection, type Command } from "./command.js";
import { planOfRun } from "./resume.js";
import { only } from "./train.js";
import { computeOptions } from "../train/options.js";
import { loadRecipe } from "../load-recipe.js";
import type { Live, Recipe } from "../recipe.js";

const options = defineOptions({
  split: { kind: "choice", choices: ["validation", "test"], default: "test", description: "Rows to measure on" },
  rows: { kind: "integer", min: 1, description: "Measure on so many of them only; all unless given" },
  which: {
    kind: "choice",
    choices: ["best", "last"],
    default: "best",
    description: "The numbers that measured best during training, or those after the last step",
  },
  ...computeOptions.fields,
});

export const evalCommand: Command = {
  name: "eval",
  summary: "Measure a trained model on held-out data, or compare it, or anything, with anything else.",
  positionals: [
    { name: "run", description: "the folder of a run, or of an exported model", required: true },
    {
      name: "other",
      description:
        "what to compare it with: either may be a run, a model, a data set (mnist:test), a folder of pictures or a CSV file",
      required: false,
    },
  ],
  examples: [
    "gen eval runs/faces",
    "gen eval runs/faces --split validation --json",
    "gen eval my-app/model --k 1000",
    "gen eval runs/digits mnist:test --n 10000 --copies",
    "gen eval mine.csv theirs.csv",
  ],

  async sections(argv, world) {
    const [path, other] = argv;
    if (isTwo(path, other)) return [{ title: "Options", schema: compareOptions }, outputSection];
    const bare = path === undefined ? undefined : bareModel(path, world);
    if (bare !== undefined) return [...(await exportedSections(bare, peek(argv, "data"), world)), outputSection];
    const recipe = path === undefined || path.startsWith("-") ? undefined : await recipeOf(path, world);
    const own =
      recipe?.evaluation === undefined
        ? []
        : [{ title: `The recipe: ${recipe.name}`, schema: recipe.evaluation.options }];
    return [{ title: "Options", schema: options }, ...own, outputSection];
  },

  async run({ positionals, given }, context) {
    const [one, other] = positionals;
    if (other !== undefined) return evalCompare([one!, other], without(outputSection.schema, given), context);
    const bare = bareModel(positionals[0]!, context);
    if (bare !== undefined) return evalExported(bare, given, context);
    const folder = RunFolder.open(resolvePath(context.cwd, positionals[0]!));
    const plan = await planOfRun(folder, context);
    const own = plan.recipe.evaluation?.options ?? defineOptions({});
    const schema = mergeSchemas([options, own]);
    const resolved = resolve(schema, only(schema, given), "gen eval");
    const { split, rows, which, device, threads } = select(options, resolved);
    const session = await openSession(plan, { device, threads }, context);
    try {
      const store = session.runtime.emptyStore();
      const { step } = await loadCheckpoint(store, folder.checkpoints);
      const live = which === "best" ? bestOf(session, store) : nowOf(session, store);
      const request: Request = { split, rows, options: select(own, resolved) };
      const { values, quantities, count } = await measure(session, live, { ...request, context });
      const text = `${showMetrics(values, quantities)} on ${count} rows of ${split}`;
      context.output.result({ run: folder.path, step, split, rows: count, metrics: values }, text);
      return 0;
    } finally {
      await session.runtime.close();
    }
  },
};

/** What was given, but for the options of a schema. */
function without({ fields }: Schema, given: GivenOptions): GivenOptions {
  return new Map([...given].filter(([name]) => !(name in fields)));
}

/** Do the first two words name two things? */
function isTwo(path: string | undefined, other: string | undefined): boolean {
  return [path, other].every((word) => word !== undefined && !word.startsWith("-"));
}

interface Request {
  readonly split: "validation" | "test";
  readonly rows: number | undefined;
  readonly options: OptionsOf<NonNullable<Recipe["evaluation"]>["options"]>;
}

interface Measured {
  readonly values: Record<string, number>;
  readonly quantities: Readonly<Record<string, Quantity>>;
  readonly count: number;
}

/** The metrics of training, then what the recipe measures besides. */
async function measure(
  { trainable, keys, plan }: Session,
  live: Live,
  { split, rows, options: own, context }: Request & { readonly context: Context },
): Promise<Measured> {
  const { signal, output } = context;
  const all = trainable.heldOut(split);
  const data =
    rows === undefined || rows >= all.length
      ? all
      : { ...all, length: rows, rows: (indices: readonly number[]) => all.rows(indices) };
  const means = await evaluate(trainable.validation, data, { ...live, key: keys.evaluation, signal });
  const values = meansOf(means, trainable.metrics);
  const evaluation = plan.recipe.evaluation;
  if (trainable.evaluate === undefined || evaluation === undefined)
    return { values, quantities: trainable.metrics, count: data.length };
  const start = context.clock();
  const onProgress = (fraction: number): void => {
    const seconds = (context.clock() - start) / 1000;
    const left = fraction > 0 ? { secondsLeft: (seconds * (1 - fraction)) / fraction } : {};
    output.progress({ step: Math.round(fraction * data.length), steps: data.length, ...left });
  };
  const more = await trainable.evaluate(live, { rows: data, options: own, key: keys.evaluation, signal, onProgress });
  return {
    values: { ...values, ...more },
    quantities: { ...trainable.metrics, ...evaluation.metrics },
    count: data.length,
  };
}

/** The folder, if it holds an exported model and no run. */
function bareModel(path: string, { cwd }: World): string | undefined {
  const folder = resolvePath(cwd, path);
  return existsSync(join(folder, "card.json")) && !existsSync(join(folder, "config.json")) ? folder : undefined;
}

async function recipeOf(path: string, world: World): Promise<Recipe> {
  return (await loadRecipe(RunFolder.open(resolvePath(world.cwd, path)).config.recipe, world.recipes, world.cwd))
    .recipe;
}
