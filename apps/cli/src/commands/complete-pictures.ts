/** @file Pictures of which the upper part is given, gone on with through the exported files of a model. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { GenError, ndarray, type NdArray } from "@gen/core";
import type { ModelFolder } from "@gen/core/node";
import { grid } from "@gen/data";
import { decodePicture, writePng } from "@gen/data/node";
import { defineOptions, type OptionsOf } from "../schema/schema.js";

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
}

/** Does a model go on with pictures that begin at the top? */
export function goesOn({ card }: ModelFolder, file: string): boolean {
  const names = card.files[file]?.inputs.map(({ name }) => name) ?? [];
  return names.includes("known") && shapeOf(card.files[file]!.inputs).length === 3;
}

/**
 * Writes a picture of lines: the originals, what is given of them, and each way to go on.
 *
 * @returns how many pictures there were
 */
export async function completePictures(
  model: ModelFolder,
  file: string,
  { data, to, seed, keep, n, variants, scale }: Completion,
): Promise<number> {
  if (!to.endsWith(".png")) throw new GenError("option", `gen complete: expected a .png for pictures, got ${to}`);
  const shape = shapeOf(model.card.files[file]!.inputs);
  const [channels, height, width] = shape as [number, number, number];
  if (channels !== 1 && channels !== 3)
    throw new GenError("option", `gen complete: expected a model of one or three channels, got ${channels}`);
  const files = filesIn(data).slice(0, n);
  const count = files.length;
  const decode = { size: [height, width], channels, background: 255 } as const;
  const pixels = await Promise.all(files.map((path) => decodePicture(path, decode)));
  const one = pixels.flatMap((picture) => Array.from(picture, (v) => v / 255));
  const given = Float32Array.from({ length: variants * one.length }, (_, i) => one[i % one.length]!);
  const kept = Math.min(height - 1, Math.max(1, Math.round(keep * height))) * width;
  const session = await model.open(file);
  try {
    const { completed } = await session.run({
      x: ndarray(given, [count * variants, ...shape]),
      known: ndarray(new Array<number>(count * variants).fill(kept), [count * variants], "i32"),
      seed: ndarray([seed], [], "i64"),
    });
    const upper = one.map((v, i) => (i % (height * width) < kept ? v : 0.5));
    const all = [...one, ...upper, ...Array.from(completed!.data as Float32Array)];
    const pictures: NdArray = ndarray(all, [count * (variants + 2), ...shape]);
    await writePng(to, grid(pictures, { columns: count, scale }));
  } finally {
    await session.close();
  }
  return count;
}

/** @throws GenError `file` for a place that is no folder of pictures */
function filesIn(folder: string): string[] {
  const names = existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : [];
  const files = names.filter((name) => /\.(png|jpe?g|webp)$/i.test(name)).sort();
  if (files.length > 0) return files.map((name) => join(folder, name));
  throw new GenError("file", `gen complete: ${folder}: expected a folder of PNG, JPEG or WebP files, got none`);
}

/** Of the pictures that a file takes. */
function shapeOf(inputs: ModelFolder["card"]["files"][string]["inputs"]): number[] {
  const shape = inputs.find(({ name }) => name === "x")?.shape ?? [];
  return shape.slice(1).map(Number);
}
