/**
 * @file GANs of MNIST: the Parzen-window log-likelihood of the first paper, and beside it what it does not see: precision and
 * recall, classes, copies of training rows.
 */
import {
  batches,
  fit,
  key,
  ndarray,
  split,
  takeRows,
  type Dataset,
  type Key,
  type NdArray,
  type Runtime,
  type Store,
} from "@gen/core";
import { saveCheckpoint } from "@gen/core/node";
import { datasets, mnist } from "@gen/data/node";
import {
  classCoverage,
  extractAll,
  frechet,
  manifold,
  memorisation,
  onRuntime,
  parzen,
  type Extracted,
} from "@gen/eval";
import { builtInFolder, openExtractor } from "@gen/eval/node";
import { exportedFiles, game, rowsPerStep, sample, type Gan, type GameOptions } from "@gen/gan";
import { deviceOf, openWeights, startOf } from "./place.js";
import { checkpointFolder } from "./results.js";
import type { Measured, Result, Row, TrainOptions } from "./row.js";
import { firstRows, randomRows } from "./subset.js";
import { writeWeights } from "./weights.js";

export interface GanMnistOptions {
  readonly id: string;
  /** What the leaderboard calls it. @default "GAN, convolutional" */
  readonly name?: string;
  readonly model: Gan;
  readonly game: GameOptions;
  /** Of the noise that samples are made of: |z| ≤ truncation. @default all of it */
  readonly truncation?: number;
  readonly steps: number;
  /** Steps between two checkpoints. */
  readonly every: number;
  readonly notes: string;
}

const seed = 0;
/** Samples that are measured, and drawn at once. */
const [DRAWN, CHUNK] = [10_000, 500];
/** Rows to learn from; the other 10,000 of the training set choose σ. */
const LEARNED = 50_000;

export function ganMnistRow(options: GanMnistOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  return {
    choosesDevice: true,
    split: "50,000 rows to learn, 1,000 others to choose σ of the windows, test rows to measure",
    train: async (given) => {
      const trained = await train(options, given);
      given.log("measuring");
      return { ...(await measure(options, given)), seed, ...trained, notes: options.notes };
    },
    check: async (n) => {
      const { runtime, store } = await openWeights(options.id);
      const { valid, test } = await rows();
      const samples = await drawn(options, { runtime, store, from: key(11) }, DRAWN);
      const found = await parzen(
        {
          samples: flat(samples),
          validation: await intensities(valid),
          test: await intensities(randomRows(test, Math.min(n, test.length))),
        },
        { multiply: onRuntime(runtime) },
      );
      await runtime.close();
      return { ...measuredOf(found.logLikelihood), n };
    },
    exported: () => {
      const { generator, sampler, search } = exportedFiles(options.model); // the weights are without the discriminator's
      const files = { generator: generator!, sampler: sampler!, search: search! };
      return { family: "gan", files, data: datasets.mnist.description, licence: datasets.mnist.licence };
    },
    contestant: {
      set: "mnist",
      name: options.name ?? "GAN, convolutional",
      ...(options.model.classes > 0 && { classes: options.model.classes }),
      async *samples(n) {
        const { runtime, store } = await openWeights(options.id);
        yield await drawn(options, { runtime, store, from: key(12) }, n);
        await runtime.close();
      },
    },
  };
}

interface Parts {
  readonly train: Dataset;
  readonly valid: Dataset;
  readonly test: Dataset;
}

async function rows(): Promise<Parts> {
  const all = await mnist({ split: "train" });
  const part = (from: number, to: number): Dataset => ({
    length: to - from,
    fields: all.fields,
    rows: (indices) => all.rows(indices.map((i) => from + i)),
  });
  return { train: part(0, LEARNED), valid: part(LEARNED, all.length), test: await mnist({ split: "test" }) };
}

async function train(
  { id, model, game: options, steps, every }: GanMnistOptions,
  { resume, threads, device = "cpu", log, signal }: TrainOptions,
): Promise<Pick<Result, "seconds" | "steps">> {
  const [root, runtime, folder] = [key(seed), await deviceOf({ threads, device }), checkpointFolder(id)];
  const store = await runtime.init(model, { key: split(root, 0) });
  const [from, before] = await startOf(store, { folder, resume, log });
  const { train: learned } = await rows();
  const data = batches(learned, { size: rowsPerStep(options), key: split(root, 1) });
  const start = performance.now();
  const seconds = (): number => before + (performance.now() - start) / 1000;
  const run = { runtime, store, data, steps, from, every, signal, key: split(root, 2) };
  for await (const { n, outputs, rate } of fit(game(model, options), run)) {
    if (n % every !== 0 && n !== steps) continue;
    const shown = Object.entries(outputs).map(([name, value]) => `${name} ${value.toFixed(3)}`);
    log(`step ${n}: ${shown.join(", ")}, ${rate.toFixed(1)} steps/s`);
    await saveCheckpoint(store, folder, { step: n, config: { seconds: seconds() } });
    await writeGenerator(id, store);
  }
  await writeGenerator(id, store);
  await runtime.close();
  return { seconds: seconds(), steps };
}

/** The running averages of the generator, and what has none: running moments. */
async function writeGenerator(id: string, store: Store): Promise<void> {
  const all = await store.readAll((name) => /^(ema\.)?generator\.net\./.test(name));
  const own = Object.entries(all).filter(([name]) => !name.startsWith("ema."));
  await writeWeights(id, Object.fromEntries(own.map(([name, array]) => [name, all[`ema.${name}`] ?? array])));
}

/** `n` pictures, of a model with classes as many of each. */
function drawn(options: GanMnistOptions, drawing: Drawing, n: number): Promise<NdArray> {
  return firstRows(pictures(options, drawing), n);
}

interface Drawing {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly from: Key;
}

/** Pictures without end, a chunk at a time. */
async function* pictures(
  { model, truncation }: GanMnistOptions,
  { runtime, store, from }: Drawing,
): AsyncGenerator<NdArray> {
  const program = sample(model, { n: CHUNK, ...(truncation !== undefined && { truncation }) });
  const classes = Array.from({ length: CHUNK }, (_, i) => i % model.classes);
  const feeds = model.classes > 0 ? { label: ndarray(classes, [CHUNK], "i32") } : {};
  for (let i = 0; ; i++) yield (await runtime.run(program, { store, feeds, key: split(from, i) }))["samples"]!;
}

const flat = (x: NdArray): NdArray => ({ ...x, shape: [x.shape[0]!, 784] });

/** All rows of a set, [N, 784], in [0, 1]. */
async function intensities(set: Dataset): Promise<NdArray> {
  const { x } = await set.rows(Array.from({ length: set.length }, (_, i) => i));
  return ndarray(
    Float32Array.from(x!.data as Uint8Array, (v) => v / 255),
    [set.length, 784],
  );
}

const measuredOf = ({
  value,
  standardError,
}: {
  readonly value: number;
  readonly standardError: number;
}): Omit<Measured, "n"> => ({ value, standardError });

/** The Parzen number of the test rows, and what it does not see. */
async function measure(
  options: GanMnistOptions,
  { threads, log }: Pick<TrainOptions, "threads" | "log">,
): Promise<Pick<Result, "measured" | "beside">> {
  const { runtime, store } = await openWeights(options.id, { threads });
  const by = await openExtractor(builtInFolder("mnist"));
  const multiply = onRuntime(runtime);
  const parts = await rows();
  const samples = await drawn(options, { runtime, store, from: key(10) }, DRAWN);
  const [learned, valid, test] = [
    await intensities(parts.train),
    await intensities(parts.valid),
    await intensities(parts.test),
  ];
  const found = await parzen({ samples: flat(samples), validation: valid, test }, { multiply });
  log(`Parzen ${found.logLikelihood.value.toFixed(1)} nats at σ = ${found.sigma.toFixed(3)}`);
  const seen = (x: NdArray): Promise<Extracted> => extractAll(by, { ...x, shape: [x.shape[0]!, 1, 28, 28] });
  const some = takeRows(
    learned,
    Array.from({ length: DRAWN }, (_, i) => i),
  );
  const [ofTest, ofTrain, ofSamples] = [await seen(test), await seen(some), await seen(flat(samples))];
  const real = await manifold(ofTest.features, ofTrain.features, { multiply });
  const ours = await manifold(ofTest.features, ofSamples.features, { multiply });
  const distance = await frechet(ofTest.features, ofSamples.features);
  const shares = (await classCoverage(ofSamples.logits!)).shares.map(({ value }) => value);
  const copies = await memorisation({ generated: flat(samples), train: learned, test }, { multiply });
  await Promise.all([runtime.close(), by.close()]);
  return {
    measured: { ...measuredOf(found.logLikelihood), n: DRAWN },
    beside: {
      precision: ours.precision.value,
      "precision of training rows": real.precision.value,
      recall: ours.recall.value,
      "recall of training rows": real.recall.value,
      "rarest class, %": 100 * Math.min(...shares),
      "commonest class, %": 100 * Math.max(...shares),
      "copies of training rows, % (1 of test rows)": 100 * copies.copied.value,
      "Fréchet distance, features of the classifier": distance.value,
    },
  };
}
