/** @file `@gen/eval/node`: feature extractors from disk, those of this package among them. */
import { fileURLToPath } from "node:url";
import { GenError } from "@gen/core";
import { openFolder, openSession, readBytes, type OnnxPort, type OnnxSession } from "@gen/core/node";
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

/** Names in a plain ONNX file: as in {@link ExtractorOptions}; what the file says unless given. */
export type FileOptions = Omit<ExtractorOptions, "session" | "name">;

/**
 * Opens a feature extractor.
 *
 * @param place the folder of an exported classifier, or the path of any `.onnx` file that takes samples [n, …] and gives rows
 *   of features: its one input; its output `features`, or the first; its output `logits`, if it has one
 * @param options names in an `.onnx` file; a folder's card has them
 * @throws GenError `file`, `format`, `hash` or `version` naming the file; `format` too for a file that takes other things
 *   beside samples, or batches of one size alone
 */
export async function openExtractor(place: string, options: FileOptions = {}): Promise<OpenExtractor> {
  if (place.endsWith(".onnx")) {
    const session = await openSession(await readBytes(place), { file: place });
    try {
      return {
        ...extractor({ ...named(session, place, options), name: place, session }),
        close: () => session.close(),
      };
    } catch (error) {
      await session.close();
      throw error;
    }
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

/** What a plain file says of itself, where it is not told. */
function named({ inputs, outputs }: OnnxSession, file: string, given: FileOptions): FileOptions {
  const wrong = (expected: string, got: string, fix: string): GenError =>
    new GenError("format", `${file}: expected a feature extractor with ${expected}, got ${got}`, { fix });
  const listed = (ports: readonly OnnxPort[]): string => ports.map(({ name }) => name).join(", ");
  const [input] = inputs;
  if (input === undefined || inputs.length > 1)
    throw wrong("one input, the samples", listed(inputs), "make the others constants of the file");
  const [batch, ...shape] = input.shape;
  if (typeof batch === "number")
    throw wrong("any number of samples a run", `${batch} only`, "export it with a free first axis of its input");
  const features = outputs.find(({ name }) => name === "features") ?? outputs[0]!;
  return {
    input: input.name,
    features: features.name,
    ...(outputs.some(({ name }) => name === "logits") && { logits: "logits" }),
    ...(shape.every((extent) => typeof extent === "number") && { shape }),
    ...given,
  };
}
