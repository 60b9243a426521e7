/** @file The weights in the file of a row as the folder of an exported model. */
import { GenError, type Card } from "@gen/core";
import { exportFolder } from "@gen/core/node";
import { floatOf, halfOf } from "@gen/core/onnx";
import type { Extractor } from "@gen/eval";
import { builtInFolder, openExtractor } from "@gen/eval/node";
import type { Contestant } from "./leaderboard.js";
import { openWeights } from "./place.js";
import { readResult } from "./results.js";
import { loadRow } from "./rows.js";

export interface RowExport {
  readonly id: string;
  /** The folder; one that is there is replaced. */
  readonly to: string;
  /** Which of the files, such as "sampler". @default all that the model has */
  readonly files?: readonly string[] | undefined;
  /**
   * How weights are stored. In "f16-weights", they are rounded before anything is compared, so that files agree with the
   * trainer as closely as in f32.
   *
   * @default "f32"
   */
  readonly precision?: "f32" | "f16-weights" | undefined;
}

/** @throws GenError `option` for a row that exports nothing, or not this file; `file` without its weights */
export async function exportRow({ id, to, files: wanted, precision = "f32" }: RowExport): Promise<Card> {
  const row = await loadRow(id);
  if (row.exported === undefined)
    throw new GenError("option", `repro: expected a row that exports its model, got ${id}`, {
      fix: "pnpm repro <id> --export is there for VAEs, GANs, flows, diffusion models, texts and chorales",
    });
  const { files: all, recipe, ...about } = row.exported();
  for (const name of wanted ?? []) {
    if (!(name in all))
      throw new GenError("option", `repro: ${id} has no file "${name}"`, {
        fix: `one of ${Object.keys(all).join(", ")}`,
      });
  }
  const chosen = Object.entries(all).filter(([name]) => wanted?.includes(name) ?? true);
  const recorded = await readResult(id);
  const metrics = recorded === undefined ? {} : { [row.unit]: recorded.ours };
  const classes = await classesOf(row.contestant);
  const { runtime, store } = await openWeights(id, { threads: 1 });
  try {
    if (precision === "f16-weights") {
      for (const name of store.names()) await store.write(name, floatOf(halfOf(await store.read(name))));
    }
    const files = Object.fromEntries(chosen);
    return await exportFolder(
      to,
      { name: id, recipe: { row: id, ...classes, ...recipe }, metrics, files, precision, ...about },
      { runtime, store },
    );
  } finally {
    await runtime.close();
  }
}

/** The names of a model's classes: those that the set's extractor tells apart. */
async function classesOf(contestant: Contestant | undefined): Promise<Pick<Extractor, "classes">> {
  if (contestant?.classes === undefined) return {};
  const extractor = await openExtractor(builtInFolder(contestant.set));
  await extractor.close();
  return extractor.classes === undefined ? {} : { classes: extractor.classes };
}
