/** @file Where a row computes and from where it starts: a device, a checkpoint to go on from, weights out of and into its file. */
import { existsSync } from "node:fs";
import type { Runtime, Store } from "@gen/core";
import { loadCheckpoint, newestCheckpoint, node } from "@gen/core/node";
import { floatOf } from "@gen/core/onnx";
import type { TrainOptions } from "./row.js";
import { readResult, weightsFile } from "./results.js";
import { readWeights, writeWeights } from "./weights.js";

/** What computes. */
export interface Place {
  /** @default as many as there are cores */
  readonly threads?: number | undefined;
  /** @default "cpu" */
  readonly device?: TrainOptions["device"] | undefined;
}

/** The device of a row. Threads are the CPU's. */
export function deviceOf({ threads, device = "cpu" }: Place = {}): Promise<Runtime> {
  return node(device !== "cpu" ? { device } : threads === undefined ? {} : { threads });
}

/** A device, and a store with the weights in the file of a row. */
export async function openWeights(id: string, place: Place = {}): Promise<{ runtime: Runtime; store: Store }> {
  const runtime = await deviceOf(place);
  const store = runtime.emptyStore();
  for (const [name, array] of Object.entries(await readWeights(id))) await store.write(name, floatOf(array));
  return { runtime, store };
}

export interface StartOptions extends Pick<TrainOptions, "resume" | "log"> {
  /** Of its checkpoints. */
  readonly folder: string;
}

/** Steps and seconds that a training has behind it: none, or those of the newest checkpoint, if one is to be and is there: it fills the store. */
export async function startOf(
  store: Store,
  { folder, resume, log }: StartOptions,
): Promise<readonly [from: number, before: number]> {
  if (!resume || (await newestCheckpoint(folder)) === undefined) return [0, 0];
  const { step, config } = await loadCheckpoint(store, folder);
  log(`going on from step ${step}`);
  return [step, (config as { seconds: number }).seconds];
}

/**
 * The weights in the file of a row, written over those of a store: where a training goes on that has no checkpoint left. Its
 * moments and its learning rate begin anew.
 *
 * @returns steps and seconds that its result says are behind them; nothing without weights or result
 */
export async function earlierOf(
  id: string,
  store: Store,
): Promise<{ readonly steps: number; readonly seconds: number } | undefined> {
  const recorded = await readResult(id);
  if (recorded === undefined || !existsSync(weightsFile(id))) return undefined;
  for (const [name, array] of Object.entries(await readWeights(id))) await store.write(name, floatOf(array));
  return { steps: recorded.steps, seconds: recorded.seconds };
}

/** The parameters that validation found best become the weights in the file of a row. */
export async function writeBest(id: string, store: Store): Promise<void> {
  const best = Object.entries(await store.readAll((name) => name.startsWith("best.")));
  await writeWeights(id, Object.fromEntries(best.map(([name, array]) => [name.slice("best.".length), array])));
}
