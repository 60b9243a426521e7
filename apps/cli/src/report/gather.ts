/** @file From a run's folder to its report. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { GenError, isGenError, parseCard } from "@gen/core";
import { writeAtomic } from "@gen/core/node";
import type { Compared } from "../compare/show.js";
import type { PictureFile, RunFolder } from "../run/run-folder.js";
import { readMade } from "./about.js";
import {
  reportHtml,
  type DrawnCurve,
  type Image,
  type ReportData,
  type ReportPicture,
  type ReportSounds,
} from "./html.js";
import type { ModelFile } from "./model-section.js";

/** Stages of a picture that the report shows, the last among them. */
const STAGES = 4;

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
      const all = files.get(name)!;
      const shown = all.at(-1)!.path.endsWith(".gif") ? all.slice(-1) : spread(all, STAGES); // one thing that moves
      return { title, caption, images: shown.map((file) => readImage(folder, file)) };
    }),
    sounds: [...folder.sounds()].map(([name, paths]): ReportSounds => ({
      ...(about.recordings[name] ?? { title: name, caption: "" }),
      files: paths.map((path) => folder.read(path)),
    })),
    curves: readJson<readonly DrawnCurve[]>(folder, folder.curves) ?? [],
    compared: readJson<Compared>(folder, folder.comparison),
    files: modelFiles(folder),
  };
}

/** At most `count` of them, evenly apart, the first and the last among them. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!);
}

function readImage(folder: RunFolder, { path, step }: PictureFile): Image {
  const bytes = folder.read(path);
  const type = path.endsWith(".gif") ? "gif" : "png";
  return { step, bytes, type, width: Math.max(1, widthOf(bytes, type)) };
}

/** It stands in the header that must come first: PNG specification, §11.2.2; GIF89a, §18. */
function widthOf(bytes: Uint8Array, type: Image["type"]): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (type === "gif") return bytes.length >= 8 ? view.getUint16(6, true) : 0;
  return bytes.length >= 24 ? view.getUint32(16) : 0;
}

/** What a file of the run says, if it is there. @throws GenError `format` for a damaged file */
function readJson<T>(folder: RunFolder, path: string): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(folder.read(path))) as T;
  } catch (cause) {
    if (isGenError(cause)) throw cause;
    throw new GenError("format", `${path}: expected JSON`, { fix: "remove it, or make it again", cause });
  }
}

/** The files of the export, and what its card says of them. */
function modelFiles(folder: RunFolder): ModelFile[] {
  const path = join(folder.model, "card.json");
  if (!existsSync(path)) return [];
  const card = parseCard(new TextDecoder().decode(folder.read(path)), { file: path });
  return Object.entries(card.files).map(([name, { purpose, bytes, precision, inputs }]) => ({
    name,
    purpose,
    bytes,
    precision,
    inputs,
    parity: card.parity.filter(({ file }) => file === name),
  }));
}
