/** @file `gen start`, which `npm start` runs: the whole way once, from data to a model that needs nothing of ours. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve as resolvePath } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { evaluate, GenError } from "@gen/core";
import { grid } from "@gen/data";
import { writePng } from "@gen/data/node";
import type { Context } from "../context.js";
import { showCount, showDuration } from "../output/format.js";
import { checkName } from "../run/run-folder.js";
import { resolve, type Given } from "../schema/resolve.js";
import { defineOptions } from "../schema/schema.js";
import { choose, planOf } from "../train/plan.js";
import { sampleAs } from "../train/export.js";
import { bestOf } from "../train/session.js";
import { meansOf, showMetrics } from "../train/train.js";
import { outputSection, type Command } from "./command.js";
import type { Done, Said } from "./resume.js";
import { only, startRun } from "./train.js";

/** About a minute on two cores that have nothing else to do. */
const STEPS = 5000;
const DATA = "glyphs";
const PRESET: Readonly<Record<string, unknown>> = {
  data: DATA,
  batchSize: 128,
  conditional: true,
  latentDim: 12,
  hidden: [400, 400],
  activation: "silu",
  learningRate: 4e-3,
  schedule: "cosine",
  clip: 20,
};
/** Of the picture that a process of its own draws again. */
const SEED = 7;
const COUNT = 62;
const COLUMNS = 13;

/** From src and from dist alike. */
const verifier = fileURLToPath(new URL("../../src/verify-sampler.mjs", import.meta.url));

const options = defineOptions({
  name: { kind: "string", description: "Name of the run; glyphs-1, glyphs-2, … unless given" },
  steps: { kind: "integer", default: STEPS, min: 1, description: "Steps of training" },
  seed: { kind: "integer", default: 0, min: 0, description: "Where all randomness of the run comes from" },
  runs: { kind: "path", default: "runs", description: "Folder that the run's own folder goes into" },
  threads: { kind: "integer", min: 1, description: "Threads to compute with; the result does not depend on it" },
});

export const startCommand: Command = {
  name: "start",
  summary: "Train a VAE on letterforms in about a minute, export it, and check the export in a process of its own.",
  positionals: [],
  examples: ["gen start", "gen start --seed 1 --name another"],
  sections: () => [{ title: "Options", schema: options }, outputSection],
  async run({ given }, context) {
    const { name, steps, seed, runs, threads } = resolve(options, only(options, given), "gen start");
    const preset = Object.entries({ ...PRESET, steps, seed }).map(([key, value]): [string, Given] => [
      key,
      { value, spelling: key },
    ]);
    const plan = planOf(await choose("vae", DATA, context), new Map(preset), "gen start");
    const place = resolvePath(context.cwd, runs);
    if (name !== undefined) checkName(name);
    const path = join(place, name ?? freeName(place));
    return startRun(
      plan,
      { path, overwrite: false, compute: { threads }, ending: (done) => checkAndSay(context, done) },
      context,
    );
  },
};

/** The first of glyphs-1, glyphs-2, … that is not there yet. */
function freeName(place: string): string {
  for (let i = 1; ; i++) if (!existsSync(join(place, `${DATA}-${i}`))) return `${DATA}-${i}`;
}

/** Measures on typefaces that nothing looked at before, checks the exported sampler, and says in three lines what there is. */
async function checkAndSay({ output, program, signal }: Context, { session, folder, outcome }: Done): Promise<Said> {
  const { trainable, keys } = session;
  const live = bestOf(session, outcome.store);
  const test = trainable.heldOut("test");
  const means = await evaluate(trainable.validation, test, { ...live, key: keys.evaluation, signal });
  const metrics = meansOf(means, trainable.metrics);

  const picture = join(folder.samples, `seed-${SEED}.png`);
  await writePng(picture, grid(await sampleAs(session, live, { seed: SEED, n: COUNT }), { columns: COLUMNS }));
  const said = await verifySampler({ model: folder.model, picture, seed: SEED, n: COUNT });
  output.say("verified", { picture, said }, said);
  const { seconds } = folder.metrics.at(-1)!;
  return {
    fields: { verified: true, picture, test: metrics },
    text: [
      `Made: a VAE that draws letters, in ${showDuration(seconds)}; ${showMetrics(metrics, trainable.metrics)} on ${showCount(test.length)} letters of unseen typefaces.`,
      `Look: open ${folder.shown}/report.html`,
      `Next: ${program} sample ${folder.shown} --label g --seed 8    or    ${program} train vae --architecture convolutional`,
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
  const [said, complaint, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close").then(([status]) => status as number | null),
  ]);
  if (code === 0) return said.trim();
  const why = (said + complaint).trim();
  throw new GenError("numeric", `gen start: expected the exported sampler to draw the trainer's picture, got: ${why}`, {
    fix: "please report it with the run's folder",
  });
}
