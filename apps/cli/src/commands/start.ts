/** @file `gen start`, which `npm start` runs: the whole way once, from data to a model that needs nothing of ours. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve as resolvePath } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { GenError } from "@gen/core";
import { grid } from "@gen/data";
import { writePng } from "@gen/data/node";
import type { Context } from "../context.js";
import { showDuration } from "../output/format.js";
import { defaultName } from "../run/run-folder.js";
import { resolve, type Given } from "../schema/resolve.js";
import { defineOptions } from "../schema/schema.js";
import { choose, planOf } from "../train/plan.js";
import { sampleAs } from "../train/export.js";
import { bestOf } from "../train/session.js";
import { showMetrics } from "../train/train.js";
import { outputSection, type Command } from "./command.js";
import type { Done, Said } from "./resume.js";
import { only, startRun } from "./train.js";

/** About a minute on two cores. */
const PRESET: Readonly<Record<string, unknown>> = { data: "glyphs", steps: 4000, latentDim: 24, hidden: [400] };
const SEED = 7;
const COUNT = 80;
const COLUMNS = 10;

/** From src and from dist alike. */
const verifier = fileURLToPath(new URL("../../src/verify-sampler.mjs", import.meta.url));

const options = defineOptions({
  steps: { kind: "integer", default: PRESET["steps"] as number, min: 1, description: "Steps of training" },
  runs: { kind: "path", default: "runs", description: "Folder that the run's own folder goes into" },
  threads: { kind: "integer", min: 1, description: "Threads to compute with" },
});

export const startCommand: Command = {
  name: "start",
  summary: "Train a VAE on letterforms in about a minute, export it, and check the export in a process of its own.",
  positionals: [],
  examples: ["gen start"],
  sections: () => [{ title: "Options", schema: options }, outputSection],
  async run({ given }, context) {
    const { steps, runs, threads } = resolve(options, only(options, given), "gen start");
    const preset = Object.entries({ ...PRESET, steps }).map(([name, value]): [string, Given] => [
      name,
      { value, spelling: name },
    ]);
    const plan = planOf(await choose("vae", "glyphs", context), new Map(preset), "gen start");
    const path = resolvePath(context.cwd, runs, defaultName("vae", "glyphs", new Date(context.clock())));
    return startRun(plan, { path, overwrite: false, threads, ending: (done) => checkAndSay(context, done) }, context);
  },
};

/** Draws with the trainer and with the exported sampler, compares, and says in three lines what there is. */
async function checkAndSay({ output, program }: Context, { session, folder, outcome }: Done): Promise<Said> {
  const { store, metrics } = outcome;
  const picture = join(folder.samples, `seed-${SEED}.png`);
  await writePng(
    picture,
    grid(await sampleAs(session, bestOf(session, store), { seed: SEED, n: COUNT }), { columns: COLUMNS }),
  );
  const said = await verifySampler({ model: folder.model, picture, seed: SEED, n: COUNT });
  output.say("verified", { picture, said }, said);
  const { seconds } = folder.metrics.at(-1)!;
  return {
    fields: { verified: true, picture },
    text: [
      `Made: a VAE that draws letters, in ${showDuration(seconds)}; held out: ${showMetrics(metrics, session.trainable.metrics)}.`,
      `Look: open ${folder.shown}/report.html`,
      `Next: ${program} sample ${folder.shown} --seed 8    or    ${program} train vae --architecture convolutional`,
    ].join("\n"),
  };
}

interface Check {
  readonly model: string;
  readonly picture: string;
  readonly seed: number;
  readonly n: number;
}

/**
 * Runs the check of the exported sampler in a process that knows only onnxruntime-node.
 *
 * @returns what it says
 * @throws GenError `numeric` if the picture is another
 */
export async function verifySampler({ model, picture, seed, n }: Check): Promise<string> {
  const child = spawn(process.execPath, [verifier, model, picture, String(seed), String(n)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [said, code] = await Promise.all([
    text(child.stdout),
    once(child, "close").then(([status]) => status as number | null),
  ]);
  if (code === 0) return said.trim();
  const why = (said + (await text(child.stderr))).trim();
  throw new GenError("numeric", `gen start: expected the exported sampler to draw the trainer's picture, got: ${why}`, {
    fix: "please report it with the run's folder",
  });
}
