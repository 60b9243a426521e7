/** @file What the rows of pixel models on fixed binarised MNIST share: maximum likelihood, and exact nats of the test rows. */
import { batches, evaluate, fit, isGenError, key, split, trainStep } from "@gen/core";
import { saveCheckpoint } from "@gen/core/node";
import { ema, type Optimizer } from "@gen/core/optim";
import { pixelFields, pixelLogProb, type PixelBatch, type PixelModel } from "@gen/autoregressive";
import { binarizedMnist } from "@gen/data/node";
import { deviceOf, openWeights, startOf, type Place, writeBest } from "./place.js";
import { checkpointFolder } from "./results.js";
import type { Measured, Result, Row, TrainOptions } from "./row.js";
import { randomRows, rowsOf } from "./subset.js";

export interface PixelRowOptions {
  readonly id: string;
  readonly model: PixelModel;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly steps: number;
  /** Steps between two validations and checkpoints. */
  readonly every: number;
  /** Whether WebGPU can train it. */
  readonly choosesDevice: boolean;
  readonly notes: string;
}

const seed = 0;
/** Validation rows that choose the weights: the set is shuffled already. */
const CHOOSING = 2000;
/** Rows measured at once. */
const MEASURED = 100;

/** An interrupted training is measured where it is: its learning rate falls by no fixed end. It can go on with `--resume`. */
export function pixelRow(options: PixelRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  return {
    split: `50,000 rows to learn, ${CHOOSING} of the validation rows to choose the weights, test rows to measure`,
    choosesDevice: options.choosesDevice,
    train: async (given) => {
      const trained = await train(options, given);
      given.log("measuring the 10,000 test rows");
      return { measured: await measureTest(options, 10_000, given), seed, ...trained, notes: options.notes };
    },
    check: (n) => measureTest(options, n, {}),
  };
}

async function train(
  { id, model, optimizer, batchSize, steps, every }: PixelRowOptions,
  { resume, log, signal, ...place }: TrainOptions,
): Promise<Pick<Result, "seconds" | "steps">> {
  const [root, runtime] = [key(seed), await deviceOf(place)];
  const store = await runtime.init(model, { key: split(root, 0) });
  const folder = checkpointFolder(id);
  const [from, before] = await startOf(store, { folder, resume, log });
  const step = trainStep({
    model,
    batch: pixelFields(model, { n: batchSize, pixels: "u8" }),
    loss: (batch, scope) => model.loss(batch as unknown as PixelBatch, scope),
    optimizer,
    average: ema({ decay: 0.9995 }),
  });
  const validate = {
    program: pixelLogProb(model, { n: MEASURED, pixels: "u8" }),
    data: rowsOf(await binarizedMnist({ split: "valid" }), 0, CHOOSING),
    from: "ema",
    keepBest: true,
    metric: "nats",
    every,
  };
  const data = batches(await binarizedMnist({ split: "train" }), { size: batchSize, key: split(root, 1) });
  const start = performance.now();
  const seconds = (): number => before + (performance.now() - start) / 1000;
  const run = { runtime, store, data, steps, from, every, signal, validate, key: split(root, 2) };
  let [mean, done, trained] = [0, from, before];
  try {
    for await (const { n, loss, rate, validation } of fit(step, run)) {
      mean += (loss - mean) / (((n - 1) % every) + 1);
      if (validation === undefined) continue;
      const valid = validation.metrics["nats"]!.mean.toFixed(2);
      [done, trained] = [n, seconds()];
      log(
        `step ${n}: train ${mean.toFixed(2)}, valid ${valid} nats, ${rate.toFixed(2)} steps/s, ${trained.toFixed(0)} s`,
      );
      await saveCheckpoint(store, folder, { step: n, config: { seconds: trained } });
    }
  } catch (error) {
    if (!isGenError(error) || error.code !== "aborted" || done === 0) throw error;
    log(`interrupted: the best weights up to step ${done} count`);
  }
  await writeBest(id, store);
  await runtime.close();
  return { seconds: trained, steps: done };
}

/** −log p(x) of random test rows under the weights in the file, exact for each row. */
async function measureTest({ id, model }: PixelRowOptions, n: number, place: Place): Promise<Measured> {
  const { runtime, store } = await openWeights(id, place);
  const rows = randomRows(await binarizedMnist({ split: "test" }), n);
  const { nats } = await evaluate(pixelLogProb(model, { n: MEASURED, pixels: "u8" }), rows, { runtime, store });
  await runtime.close();
  return { value: nats!.mean, standardError: nats!.standardError, n };
}
