/** @file What the rows of latent-variable models on fixed binarised MNIST share: training in stages, and log p of the test rows. */
import { batches, evaluate, fit, key, split, trainStep, type Dataset } from "@gen/core";
import { node, saveCheckpoint } from "@gen/core/node";
import { ema, type Optimizer } from "@gen/core/optim";
import { binarizedMnist } from "@gen/data/node";
import { bound, elbo, logProb, lossOf, type LatentModel, type Objective, type VaeBatch } from "@gen/vae";
import { openWeights, startOf, writeBest } from "./place.js";
import { checkpointFolder } from "./results.js";
import type { Result, Row, TrainOptions } from "./row.js";
import { randomRows } from "./subset.js";

/** A part of a training: the same parameters, by an objective and a batch size of its own. */
export interface Stage {
  /** Its parameters have the same names in every stage. */
  readonly model: LatentModel;
  readonly batchSize: number;
  /** Steps taken when it ends, those of the stages before it included; a multiple of `every`. */
  readonly until: number;
}

export interface LatentRowOptions {
  readonly id: string;
  readonly stages: readonly [Stage, ...Stage[]];
  readonly optimizer: Optimizer;
  /** Steps between two validations and checkpoints. */
  readonly every: number;
  /** Bound that chooses the weights on the validation rows. @default that of the first stage */
  readonly validateBy?: Objective;
  /** Test rows to measure, drawn once: the same for each row of a table. @default all 10,000 */
  readonly testRows?: number;
  readonly notes: string;
}

const seed = 0;

/** Draws for each test row, as in the papers. */
const K = 5000;

export function latentRow(options: LatentRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  const { testRows = 10_000 } = options;
  return {
    split: "50,000 rows to learn, 10,000 to choose the weights, test rows to measure",
    train: async (given) => {
      const trained = await train(options, given);
      given.log(`measuring log p(x) of ${testRows} test rows, k = ${K}`);
      const test = randomRows(await binarizedMnist({ split: "test" }), testRows, key(seed));
      return { ...(await measureTest(options, test, given.threads)), seed, ...trained, notes: options.notes };
    },
    check: async (n) => (await measureTest(options, randomRows(await binarizedMnist({ split: "test" }), n))).measured,
  };
}

async function train(
  { id, stages, optimizer, every, validateBy }: LatentRowOptions,
  { resume, threads, log, signal }: TrainOptions,
): Promise<Pick<Result, "seconds" | "steps">> {
  const [root, runtime] = [key(seed), await node({ threads })];
  const store = await runtime.init(stages[0].model, { key: split(root, 0) });
  const folder = checkpointFolder(id);
  const [begun, before] = await startOf(store, { folder, resume, log });
  let from = begun;
  const rows = await binarizedMnist({ split: "train" });
  const validation = bound(stages[0].model, { n: 100, pixels: "u8", ...(validateBy && { objective: validateBy }) });
  const validate = {
    program: validation,
    data: await binarizedMnist({ split: "valid" }),
    key: split(root, 2),
    from: "ema",
    keepBest: true,
    every,
  };
  const start = performance.now();
  const seconds = (): number => before + (performance.now() - start) / 1000;
  let mean = 0;
  for (const { model, batchSize, until } of stages) {
    if (from >= until) continue;
    const step = trainStep({
      model,
      batch: { x: { shape: [batchSize, ...model.shape], dtype: "u8" } },
      loss: (batch, scope) => lossOf(model, batch as VaeBatch, scope).loss,
      optimizer,
      average: ema({ decay: 0.999 }),
    });
    const data = batches(rows, { size: batchSize, key: split(root, 1) });
    const run = { runtime, store, data, steps: until, from, every, signal, validate, key: split(root, 3) };
    for await (const { n, loss, rate, validation } of fit(step, run)) {
      mean += (loss - mean) / Math.min(n - from, every);
      if (validation === undefined) continue;
      const valid = validation.metrics["nats"]!.mean.toFixed(2);
      log(`step ${n}: train ${mean.toFixed(2)}, valid ${valid} nats, ${rate.toFixed(0)} steps/s`);
      await saveCheckpoint(store, folder, { step: n, config: { seconds: seconds() } });
    }
    from = until;
  }
  const trained = seconds();
  await writeBest(id, store);
  await runtime.close();
  return { seconds: trained, steps: stages.at(-1)!.until };
}

/** −log p(x) by importance sampling, and the bound beside it, under the weights in the file. */
async function measureTest(
  { id, stages: [{ model }] }: LatentRowOptions,
  rows: Dataset,
  threads?: number,
): Promise<Pick<Result, "measured" | "beside">> {
  const { runtime, store } = await openWeights(id, { threads });
  const on = { runtime, store, key: key(seed) };
  const { logProb: mean } = await evaluate(logProb(model, { n: 100, k: K, pixels: "u8" }), rows, on);
  const { nats } = await evaluate(bound(model, { n: 100, pixels: "u8", objective: elbo() }), rows, on);
  await runtime.close();
  const measured = { value: -mean!.mean, standardError: mean!.standardError, n: rows.length };
  return { measured, beside: { bound: nats!.mean } };
}
