/**
 * @file A training in relays: it may be stopped at any step, is measured where it is, and goes on later from its checkpoint.
 * Its learning rate must fall by no fixed end.
 */
import { batches, fit, isGenError, key, split, type Dataset, type Model, type Program, type Store } from "@gen/core";
import { saveCheckpoint } from "@gen/core/node";
import { deviceOf, startOf, writeBest } from "./place.js";
import { checkpointFolder } from "./results.js";
import type { Result, TrainOptions } from "./row.js";

export interface Relay {
  readonly id: string;
  readonly seed: number;
  readonly model: Model;
  /** What it starts from, written over the weights that are drawn. @default those that are drawn */
  readonly begin?: (store: Store) => Promise<void>;
  /** Of a `trainStep` that averages the weights as `ema`. */
  readonly step: Program;
  readonly train: Dataset;
  readonly batchSize: number;
  /** Steps at the most. */
  readonly steps: number;
  /** Steps between two validations and checkpoints. */
  readonly every: number;
  /** What measures the averaged weights, with an output `nats` that chooses those to keep, and on which rows. */
  readonly valid: { readonly program: Program; readonly data: Dataset };
  /** What the log says of a validation, by the mean of each output. */
  readonly say: (means: Readonly<Record<string, number>>) => string;
}

/** Trains, and writes the best weights into the file of the row. @returns wall time over all relays, and the steps that count */
export async function trainInRelay(
  { id, seed, model, begin, step, train, batchSize, steps, every, valid, say }: Relay,
  { resume, log, signal, ...place }: TrainOptions,
): Promise<Pick<Result, "seconds" | "steps">> {
  const [root, runtime] = [key(seed), await deviceOf(place)];
  const store = await runtime.init(model, { key: split(root, 0) });
  const folder = checkpointFolder(id);
  const [from, before] = await startOf(store, { folder, resume, log });
  if (from === 0) await begin?.(store);
  const data = batches(train, { size: batchSize, key: split(root, 1) });
  const validate = { ...valid, key: split(root, 3), metric: "nats", from: "ema", keepBest: true, every };
  const run = { runtime, store, data, steps, from, every, signal, validate, key: split(root, 2) };
  const start = performance.now();
  let [mean, done, trained] = [0, from, before];
  try {
    for await (const { n, loss, rate, validation } of fit(step, run)) {
      mean += (loss - mean) / (((n - 1) % every) + 1);
      if (validation === undefined) continue;
      [done, trained] = [n, before + (performance.now() - start) / 1000];
      const means = Object.fromEntries(Object.entries(validation.metrics).map(([name, of]) => [name, of.mean]));
      const speed = `${rate.toFixed(2)} steps/s, ${trained.toFixed(0)} s`;
      log(`step ${n}: train ${mean.toFixed(3)}, valid ${say(means)}, ${speed}`);
      await saveCheckpoint(store, folder, { step: n, config: { seconds: trained } });
    }
  } catch (error) {
    if (!isGenError(error) || error.code !== "aborted" || done === 0) throw error;
    log(`stopped: the best weights up to step ${done} count`);
  }
  await writeBest(id, store);
  await runtime.close();
  return { seconds: trained, steps: done };
}
