/** @file A family's model out of the tab: a zip of its card and its ONNX files, each of them held against the trainer here. */
import { parseCard, type Card, type Checker, type Runtime } from "@gen/core";
import { exportFiles } from "@gen/core/onnx";
import { zipSync } from "fflate";
import type { About } from "./about.js";
import type { Trainer } from "./training.js";

export interface Exported {
  /** What the download is called. */
  readonly name: string;
  readonly zip: Blob;
  readonly card: Card;
}

export interface ExportOptions {
  readonly runtime: Runtime;
  readonly trainer: Trainer;
  readonly family: string;
  readonly about: About;
  /** What the files are run with beside the trainer. */
  readonly checkers: readonly Checker[];
}

/** @throws GenError `numeric` if a file does not compute what the trainer computes */
export async function exported({ runtime, trainer, family, about, checkers }: ExportOptions): Promise<Exported> {
  const { course, store, steps } = trainer.trained(family)!;
  const name = `${family}-${about.name}`;
  const request = { ...about, family, name, files: course.files(), recipe: { ...about.recipe, steps } };
  const files = await exportFiles(request, { runtime, store }, checkers);
  const card = parseCard(new TextDecoder().decode(files.get("card.json")), { file: "card.json" });
  const folder = Object.fromEntries([...files].map(([file, bytes]) => [`${name}/${file}`, bytes]));
  return { name: `${name}.zip`, zip: new Blob([zipSync(folder)], { type: "application/zip" }), card };
}

/** Hands a file to the browser's downloads. */
export function download(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it after the click
}
