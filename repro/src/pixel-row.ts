/** @file What the rows of pixel models on fixed binarised MNIST share: maximum likelihood, and exact nats of the test rows. */
import { evaluate, trainStep } from "@gen/core";
import { ema, type Optimizer } from "@gen/core/optim";
import { pixelFields, pixelFiles, pixelLogProb, type PixelBatch, type PixelModel } from "@gen/autoregressive";
import { binarizedMnist, datasets } from "@gen/data/node";
import { openWeights, type Place } from "./place.js";
import { trainInRelay } from "./relay.js";
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

export function pixelRow(options: PixelRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  return {
    split: `50,000 rows to learn, ${CHOOSING} of the validation rows to choose the weights, test rows to measure`,
    choosesDevice: options.choosesDevice,
    isRelay: true,
    train: async (given) => {
      const trained = await train(options, given);
      given.log("measuring the 10,000 test rows");
      return { measured: await measureTest(options, 10_000, given), seed, ...trained, notes: options.notes };
    },
    check: (n) => measureTest(options, n, {}),
    exported: () => ({
      family: "autoregressive",
      files: pixelFiles(options.model),
      data: datasets["binarized-mnist"].description,
      licence: datasets["binarized-mnist"].licence,
    }),
  };
}

async function train(
  { id, model, optimizer, batchSize, steps, every }: PixelRowOptions,
  given: TrainOptions,
): Promise<Pick<Result, "seconds" | "steps">> {
  const step = trainStep({
    model,
    batch: pixelFields(model, { n: batchSize, pixels: "u8" }),
    loss: (batch, scope) => model.loss(batch as unknown as PixelBatch, scope),
    optimizer,
    average: ema({ decay: 0.9995 }),
  });
  const valid = {
    program: pixelLogProb(model, { n: MEASURED, pixels: "u8" }),
    data: rowsOf(await binarizedMnist({ split: "valid" }), 0, CHOOSING),
  };
  const rows = await binarizedMnist({ split: "train" });
  const relay = { id, seed, model, step, train: rows, batchSize, steps, every, valid };
  return trainInRelay({ ...relay, say: ({ nats }) => `${nats!.toFixed(2)} nats` }, given);
}

/** −log p(x) of random test rows under the weights in the file, exact for each row. */
async function measureTest({ id, model }: PixelRowOptions, n: number, place: Place): Promise<Measured> {
  const { runtime, store } = await openWeights(id, place);
  const rows = randomRows(await binarizedMnist({ split: "test" }), n);
  const { nats } = await evaluate(pixelLogProb(model, { n: MEASURED, pixels: "u8" }), rows, { runtime, store });
  await runtime.close();
  return { value: nats!.mean, standardError: nats!.standardError, n };
}
