/** @file The exported model of a run, and drawing with the trainer what its sampler draws. */
import { basename, join } from "node:path";
import { ndarray, type NdArray } from "@gen/core";
import { exportFolder, writeAtomic } from "@gen/core/node";
import type { Origin } from "../origin.js";
import type { Live } from "../recipe.js";
import type { Fields } from "../schema/field.js";
import { isPath, type Plan } from "./plan.js";
import type { Session } from "./session.js";

export interface ExportOptions {
  readonly path: string;
  /** Measured on held-out rows, for the card. */
  readonly metrics: Readonly<Record<string, number>>;
  /** How weights are stored. @default "f32" */
  readonly precision?: "f32" | "f16" | "i8";
}

/**
 * Writes the folder of the exported model, after each of its files was held against the trainer.
 *
 * @throws GenError `numeric` if a file disagrees with the trainer, `file` if the folder cannot be written
 */
export async function exportModel(
  { plan, data, trainable }: Session,
  live: Live,
  { path, metrics, precision = "f32" }: ExportOptions,
): Promise<void> {
  const { recipeName, recipeHash } = plan;
  const { family, name } = plan.recipe;
  const recipe: Origin = {
    recipe: recipeHash === undefined ? recipeName : basename(recipeName),
    options: { ...trainable.inherited, ...asCalled(plan) },
    ...(data.classes === undefined ? {} : { classes: data.classes }),
    ...(data.rate === undefined ? {} : { rate: data.rate }),
    ...(trainable.words === undefined ? {} : { words: trainable.words }),
    ...(data.columns === undefined ? {} : { columns: data.columns }),
    ...(data.score === undefined ? {} : { score: data.score }),
  };
  const request = {
    family,
    name,
    files: trainable.files,
    metrics,
    data: data.about,
    licence: data.licence ?? "",
    recipe,
    codec: trainable.codec?.describe().spec,
    precision,
  };
  await exportFolder(path, request, live);
  for (const [file, text] of Object.entries(trainable.texts ?? {}))
    await writeAtomic(join(path, file), new TextEncoder().encode(text));
}

/** Options with files as they are called, not where they lay on this machine: the card travels. */
function asCalled({ options, training, source, recipe }: Plan): Record<string, unknown> {
  const fields = { ...source.options.fields, ...recipe.options.fields };
  const isPlace = (name: string): boolean =>
    name === "data" ? isPath(training.data) : (fields as Fields)[name]?.kind === "path";
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      typeof value === "string" && isPlace(name) ? `./${basename(value)}` : value,
    ]),
  );
}

/**
 * What the exported sampler draws from (seed, n), drawn by the trainer; for a model with classes, one of each of the first n.
 *
 * @returns [n, …] in the user's units
 */
export async function sampleAs(
  { trainable }: Session,
  { runtime, store, from }: Live,
  { seed, n }: { readonly seed: number; readonly n: number },
): Promise<NdArray> {
  const { trace, example } = trainable.files["sampler"]!;
  const int64 = (value: number): NdArray => ndarray([value], [], "i64");
  const { samples } = await runtime.run(trace({ n }), {
    store,
    from,
    feeds: { ...example({ n }), seed: int64(seed), n: int64(n) },
  });
  return samples!;
}
