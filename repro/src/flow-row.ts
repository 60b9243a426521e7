/** @file What the rows of flows on pictures share: maximum likelihood of dequantised bytes, and bits/dim of the test rows. */
import { batches, evaluate, fit, key, split, trainStep, type Dataset, type Shape } from "@gen/core";
import { Chain, Dequantise, Logit, type Codec } from "@gen/core/codec";
import { node, saveCheckpoint } from "@gen/core/node";
import { ema, type Optimizer } from "@gen/core/optim";
import { grid } from "@gen/data";
import { emoji, mnist, writePng } from "@gen/data/node";
import { initialise, logProb, sample, type Flow } from "@gen/flow";
import type { Contestant } from "./leaderboard.js";
import { openWeights, startOf, writeBest } from "./place.js";
import { checkpointFolder, resultFile } from "./results.js";
import type { Measured, Result, Row, TrainOptions } from "./row.js";
import { randomRows, rowsOf } from "./subset.js";

/** Pictures, and how many of which. */
export interface Pictures {
  readonly about: string;
  readonly open: () => Promise<Readonly<Record<"train" | "valid" | "test", Dataset>>>;
}

export interface FlowRowOptions {
  readonly id: string;
  readonly pictures: Pictures;
  readonly model: Flow;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly steps: number;
  /** Steps between two validations and checkpoints. */
  readonly every: number;
  /** Decay of the average of the weights. @default 0.999 */
  readonly average?: number;
  /** Has ActNorm layers, which start from data. */
  readonly startsFromData: boolean;
  readonly notes: string;
}

const seed = 0;
/** Rows that ActNorm layers start from. */
const FIRST = 256;
/** Rows that are measured at once. */
const CHUNK = 250;
/** Rows and columns of the picture of samples. */
const DRAWN = 8;

export const mnistPictures: Pictures = {
  about: "50,000 rows to learn, 10,000 to choose the weights, test rows to measure",
  open: async () => {
    const all = await mnist({ split: "train" });
    const test = await mnist({ split: "test" });
    return { train: rowsOf(all, 0, 50_000), valid: rowsOf(all, 50_000, 60_000), test: rowsOf(test, 0, test.length) };
  },
};

export const emojiPictures: Pictures = {
  about: "2,676 rows to learn, 369 to choose the weights, test rows to measure; tones of skin go with their emoji",
  open: async () => {
    const part = async (split: "train" | "valid" | "test"): Promise<Dataset> => {
      const all = await emoji({ split, tones: true });
      return rowsOf(all, 0, all.length);
    };
    return { train: await part("train"), valid: await part("valid"), test: await part("test") };
  },
};

export interface PictureCodecOptions {
  readonly shape: Shape;
  /** How far the logit stays away from black and white. */
  readonly lambda: number;
}

/** Bytes plus uniform noise, over 256, then the logit: Papamakarios et al. 2017, §4.3. */
export function pictureCodec({ shape, lambda }: PictureCodecOptions): Codec {
  return new Chain([new Dequantise({ shape }), new Logit({ shape, lambda })]);
}

export function flowRow(options: FlowRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  return {
    split: options.pictures.about,
    train: async (given) => {
      const trained = await train(options, given);
      given.log("measuring the test rows");
      const measured = await measureTest(options);
      given.log("drawing samples");
      await draw(options);
      return { measured, seed, ...trained, notes: options.notes };
    },
    check: (n) => measureTest(options, n),
    ...(options.pictures === mnistPictures && { contestant: contestantOf(options) }),
  };
}

function contestantOf({ id, model }: FlowRowOptions): Contestant {
  return {
    set: "mnist",
    name: `flow, ${id.split("/").at(-1)!}`,
    async *samples(n) {
      const { runtime, store } = await openWeights(id);
      for (let at = 0; at < n; at += CHUNK) {
        const program = sample(model, { n: Math.min(CHUNK, n - at) });
        yield (await runtime.run(program, { store, key: split(key(seed + 1), at) }))["samples"]!;
      }
      await runtime.close();
    },
  };
}

async function train(
  { id, pictures, model, optimizer, batchSize, steps, every, average = 0.999, startsFromData }: FlowRowOptions,
  { resume, threads, log, signal }: TrainOptions,
): Promise<Pick<Result, "seconds" | "steps">> {
  const [root, runtime] = [key(seed), await node({ threads })];
  const store = await runtime.init(model, { key: split(root, 0) });
  const folder = checkpointFolder(id);
  const { train: rows, valid } = await pictures.open();
  const [from, before] = await startOf(store, { folder, resume, log });
  if (from === 0 && startsFromData) {
    const { x } = await randomRows(rows, FIRST, split(root, 5)).rows(Array.from({ length: FIRST }, (_, i) => i));
    await runtime.run(initialise(model, { n: FIRST, pixels: "u8" }), { store, feeds: { x: x! }, key: split(root, 4) });
  }
  const step = trainStep({
    model,
    batch: { x: { shape: [batchSize, ...model.shape], dtype: "u8" } },
    loss: (batch, scope) => model.loss(batch, scope),
    optimizer,
    average: ema({ decay: average }),
  });
  const validate = {
    program: logProb(model, { n: CHUNK, pixels: "u8" }),
    data: valid,
    key: split(root, 2),
    from: "ema",
    keepBest: true,
    metric: "nats",
    every,
  };
  const data = batches(rows, { size: batchSize, key: split(root, 1) });
  const start = performance.now();
  const seconds = (): number => before + (performance.now() - start) / 1000;
  const run = { runtime, store, data, steps, from, every, signal, validate, key: split(root, 3) };
  for await (const { n, loss, rate, validation } of fit(step, run)) {
    if (validation === undefined) continue;
    const bits = validation.metrics["bitsPerDim"]!.mean.toFixed(3);
    log(`step ${n}: train ${loss.toFixed(1)} nats, valid ${bits} bits/dim, ${rate.toFixed(1)} steps/s`);
    await saveCheckpoint(store, folder, { step: n, config: { seconds: seconds() } });
  }
  const trained = seconds();
  await writeBest(id, store);
  await runtime.close();
  return { seconds: trained, steps };
}

/** bits/dim of test rows under the weights in the file, all or random ones: a bound in the mean over the noise. */
async function measureTest({ id, model, pictures }: FlowRowOptions, n?: number): Promise<Measured> {
  const { runtime, store } = await openWeights(id);
  const { test } = await pictures.open();
  const rows = n === undefined ? test : randomRows(test, Math.min(n, test.length));
  const program = logProb(model, { n: CHUNK, pixels: "u8" });
  const { bitsPerDim } = await evaluate(program, rows, { runtime, store, key: key(seed) });
  await runtime.close();
  return { value: bitsPerDim!.mean, standardError: bitsPerDim!.standardError, n: rows.length };
}

/** `<id>.png`: samples, beside the result of the row. */
async function draw({ id, model }: FlowRowOptions): Promise<void> {
  const { runtime, store } = await openWeights(id, { threads: 1 });
  const { samples } = await runtime.run(sample(model, { n: DRAWN * DRAWN }), { store, key: key(seed) });
  await runtime.close();
  await writePng(resultFile(id).replace(/\.json$/, ".png"), grid(samples!, { columns: DRAWN, scale: 2 }));
}
