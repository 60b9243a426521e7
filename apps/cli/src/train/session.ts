/** @file What a plan becomes: data that is open, a model that is prepared, numbers on a device. Shared by all commands. */
import { key, parameters, sizeOf, split, type Key, type Runtime, type Store } from "@gen/core";
import type { Compute, Context } from "../context.js";
import type { Live, Splits, Trainable } from "../recipe.js";
import type { Plan } from "./plan.js";

/** Which child of the run's key is for what: adding a use at the end does not change the others. */
const uses = ["initial", "batches", "steps", "validation", "pictures", "evaluation"] as const;

export type Keys = Readonly<Record<(typeof uses)[number], Key>>;

export interface Session {
  readonly plan: Plan;
  readonly data: Splits;
  readonly trainable: Trainable;
  readonly runtime: Runtime;
  readonly keys: Keys;
  /** How many numbers are learned. */
  readonly parameters: number;
}

/** Opens the data, prepares the model, starts the device. */
export async function openSession(plan: Plan, compute: Compute, context: Context): Promise<Session> {
  const { output, signal } = context;
  const keys = keysOf(plan.training.seed);
  const note = (text: string): void => output.say("note", { text }, text);
  const data = await plan.source.open(plan.sourceOptions, { data: plan.training.data, signal, note });
  const { batchSize, steps } = plan.training;
  const trainable = await plan.recipe.prepare(plan.recipeOptions, { data, batchSize, steps, key: keys.batches });
  const learned = [...parameters(trainable.model).values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const runtime = await context.openRuntime(compute);
  if (runtime.choice !== undefined) note(`${runtime.device}: ${runtime.choice.reason}`);
  return { plan, data, trainable, runtime, keys, parameters: learned };
}

export function keysOf(seed: number): Keys {
  return Object.fromEntries(uses.map((use, i) => [use, split(key(seed), i)])) as Keys;
}

/** The model as it is best: the parameters that measured best, or the averages, or the last. */
export function bestOf({ runtime, trainable }: Session, store: Store): Live {
  const from = store.names().some((name) => name.startsWith("best.")) ? "best" : trainable.from;
  return { runtime, store, ...(from === undefined ? {} : { from }) };
}

/** The model as it is now. */
export function nowOf({ runtime, trainable }: Session, store: Store): Live {
  return { runtime, store, ...(trainable.from === undefined ? {} : { from: trainable.from }) };
}
