/** @file Draws a model's pictures into the run folder. */
import { grid } from "@gen/data";
import { writePng } from "@gen/data/node";
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
    const path = folder.picturePath(name, step);
    await writePng(path, grid(images, { columns: picture.columns, scale: picture.scale ?? 1 }));
    paths[name] = path;
  }
  return paths;
}
