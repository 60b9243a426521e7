/** @file An exported model: where it is, what its card says of its making, and drawing from it through its files alone. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { GenError, ndarray, sizeOf, type Card, type NdArray } from "@gen/core";
import type { ColumnInfo } from "@gen/core/codec";
import { openFolder, type ModelFolder } from "@gen/core/node";
import { isRecord } from "./schema/config.js";

/** The folder of an exported model: the folder itself, or `model/` in the folder of a run. @throws GenError `file` */
export function modelFolder(path: string, shown: string): string {
  for (const folder of [path, join(path, "model")]) if (existsSync(join(folder, "card.json"))) return folder;
  throw new GenError("file", `${shown}: expected an exported model, got a place without card.json`, {
    fix: existsSync(join(path, "config.json"))
      ? `gen export ${shown}`
      : "name the folder of a run, or of a model that gen exported",
  });
}

/** A truncation that no draw from N(0, 1) in f32 reaches. */
const ALL_NOISE = 6;

/** What gen writes into the card's `recipe`. */
export interface Origin {
  readonly recipe: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Names of the classes that a model was conditioned on or could have been, by their number. */
  readonly classes?: readonly string[];
  /** Of the table that it was trained on. */
  readonly columns?: readonly ColumnInfo[];
}

/** What a card says of how its model was made; empty where something else than gen made it. */
export function originOf({ recipe: made }: Card): Origin {
  const record = isRecord(made) ? made : {};
  const { recipe, options, classes, columns } = record;
  return {
    recipe: typeof recipe === "string" ? recipe : "",
    options: isRecord(options) ? options : {},
    ...(Array.isArray(classes) ? { classes: classes.map(String) } : {}),
    ...(Array.isArray(columns) ? { columns: columns as ColumnInfo[] } : {}),
  };
}

export interface DrawOptions {
  readonly seed: number;
  readonly n: number;
  /** Class to draw from, for a model that has classes: its name or its number; all in turn unless given. */
  readonly label?: string | undefined;
  /** "column=value, …" for a model that is conditioned on columns of a table. */
  readonly given?: string | undefined;
  /** Steps of the sampler, for a file with that input. @default as the run's pictures were drawn, or 50 */
  readonly steps?: number | undefined;
  /** Weight of the class, for a file with that input. @default as the run's pictures were drawn, or 1 */
  readonly guidance?: number | undefined;
  /** Noise stays within this, for a file with that input. @default all of it */
  readonly truncation?: number | undefined;
}

/**
 * Runs the sampler of an exported model. The same seed gives the same samples, wherever it runs.
 *
 * @returns [n, …] in the user's units
 * @throws GenError `option` for a class where there are none, and what `openFolder` throws
 */
export async function draw(folder: string, options: DrawOptions): Promise<NdArray> {
  const sampler = await openSampler(folder);
  try {
    return await sampler.draw(options);
  } finally {
    await sampler.close();
  }
}

/** An exported model, ready to draw from again and again. */
export interface Sampler {
  readonly card: Card;
  draw(options: DrawOptions & { readonly first?: number }): Promise<NdArray>;
  close(): Promise<void>;
}

/** @throws GenError what `openFolder` throws */
export async function openSampler(folder: string): Promise<Sampler> {
  const model = await openFolder(folder);
  const session = await model.open("sampler.onnx");
  return {
    card: model.card,
    close: () => session.close(),
    async draw({ seed, n, label, given, steps, guidance, truncation, first = 0 }) {
      const { samples } = await session.run({
        seed: ndarray([seed], [], "i64"),
        n: ndarray([n], [], "i64"),
        ...labelsFor(model, { n, label, first }),
        ...contextFor(model, { n, given }),
        ...settingsFor(model, { steps, guidance, truncation }),
      });
      if (samples !== undefined) return samples;
      throw new GenError("format", `${folder}/sampler.onnx: expected an output "samples", got none`, {
        fix: "export the model again",
      });
    },
  };
}

const SETTINGS = ["steps", "guidance", "truncation"] as const;

/** What the settings among the inputs of a sampler get, if it has them. */
function settingsFor(
  { card }: ModelFolder,
  given: Pick<DrawOptions, (typeof SETTINGS)[number]>,
): Record<string, NdArray> {
  const { options } = originOf(card);
  const usual = { steps: options["samplerSteps"] ?? 50, guidance: options["guidance"] ?? 1, truncation: ALL_NOISE };
  const inputs = card.files["sampler.onnx"]?.inputs ?? [];
  const feeds: Record<string, NdArray> = {};
  for (const name of SETTINGS) {
    const port = inputs.find((input) => input.name === name);
    if (port !== undefined) feeds[name] = ndarray([Number(given[name] ?? usual[name])], [], port.dtype);
    else if (given[name] !== undefined)
      throw new GenError(
        "option",
        `gen sample: expected --${name} only for a sampler that takes it, got it for ${card.name}`,
        {
          fix: `leave out --${name}`,
        },
      );
  }
  return feeds;
}

/** What the sampler's input `label` gets, if it has one; where classes go in turn, the first is that of sample `first`. */
function labelsFor(
  { card }: ModelFolder,
  { n, label, first }: { readonly n: number; readonly label: string | undefined; readonly first: number },
): Record<string, NdArray> {
  const port = card.files["sampler.onnx"]?.inputs.find(({ name }) => name === "label");
  if (port === undefined) {
    if (label === undefined) return {};
    throw new GenError(
      "option",
      `gen sample: expected --label only for a model with classes, got it for ${card.name}`,
      {
        fix: "leave out --label",
      },
    );
  }
  const { classes = [] } = originOf(card);
  const shape = port.shape.map((extent) => (typeof extent === "number" ? extent : n));
  const one = label === undefined ? undefined : classOf(label, classes);
  const labels = Array.from(
    { length: sizeOf(shape) },
    (_, i) => one ?? (classes.length === 0 ? 0 : (first + i) % classes.length),
  );
  return { label: ndarray(labels, shape, port.dtype) };
}

/** What the sampler's input `context` gets, if it has one: the same values in each row. */
function contextFor(
  { card }: ModelFolder,
  { n, given }: { readonly n: number; readonly given: string | undefined },
): Record<string, NdArray> {
  const hasContext = card.files["sampler.onnx"]?.inputs.some(({ name }) => name === "context") === true;
  const columns = hasContext ? givenColumns(card) : [];
  const pairs = (given ?? "")
    .split(",")
    .flatMap((pair) => (pair.includes("=") ? [pair.split("=") as [string, string]] : []));
  const values = new Map(pairs.map(([name, value]) => [name.trim(), value.trim()]));
  const wanted = columns.map(({ name }) => name);
  const stray = [...values.keys()].find((name) => !wanted.includes(name)) ?? (hasContext ? undefined : given);
  const missing = wanted.find((name) => !values.has(name));
  if (stray !== undefined || missing !== undefined) {
    const asked =
      wanted.length === 0 ? "no --given for this model" : `--given ${wanted.map((name) => `${name}=…`).join(",")}`;
    throw new GenError("option", `gen sample: expected ${asked}, got ${given ?? "none"}`, {
      fix: wanted.length === 0 ? "leave it out" : "say a value for each column that the model is conditioned on",
    });
  }
  if (!hasContext) return {};
  const row = columns.map(({ name, categories }) => {
    const word = values.get(name)!;
    const value = categories === undefined ? Number(word) : categories.indexOf(word);
    if (Number.isFinite(value) && !(categories !== undefined && value < 0)) return value;
    const one = categories === undefined ? "a number" : `one of ${categories.join(", ").slice(0, 200)}`;
    throw new GenError("option", `gen sample: --given ${name}: expected ${one}, got ${word}`);
  });
  return { context: ndarray(Array.from({ length: n }, () => row).flat(), [n, row.length]) };
}

/** The columns that a model is conditioned on. */
function givenColumns(card: Card): readonly ColumnInfo[] {
  const { options, columns = [] } = originOf(card);
  const names = typeof options["given"] === "string" ? options["given"].split(",").map((word) => word.trim()) : [];
  return names.flatMap((name) => columns.filter((column) => column.name === name));
}

/** The number of a class. A name counts before a number: the class "7" of a set of digits is what one means by 7. */
function classOf(label: string, classes: readonly string[]): number {
  const named = classes.indexOf(label);
  const number = named >= 0 ? named : /^\d+$/.test(label) ? Number(label) : -1;
  if (number >= 0 && (classes.length === 0 || number < classes.length)) return number;
  const known = classes.length === 0 ? "the number of a class" : `a class, one of ${classes.join(" ").slice(0, 200)}`;
  throw new GenError("option", `gen sample: --label: expected ${known}, got ${label}`);
}
