/** @file From a run's folder to its report. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { writeAtomic } from "@gen/core/node";
import type { PictureFile, RunFolder } from "../run/run-folder.js";
import { readMade } from "./about.js";
import { reportHtml, type Image, type ModelFile, type ReportData, type ReportPicture } from "./html.js";

/** Earlier stages of a picture that the report shows beside the last. */
const STAGES = 5;

/** Makes report.html again from whatever the folder holds. @throws GenError `file` or `format`, naming the file. */
export async function writeReport(folder: RunFolder): Promise<void> {
  await writeAtomic(folder.report, reportHtml(gather(folder)));
}

export function gather(folder: RunFolder): ReportData {
  const { recipe, options, made } = folder.config;
  const about = readMade(made);
  const files = folder.pictures();
  const names = [...new Set([...Object.keys(about.pictures), ...files.keys()])].filter((name) => files.has(name));
  return {
    name: basename(folder.path),
    recipe,
    options,
    made: about,
    metrics: folder.metrics,
    pictures: names.map((name): ReportPicture => {
      const { title, caption } = about.pictures[name] ?? { title: name, caption: "" };
      return { title, caption, images: spread(files.get(name)!, STAGES).map((file) => readImage(folder, file)) };
    }),
    files: modelFiles(folder.model),
  };
}

/** At most `count` of them, evenly apart, the first and the last among them. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!);
}

function readImage(folder: RunFolder, { path, step }: PictureFile): Image {
  const png = folder.read(path);
  // The width stands at byte 16, in the header that must come first (PNG specification, §11.2.2).
  const width = png.length >= 24 ? new DataView(png.buffer, png.byteOffset).getUint32(16) : 0;
  return { step, png, width: width === 0 ? 1 : width };
}

function modelFiles(path: string): ModelFile[] {
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .sort()
    .map((name) => ({ name, bytes: statSync(join(path, name)).size }));
}
