/** @file Draws a model's pictures into the run folder. */
import { ndarray, type NdArray } from "@gen/core";
import { grid } from "@gen/data";
import { writeGif, writePng } from "@gen/data/node";
import type { Live } from "../recipe.js";
import type { RunFolder } from "../run/run-folder.js";
import type { Session } from "./session.js";

/** All pictures after `step` steps. @returns their paths, by name */
export async function drawPictures(
  { trainable, keys }: Session,
  live: Live,
  { folder, step }: { readonly folder: RunFolder; readonly step: number },
): Promise<Record<string, string>> {
  const paths: Record<string, string> = {};
  for (const [name, picture] of Object.entries(trainable.pictures)) {
    const images = await picture.draw({ ...live, key: keys.pictures });
    const { columns, scale = 1, frames } = picture;
    const path = folder.picturePath(name, step, frames === undefined ? "png" : "gif");
    if (frames === undefined) await writePng(path, grid(images, { columns, scale }));
    else
      await writeGif(
        path,
        parts(images, frames).map((part) => grid(part, { columns, scale })),
      );
    paths[name] = path;
  }
  return paths;
}

/** [count · N, …] as `count` times [N, …]. */
function parts({ data, shape: [all, ...row], dtype }: NdArray, count: number): NdArray[] {
  const size = data.length / count;
  return Array.from({ length: count }, (_, i) =>
    ndarray(data.slice(i * size, (i + 1) * size), [all! / count, ...row], dtype),
  );
}
