/** @file `@gen/eval/node`: feature extractors from disk, those of this package among them. */
import { fileURLToPath } from "node:url";
import { GenError } from "@gen/core";
import { openFolder, openSession, readBytes } from "@gen/core/node";
import { extractor, type Extractor, type ExtractorOptions } from "./extractor.js";

/** The data sets that this package has an extractor for. */
export const builtIns = ["mnist", "glyphs"] as const;
export type BuiltIn = (typeof builtIns)[number];

const FILE = "features.onnx";

/** The folder of an extractor that comes with this package: from src and from dist alike. */
export function builtInFolder(name: BuiltIn): string {
  return fileURLToPath(new URL(`../assets/${name}`, import.meta.url));
}

/** An extractor that holds an open file. */
export interface OpenExtractor extends Extractor {
  close(): Promise<void>;
}

/** Names in a plain ONNX file: as in {@link ExtractorOptions}. */
export type FileOptions = Omit<ExtractorOptions, "session" | "name">;

/**
 * Opens a feature extractor.
 *
 * @param place the folder of an exported classifier, or the path of any `.onnx` file that takes samples and gives features
 * @param options names in an `.onnx` file; a folder's card has them
 * @throws GenError `file`, `format`, `hash` or `version` naming the file
 */
export async function openExtractor(place: string, options: FileOptions = {}): Promise<OpenExtractor> {
  if (place.endsWith(".onnx")) {
    const session = await openSession(await readBytes(place), { file: place });
    return { ...extractor({ ...options, name: place, session }), close: () => session.close() };
  }
  const folder = await openFolder(place);
  const file = folder.card.files[FILE];
  if (file === undefined) {
    const got = Object.keys(folder.card.files).join(", ");
    throw new GenError("file", `${place}: expected an exported classifier with ${FILE}, got ${got}`);
  }
  const session = await folder.open(FILE);
  const { classes } = (folder.card.recipe ?? {}) as { readonly classes?: unknown };
  const opened = extractor({
    name: folder.card.name,
    session,
    shape: file.inputs[0]!.shape.slice(1).map(Number),
    input: file.inputs[0]!.name,
    ...(file.outputs.some(({ name }) => name === "logits") && { logits: "logits" }),
    ...(Array.isArray(classes) && { classes: classes.map(String) }),
  });
  return { ...opened, close: () => session.close() };
}
