/**
 * @file What the rows of classifiers share: cross-entropy on all training rows, the share of test rows that are named right,
 * and the exported folder that pictures are compared by.
 */
import {
  batches,
  fit,
  GenError,
  key,
  ndarray,
  paths,
  split,
  trainStep,
  uniformDraws,
  type Batches,
  type Dataset,
  type Key,
  type NdArray,
  type Runtime,
  type Store,
} from "@gen/core";
import { exportFolder, node } from "@gen/core/node";
import { adam, cosine } from "@gen/core/optim";
import { datasets, openDataset } from "@gen/data/node";
import { classifierFiles, classify, momentsOf, PictureClassifier, rowsOf } from "@gen/eval";
import { builtInFolder, openExtractor, type BuiltIn } from "@gen/eval/node";
import { randomRows } from "./subset.js";
import type { Measured, Result, Row, TrainOptions } from "./row.js";
import { writeWeights } from "./weights.js";

export interface ClassifierRowOptions {
  readonly set: BuiltIn;
  readonly batchSize: number;
  readonly steps: number;
  readonly learningRate: number;
}

const seed = 0;
/** Pixels that a picture is moved by, at the most. */
const REACH = 2;

export function classifierRow(options: ClassifierRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  return {
    split: "all training rows to learn, none to choose, test rows to measure",
    train: (given) => train(options, given),
    check: async (n) => accuracy(options.set, randomRows(await openDataset(options.set, { split: "test" }), n)),
  };
}

async function train(
  { set, batchSize, steps, learningRate }: ClassifierRowOptions,
  { resume, log, signal }: TrainOptions,
): Promise<Result> {
  if (resume) throw new GenError("option", `repro: ${idOf(set)} keeps no checkpoint`, { fix: "leave out --resume" });
  const rows = await openDataset(set, { split: "train" });
  const classes = rows.classes!;
  const model = new PictureClassifier({ shape: rows.fields["x"]!.shape, classes: classes.length });
  const [root, runtime] = [key(seed), await node({ threads: 1 })];
  const store = await runtime.init(model, { key: split(root, 0) });
  const step = trainStep({
    model,
    batch: {
      x: { shape: [batchSize, ...model.shape], dtype: "u8" },
      label: { shape: [batchSize], dtype: "i32" },
    },
    loss: (batch, scope) => model.loss(batch, scope),
    optimizer: adam({ learningRate: cosine(learningRate, { steps }) }),
  });
  const data = shifted(batches(rows, { size: batchSize, key: split(root, 1) }), split(root, 3));
  const start = performance.now();
  for await (const { n, loss, rate } of fit(step, { runtime, store, data, steps, signal, key: split(root, 2) })) {
    if (n % 250 === 0) log(`${n}: ${loss.toFixed(3)} nats, ${rate.toFixed(1)} steps/s`);
  }
  const seconds = (performance.now() - start) / 1000;
  await finish(set, { model, runtime, store });
  await runtime.close();
  const notes = `3 convolutions of 32, 64 and 64 channels that halve, 64 features, silu, dropout 0.3; pictures shifted by up to ${REACH} pixels; Adam ${learningRate} with cosine decay, batch ${batchSize}, ${steps} steps; the exported folder is that of @gen/eval`;
  return { measured: await accuracy(set, await openDataset(set, { split: "test" })), seed, seconds, steps, notes };
}

const idOf = (set: BuiltIn): string => `eval/${set}/classifier`;

interface Trained {
  readonly model: PictureClassifier;
  readonly runtime: Runtime;
  readonly store: Store;
}

/** Scales features to a mean variance of 1 over the training rows; then writes the weights and the exported folder. */
async function finish(set: BuiltIn, { model, runtime, store }: Trained): Promise<void> {
  const id = idOf(set);
  const rows = await openDataset(set, { split: "train" });
  await store.write("scale", ndarray([1], []));
  async function* features(): AsyncGenerator<NdArray> {
    for await (const x of rowsOf(rows)) {
      const { features } = await runtime.run(classify(model, { n: x.shape[0]!, pixels: "u8" }), {
        store,
        feeds: { x },
      });
      yield features!;
    }
  }
  const { covariance, dim } = await momentsOf(features());
  const variance = covariance.reduce((sum, value, i) => sum + (i % (dim + 1) === 0 ? value / dim : 0), 0);
  await store.write("scale", ndarray([1 / Math.sqrt(variance)], []));
  await writeWeights(id, await store.readAll((name) => paths(model).has(name)));
  await exportFolder(
    builtInFolder(set),
    {
      family: "classifier",
      name: `${set} classifier`,
      files: classifierFiles(model),
      data: set,
      licence: `weights: MIT; the data: ${datasets[set].licence}`,
      recipe: { recipe: id, classes: rows.classes },
    },
    { runtime, store },
  );
}

/** Each picture moved by up to {@link REACH} pixels either way; what comes in is 0. Batch n depends on n alone. */
function shifted(data: Batches, from: Key): Batches {
  return {
    ...data,
    async at(step) {
      const { x, ...rest } = await data.at(step);
      const [n, channels, height, width] = x!.shape as [number, number, number, number];
      const moved = new Uint8Array(x!.data.length);
      const by = Array.from(uniformDraws(split(from, step), 2 * n), (u) => Math.floor(u * (2 * REACH + 1)) - REACH);
      for (let plane = 0; plane < n * channels; plane++) {
        const [down, right] = by.slice(2 * Math.floor(plane / channels)) as [number, number];
        for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
          const [to, source] = [(plane * height + y) * width, (plane * height + y - down) * width];
          const line = (x!.data as Uint8Array).subarray(
            source + Math.max(0, -right),
            source + width - Math.max(0, right),
          );
          moved.set(line, to + Math.max(0, right));
        }
      }
      return { ...rest, x: { ...x!, data: moved } };
    },
  };
}

/** Per cent of rows that the exported file names right. */
async function accuracy(set: BuiltIn, data: Dataset): Promise<Measured> {
  const classifier = await openExtractor(builtInFolder(set));
  let right = 0;
  for (let at = 0; at < data.length; at += 500) {
    const { x, label } = await data.rows(Array.from({ length: Math.min(500, data.length - at) }, (_, i) => at + i));
    const { logits } = await classifier.extract(x!);
    const width = logits!.shape[1]!;
    label!.data.forEach((wanted: unknown, i: number) => {
      const row = logits!.data.subarray(i * width, (i + 1) * width) as Float32Array;
      if (row.indexOf(Math.max(...row)) === Number(wanted)) right++;
    });
  }
  await classifier.close();
  const share = right / data.length;
  return {
    value: 100 * share,
    standardError: 100 * Math.sqrt((share * (1 - share)) / data.length),
    n: data.length,
  };
}
