/** @file Pictures of which the upper part is given, gone on with through the exported files of a model. */
import { GenError, ndarray, type NdArray } from "@gen/core";
import type { ModelFolder } from "@gen/core/node";
import { grid } from "@gen/data";
import { writePng } from "@gen/data/node";
import { told } from "../conditions.js";
import { folderPictures } from "../folder-pictures.js";
import { originOf } from "../origin.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";

const WHERE = "gen complete";

export const pictureOptions = defineOptions({
  keep: {
    kind: "number",
    default: 0.5,
    above: 0,
    below: 1,
    description: "Of pictures: share that is given, from the top",
  },
  n: { kind: "integer", default: 8, min: 1, description: "Of pictures: how many to take, the first by name" },
  variants: { kind: "integer", default: 3, min: 1, description: "Of pictures: ways to go on with each" },
  scale: {
    kind: "integer",
    default: 2,
    min: 1,
    max: 64,
    description: "Of pictures: each pixel becomes a square of so many",
  },
});

export interface Completion extends OptionsOf<typeof pictureOptions> {
  /** Folder of pictures. */
  readonly data: string;
  /** File to write. */
  readonly to: string;
  readonly seed: number;
  /** Steps of a chain, for a file that takes them. @default what is usual for the family */
  readonly steps?: number | undefined;
  /** Class of all pictures, for a model with classes. @default the folder that each lies in */
  readonly label?: string | undefined;
}

/** Does a model go on with pictures? */
export function goesOn({ card }: ModelFolder, file: string): boolean {
  return shapeOf(card.files[file]?.inputs ?? []).length === 3;
}

/**
 * Writes a picture of lines: the originals, what is given of them, and each way to go on.
 *
 * @returns how many pictures there were
 */
export async function completePictures(
  model: ModelFolder,
  file: string,
  { data, to, seed, keep, n, variants, scale, steps, label }: Completion,
): Promise<number> {
  if (!to.endsWith(".png")) throw new GenError("option", `${WHERE}: expected a .png for pictures, got ${to}`);
  const { inputs } = model.card.files[file]!;
  const takes = (name: string): boolean => inputs.some((input) => input.name === name);
  const shape = shapeOf(inputs);
  const [, height, width] = shape as [number, number, number];
  const { background } = originOf(model.card).options;
  const rows = folderPictures(data, {
    shape,
    where: WHERE,
    ...(typeof background === "number" && { background }),
    ...(takes("label") && { classes: originOf(model.card).classes ?? [] }),
    label,
  });
  const count = Math.min(n, rows.length);
  const { x, label: labels } = await rows.rows(Array.from({ length: count }, (_, i) => i));
  const one = Array.from(x!.data as Uint8Array, (v) => v / 255);
  const given = Float32Array.from({ length: variants * one.length }, (_, i) => one[i % one.length]!);
  const kept = Math.min(height - 1, Math.max(1, Math.round(keep * height))) * width;
  const isKept = (i: number): boolean => i % (height * width) < kept;
  const all = [count * variants, ...shape];
  const labelled = labels && {
    label: ndarray(
      Array.from({ length: count * variants }, (_, i) => Number(labels.data[i % count])),
      [count * variants],
      "i32",
    ),
  };
  const how = { n: count * variants, file, where: WHERE, steps, ...(labelled && { rows: labelled }) };
  const session = await model.open(file);
  try {
    const { completed } = await session.run({
      x: ndarray(given, all),
      // Either how many pixels are known, or which.
      ...(takes("known")
        ? { known: ndarray(new Array<number>(count * variants).fill(kept), [count * variants], "i32") }
        : {
            mask: ndarray(
              given.map((_, i) => Number(isKept(i))),
              all,
            ),
          }),
      seed: ndarray([seed], [], "i64"),
      ...told(model.card, how),
    });
    const upper = one.map((v, i) => (isKept(i) ? v : 0.5));
    const lines = [...one, ...upper, ...Array.from(completed!.data as Float32Array)];
    const pictures: NdArray = ndarray(lines, [count * (variants + 2), ...shape]);
    await writePng(to, grid(pictures, { columns: count, scale }));
  } finally {
    await session.close();
  }
  return count;
}

/** Of the pictures that a file takes. */
function shapeOf(inputs: ModelFolder["card"]["files"][string]["inputs"]): number[] {
  const shape = inputs.find(({ name }) => name === "x")?.shape ?? [];
  return shape.slice(1).map(Number);
}
