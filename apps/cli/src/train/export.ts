/** @file The exported model of a run, and drawing with the trainer what its sampler draws. */
import { ndarray, type NdArray } from "@gen/core";
import { exportFolder } from "@gen/core/node";
import type { Live } from "../recipe.js";
import type { Session } from "./session.js";

/**
 * Writes the folder of the exported model, after each of its files was held against the trainer.
 *
 * @param options.metrics measured on held-out rows, for the card
 * @throws GenError `numeric` if a file disagrees with the trainer, `file` if the folder cannot be written
 */
export async function exportModel(
  { plan, data, trainable }: Session,
  live: Live,
  { path, metrics }: { readonly path: string; readonly metrics: Readonly<Record<string, number>> },
): Promise<void> {
  const { family, name } = plan.recipe;
  const recipe = { recipe: plan.recipeName, options: plan.options };
  const request = {
    family,
    name,
    files: trainable.files,
    metrics,
    data: data.about,
    licence: data.licence ?? "",
    recipe,
  };
  await exportFolder(path, request, live);
}

/** What the exported sampler draws from (seed, n), drawn by the trainer. @returns [n, …] in the user's units */
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
