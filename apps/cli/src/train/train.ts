/** @file A run, from its first step or from a checkpoint to its export and its report. */
import { arch, cpus, platform } from "node:os";
import { fit, isGenError, type Report, type Store } from "@gen/core";
import { loadCheckpoint, newestCheckpoint, saveCheckpoint } from "@gen/core/node";
import type { Context } from "../context.js";
import { showCount, showDuration, showNumber } from "../output/format.js";
import { INTERRUPTED } from "../output/interrupt.js";
import type { Made, PictureText, Quantity } from "../report/about.js";
import { writeReport } from "../report/gather.js";
import type { RunFolder } from "../run/run-folder.js";
import type { Config } from "../schema/config.js";
import { spread } from "../sources/views.js";
import { ownVersion, runtimeVersion } from "../version.js";
import { exportModel } from "./export.js";
import { writeCurves } from "./curves.js";
import { drawPictures } from "./pictures.js";
import { writeRecordings } from "./recordings.js";
import { bestOf, nowOf, type Session } from "./session.js";
import { Pace } from "./pace.js";
import { Window } from "./window.js";

/** What config.json will say. */
export function configOf({ plan, data, trainable, parameters }: Session, now: Date): Config {
  const made: Made = {
    gen: ownVersion(),
    node: process.versions.node,
    onnxruntime: runtimeVersion(),
    machine: `${platform()} ${arch()}, ${cpus().length} cores`,
    created: now.toISOString(),
    family: plan.recipe.family,
    data: data.about,
    parameters,
    operations: trainable.step.graph.nodes().filter(({ op }) => op !== "input" && op !== "constant").length,
    loss: trainable.loss,
    parts: trainable.parts ?? {},
    metrics: trainable.metrics,
    pictures: textsOf(trainable.pictures),
    recordings: textsOf(trainable.recordings ?? {}),
  };
  const hash = plan.recipeHash === undefined ? {} : { recipeHash: plan.recipeHash };
  return { recipe: plan.recipeName, options: plan.options, made: { ...made, ...hash } };
}

function textsOf(all: Readonly<Record<string, PictureText>>): Record<string, PictureText> {
  return Object.fromEntries(Object.entries(all).map(([name, { title, caption }]) => [name, { title, caption }]));
}

/** What a run that reached its end has measured. */
export interface Outcome {
  /** Exit code: 0, or 130 when it was interrupted. */
  readonly code: number;
  readonly step: number;
  /** Means over held-out data at the last validation. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly store: Store;
}

/**
 * Trains, from the newest valid checkpoint of the folder if it has one, then exports and writes the report.
 *
 * @throws GenError `numeric` when the loss stops being finite, `file` when something cannot be written
 */
export async function train(session: Session, folder: RunFolder, context: Context): Promise<Outcome> {
  const { output } = context;
  const { plan, data, runtime, parameters } = session;
  const start = await startingPoint(session, folder, context);
  output.say(
    "start",
    {
      run: folder.path,
      recipe: plan.recipe.name,
      data: data.about,
      parameters,
      from: start.step,
      steps: plan.training.steps,
      device: runtime.device,
    },
    `${plan.recipe.name} on ${data.about}; ${showCount(parameters)} learned numbers; ${folder.shown}`,
  );
  const run = new Run(session, folder, { ...start, clock: context.clock });
  try {
    if (start.step === 0) await drawPictures(session, nowOf(session, start.store), { folder, step: 0 });
    for await (const report of run.reports(context.signal)) await run.take(report, context);
  } catch (error) {
    if (!isGenError(error) || error.code !== "aborted") throw error;
    await run.save();
    await writeReport(folder);
    output.result(
      { run: folder.path, step: run.step, interrupted: true },
      `Stopped after step ${showCount(run.step)} and saved. To go on: ${context.program} resume ${folder.shown}`,
    );
    return { code: INTERRUPTED, step: run.step, metrics: run.metrics, store: start.store };
  } finally {
    run.close();
  }
  await exportModel(session, bestOf(session, start.store), { path: folder.model, metrics: run.metrics });
  await writeRecordings(session, bestOf(session, start.store), folder);
  await writeCurves(session, bestOf(session, start.store), folder);
  await writeReport(folder);
  return { code: 0, step: run.step, metrics: run.metrics, store: start.store };
}

interface StartingPoint {
  readonly store: Store;
  readonly step: number;
}

async function startingPoint(
  { runtime, trainable, keys }: Session,
  folder: RunFolder,
  { output }: Context,
): Promise<StartingPoint> {
  // Where there were checkpoints and none is valid, loading says so: to begin anew would throw away the log, too.
  if ((await newestCheckpoint(folder.checkpoints)) === undefined && !folder.hasCheckpoints) {
    const store = await runtime.init(trainable.model, { key: keys.initial });
    await trainable.start?.({ runtime, store, key: keys.initial });
    return { store, step: 0 };
  }
  const store = runtime.emptyStore();
  const { step, skipped } = await loadCheckpoint(store, folder.checkpoints);
  for (const why of skipped) output.say("skipped", { why }, `passed over a damaged checkpoint: ${why}`);
  return { store, step };
}

/** Keeps the books of a training: log, progress, pictures, checkpoints. */
class Run {
  readonly #session: Session;
  readonly #folder: RunFolder;
  readonly #store: Store;
  readonly #from: number;
  readonly #log;
  readonly #window: Window;
  readonly #clock: () => number;
  readonly #pace: Pace;
  /** Milliseconds on the clock when this run would have begun, had it not been interrupted. */
  readonly #origin: number;
  step: number;
  metrics: Readonly<Record<string, number>> = {};

  constructor(
    session: Session,
    folder: RunFolder,
    { store, step, clock }: StartingPoint & { readonly clock: () => number },
  ) {
    this.#session = session;
    this.#folder = folder;
    this.#store = store;
    this.#from = this.step = step;
    this.#log = folder.openMetrics(step);
    this.#window = new Window(session.plan.training.steps);
    this.#pace = new Pace(session.plan.training.every);
    this.#clock = clock;
    const before = folder.metrics;
    this.#origin = clock() - 1000 * (before.at(-1)?.seconds ?? 0);
    this.metrics = before.findLast(({ validation }) => validation !== undefined)?.validation ?? {};
  }

  reports(signal: AbortSignal): AsyncGenerator<Report, void> {
    const { trainable, runtime, plan, keys } = this.#session;
    const { steps, every } = plan.training;
    const better = Object.values(trainable.metrics)[0]?.better;
    return fit(trainable.step, {
      runtime,
      store: this.#store,
      data: trainable.batches,
      steps,
      from: this.#from,
      key: keys.steps,
      every,
      signal,
      validate: {
        program: trainable.validation,
        data: spread(trainable.heldOut("validation"), trainable.choosing),
        every,
        key: keys.validation,
        keepBest: trainable.keepsBest ?? true,
        ...(better === undefined ? {} : { better }),
        ...(trainable.from === undefined ? {} : { from: trainable.from }),
      },
    });
  }

  async take({ n, loss, outputs, rate, settled, validation }: Report, { output }: Context): Promise<void> {
    const { steps, every } = this.#session.plan.training;
    const { watch } = this.#session.trainable;
    this.step = n;
    watch?.add(n, outputs);
    this.#write(this.#window.add(n, loss, outputs));
    if (!settled) return;
    const pace = this.#pace.at(n, this.#clock()) ?? rate;
    output.progress({ step: n, steps, loss, rate: pace, secondsLeft: (steps - n) / pace });
    if (validation !== undefined) {
      const { metrics } = this.#session.trainable;
      this.metrics = { ...meansOf(validation.metrics, metrics), ...(await this.#measured()) };
      const notes = watch?.notes();
      const found = notes === undefined ? {} : { notes };
      this.#log.append({ step: n, seconds: this.#seconds(), validation: this.metrics, ...found });
      for (const note of notes ?? []) output.say("note", { step: n, text: note }, note);
      output.say(
        "validation",
        { step: n, metrics: this.metrics, isBest: validation.isBest },
        `${showCount(n)} steps: ${showMetrics(this.metrics, metrics)}`,
      );
    }
    if (n % every !== 0 && n !== steps) return;
    const live = n === steps ? bestOf(this.#session, this.#store) : nowOf(this.#session, this.#store);
    const pictures = await drawPictures(this.#session, live, { folder: this.#folder, step: n });
    const path = await this.save();
    output.say("checkpoint", { step: n, path, pictures }, "");
  }

  /** Saves what there is after `step`; what the log says so far lasts, too. */
  async save(): Promise<string> {
    this.#write(this.#window.take());
    this.#log.sync();
    return saveCheckpoint(this.#store, this.#folder.checkpoints, { step: this.step });
  }

  close(): void {
    this.#log.close();
  }

  /** What the recipe measures of sets of samples, if it does. */
  async #measured(): Promise<Readonly<Record<string, number>>> {
    const { trainable, keys } = this.#session;
    return (await trainable.measure?.({ ...nowOf(this.#session, this.#store), key: keys.evaluation })) ?? {};
  }

  #write(means: ReturnType<Window["take"]>): void {
    if (means === undefined) return;
    const parts = Object.keys(means.parts).length === 0 ? {} : { parts: means.parts };
    this.#log.append({ step: this.step, seconds: this.#seconds(), loss: means.loss, ...parts });
  }

  #seconds(): number {
    return Math.round(this.#clock() - this.#origin) / 1000;
  }
}

/** The means of what is to be shown; a program may measure more. */
export function meansOf(
  means: Readonly<Record<string, { readonly mean: number }>>,
  quantities: Readonly<Record<string, Quantity>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.keys(quantities).flatMap((name) => (means[name] === undefined ? [] : [[name, means[name].mean]])),
  );
}

/** `negative ELBO 103.2 nats, 0.1899 bits/dim`. */
export function showMetrics(
  values: Readonly<Record<string, number>>,
  quantities: Readonly<Record<string, Quantity>>,
): string {
  let before = "";
  const parts = Object.entries(values).map(([name, value]) => {
    const { label, unit } = quantities[name] ?? { label: name, unit: "" };
    const words = [label === before ? "" : label.charAt(0).toLowerCase() + label.slice(1), showNumber(value), unit];
    before = label;
    return words.filter((word) => word !== "").join(" ");
  });
  return parts.join(", ");
}

export interface Ending {
  readonly outcome: Outcome;
  /** How the user calls gen. */
  readonly program: string;
}

/** What a finished run says of itself, for people. */
export function summaryOf(
  { plan, data, trainable }: Session,
  folder: RunFolder,
  { outcome: { step, metrics }, program }: Ending,
): string {
  const seconds = folder.metrics.at(-1)?.seconds ?? 0;
  return [
    `Trained ${plan.recipe.name} for ${showCount(step)} steps in ${showDuration(seconds)}: ${showMetrics(metrics, trainable.metrics)}.`,
    `Look at it:   ${folder.shown}/report.html`,
    data.tokenizer === undefined
      ? `Draw from it: ${program} sample ${folder.shown} --n 64 --seed 7`
      : `Go on with it: ${program} write ${folder.shown}`,
  ].join("\n");
}
