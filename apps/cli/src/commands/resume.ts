/** @file `gen resume`: goes on with a run where its newest valid checkpoint was written, bit for bit. */
import { resolve as resolvePath } from "node:path";
import type { Context } from "../context.js";
import { RunFolder } from "../run/run-folder.js";
import { givenBy } from "../schema/config.js";
import { resolve, type GivenOptions } from "../schema/resolve.js";
import { resumeOptions } from "../train/options.js";
import { choose, planOf, type Plan } from "../train/plan.js";
import { openSession, type Session } from "../train/session.js";
import { summaryOf, train, type Outcome } from "../train/train.js";
import { outputSection, type Command } from "./command.js";

export const resumeCommand: Command = {
  name: "resume",
  summary: "Go on with a run that was interrupted, as if it had not been; the same as gen train --resume.",
  positionals: [{ name: "run", description: "the folder of a run", required: true }],
  examples: ["gen resume runs/faces", "gen resume runs/faces --steps 10000"],
  sections: () => [{ title: "The run", schema: resumeOptions }, outputSection],
  run: ({ positionals, given }, context) => resumeRun(resolvePath(context.cwd, positionals[0]!), given, context),
};

/** @throws GenError `file` if there is no run, `option` if its config is not one that this version understands */
export async function resumeRun(path: string, given: GivenOptions, context: Context): Promise<number> {
  const folder = RunFolder.open(path);
  const own = new Map([...given].filter(([name]) => name in resumeOptions.fields));
  const { steps, device, threads } = resolve(resumeOptions, own, "gen resume");
  const plan = await planOfRun(
    folder,
    context,
    own.get("steps") === undefined ? new Map() : new Map([["steps", own.get("steps")!]]),
  );
  const session = await openSession(plan, { device, threads }, context);
  try {
    if (steps !== undefined) await folder.writeConfig({ ...folder.config, options: plan.options });
    return await trainAndSay(session, folder, { context });
  } finally {
    await session.runtime.close();
  }
}

/** The last words of a command. */
export interface Said {
  readonly fields: object;
  readonly text: string;
}

/** A run at its end. */
export interface Done {
  readonly session: Session;
  readonly folder: RunFolder;
  readonly outcome: Outcome;
}

interface Manner {
  readonly context: Context;
  readonly ending?: ((done: Done) => Promise<Said>) | undefined;
}

/** Trains to the end, or to an interruption, and says what there is. @returns the exit code */
export async function trainAndSay(session: Session, folder: RunFolder, { context, ending }: Manner): Promise<number> {
  const outcome = await train(session, folder, context);
  if (outcome.code !== 0) return outcome.code;
  const { step, metrics } = outcome;
  const said = await ending?.({ session, folder, outcome });
  context.output.result(
    { run: folder.path, step, metrics, model: folder.model, report: folder.report, ...said?.fields },
    said?.text ?? summaryOf(session, folder, { outcome, program: context.program }),
  );
  return 0;
}

/** The plan that a run was made by. @param over options that win over its config */
export async function planOfRun(folder: RunFolder, context: Context, over: GivenOptions = new Map()): Promise<Plan> {
  const { config } = folder;
  const data = config.options["data"];
  const choice = await choose(config.recipe, typeof data === "string" ? data : undefined, context);
  const hash = config.made?.["recipeHash"];
  if (hash !== choice.loaded.module?.sha256) {
    const text = `${config.recipe} has changed since the run began: what follows may not be what it would have been`;
    context.output.say("changed", { recipe: config.recipe }, text);
  }
  return planOf(choice, givenBy(config, over), `${folder.shown}/config.json`);
}
