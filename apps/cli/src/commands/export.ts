/** @file `gen export`: writes the ONNX files of a run's best checkpoint, wherever they are wanted. */
import { mkdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join, resolve as resolvePath } from "node:path";
import { GenError } from "@gen/core";
import { loadCheckpoint, writeAtomic } from "@gen/core/node";
import type { World } from "../context.js";
import { loadRecipe } from "../load-recipe.js";
import type { Live } from "../recipe.js";
import { RunFolder } from "../run/run-folder.js";
import type { Section } from "../schema/help.js";
import { resolve } from "../schema/resolve.js";
import { defineOptions, withDefaults } from "../schema/schema.js";
import { exportModel } from "../train/export.js";
import { bestOf, nowOf, openSession, type Session } from "../train/session.js";
import { outputOptions, outputSection, type Command } from "./command.js";
import { planOfRun } from "./resume.js";
import { only } from "./train.js";

const options = defineOptions({
  to: { kind: "path", description: "Folder to write to; the run's own model/ unless given" },
  which: {
    kind: "choice",
    choices: ["best", "last"],
    default: "best",
    description: "The numbers that measured best on held-out data, or those after the last step",
  },
  layout: {
    kind: "choice",
    choices: ["gen", "transformers"],
    default: "gen",
    description: "Files that need nothing of ours; or, of a GPT, the folder that transformers.js loads",
  },
  precision: {
    kind: "choice",
    appliesWhen: { layout: "gen" },
    choices: ["f32", "f16", "i8"],
    default: "f32",
    description:
      "How weights are stored: f16 takes half the room; i8, of large matrices, a quarter, which a CPU reads the sooner for a few rows at a time. Both are held against the trainer by a looser limit; files that choose (codes, bits) stay f32",
  },
  threads: { kind: "integer", min: 1, description: "Threads to compute with" },
});

export const exportCommand: Command = {
  name: "export",
  summary: "Write the model of a run as ONNX files that need nothing of ours, and check them against the trainer.",
  positionals: [{ name: "run", description: "the folder of a run", required: true }],
  examples: [
    "gen export runs/faces --to my-app/model",
    "gen export runs/faces --which last --precision f16",
    "gen export runs/notes --layout transformers --to my-app/notes",
    "gen export runs/emoji --sampler heun --guidance-low 0.3 --to my-app/model",
  ],
  async sections(argv, world) {
    return [{ title: "Options", schema: options }, ...(await drawingSections(argv[0], world)), outputSection];
  },
  async run({ positionals, given }, context) {
    const folder = RunFolder.open(resolvePath(context.cwd, positionals[0]!));
    const { to, which, layout, precision, threads } = resolve(options, only(options, given), "gen export");
    if (layout !== "gen" && to === undefined) {
      throw new GenError("option", `gen export: expected --to beside --layout ${layout}, got none`, {
        fix: "say which folder to write",
      });
    }
    const path = to === undefined ? folder.model : resolvePath(context.cwd, to);
    const drawing = new Map(
      [...given].filter(([name]) => !(name in options.fields) && !(name in outputOptions.fields)),
    );
    const session = await openSession(await planOfRun(folder, context, drawing), { threads }, context);
    try {
      const store = session.runtime.emptyStore();
      const { step } = await loadCheckpoint(store, folder.checkpoints);
      const live = which === "best" ? bestOf(session, store) : nowOf(session, store);
      const metrics = folder.metrics.findLast((line) => line.validation !== undefined)?.validation ?? {};
      if (layout === "gen") await exportModel(session, live, { path, metrics, precision });
      else await exportLayout(session, live, { path, layout });
      context.output.result({ model: path, step, which, layout, precision }, `Wrote ${path}`);
      return 0;
    } finally {
      await session.runtime.close();
    }
  },
};

/** How the files of a run draw, where that is still to be chosen: options of its recipe. */
async function drawingSections(run: string | undefined, { recipes, cwd }: World): Promise<readonly Section[]> {
  if (run === undefined || !existsSync(resolvePath(cwd, run, "config.json"))) return [];
  const { config } = RunFolder.open(resolvePath(cwd, run));
  const { recipe } = await loadRecipe(config.recipe, recipes, cwd);
  const { drawing = [], options: all, name } = recipe;
  if (drawing.length === 0) return [];
  const fields = Object.fromEntries(drawing.map((option) => [option, { ...all.fields[option]!, appliesWhen: {} }]));
  const schema = withDefaults({ fields }, config.options);
  return [{ title: `How the files of ${name} draw`, schema }];
}

/** Writes the folder of others' layout. @throws GenError `option` for a model that has none of that name */
async function exportLayout(
  { trainable, plan }: Session,
  live: Live,
  { path, layout }: { readonly path: string; readonly layout: string },
): Promise<void> {
  const make = trainable.layouts?.[layout];
  if (make === undefined) {
    throw new GenError(
      "option",
      `gen export: expected a GPT for --layout ${layout}, got a model of ${plan.recipe.name}`,
      {
        fix: "leave out --layout",
      },
    );
  }
  for (const [name, bytes] of await make(live)) {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeAtomic(file, bytes);
  }
}
