/** @file What an exported model is told when it draws: class, words, columns, and how far they count; from flags to the inputs of a file. */
import { GenError, nearestName, ndarray, sizeOf, type Card, type NdArray, type Rows } from "@gen/core";
import type { ColumnInfo } from "@gen/core/codec";
import { wordNumbers, wordsOf } from "@gen/data";
import { originOf } from "./origin.js";

export interface Told {
  /** Class to draw from, for a model that has classes: its name or its number; all in turn unless given. */
  readonly label?: string | undefined;
  /** Words to draw from, for a model that knows some. */
  readonly words?: string | undefined;
  /** Words to be guided away from. */
  readonly avoid?: string | undefined;
  /** "column=value, …" for a model that is conditioned on columns of a table. */
  readonly given?: string | undefined;
  /** Steps of the sampler, for a file with that input. @default as the run's pictures were drawn, or 50 */
  readonly steps?: number | undefined;
  /** Weight of the condition, for a file with that input. @default as the run's pictures were drawn, or 1 */
  readonly guidance?: number | undefined;
  /** Noise stays within this, for a file with that input. @default all of it */
  readonly truncation?: number | undefined;
}

export interface ToldOptions extends Told {
  /** Rows. */
  readonly n: number;
  /** The number of the first row, for classes that go in turn. @default 0 */
  readonly first?: number;
  /** File of the model. @default "sampler.onnx" */
  readonly file?: string;
  /** The command, for errors. @default "gen sample" */
  readonly where?: string;
  /** What data say of each row: its `label`, and `context` of columns, in the place of what is told. */
  readonly rows?: Rows;
}

/**
 * What the inputs of a file get that say what to draw.
 *
 * @throws GenError `option` for what the file does not take, or what the model does not know
 */
export function told(card: Card, options: ToldOptions): Record<string, NdArray> {
  return {
    ...labelsFor(card, options),
    ...wordsFor(card, options),
    ...contextFor(card, options),
    ...settingsFor(card, options),
  };
}

type Flag = "label" | "words" | "avoid" | "steps" | "guidance" | "truncation";

function portOf(card: Card, name: string, { file = "sampler.onnx" }: ToldOptions) {
  return card.files[file]?.inputs.find((input) => input.name === name);
}

/** @throws GenError `option` for a flag that the file has no input for */
function refuse(card: Card, flag: Flag, { where = "gen sample", ...options }: ToldOptions): void {
  if (options[flag] === undefined) return;
  const needs = {
    label: "a model with classes",
    words: "a model that knows words",
    avoid: "a model that is guided by words",
    steps: "a sampler that takes it",
    guidance: "a sampler that takes it",
    truncation: "a sampler that takes it",
  };
  throw new GenError("option", `${where}: expected --${flag} only for ${needs[flag]}, got it for ${card.name}`, {
    fix: `leave out --${flag}`,
  });
}

/** A truncation that no draw from N(0, 1) in f32 reaches. */
const ALL_NOISE = 6;

/** Steps of a file that takes them, unless somebody says how many: chains of flows and searches of GANs need more than a sampler. */
function usualSteps(card: Card): number {
  const searching: Readonly<Record<string, number>> = { flow: 500, gan: 200 };
  return Number(originOf(card).options["samplerSteps"] ?? searching[card.family] ?? 50);
}

/** What the settings among the inputs get. */
function settingsFor(card: Card, options: ToldOptions): Record<string, NdArray> {
  const { options: made } = originOf(card);
  const usual = { steps: usualSteps(card), guidance: made["guidance"] ?? 1, truncation: ALL_NOISE };
  const feeds: Record<string, NdArray> = {};
  for (const name of ["steps", "guidance", "truncation"] as const) {
    const port = portOf(card, name, options);
    if (port === undefined) refuse(card, name, options);
    else feeds[name] = ndarray([Number(options[name] ?? usual[name])], [], port.dtype);
  }
  return feeds;
}

/** What the input `label` gets: one class, all in turn, or none where words are given in its place. */
function labelsFor(card: Card, options: ToldOptions): Record<string, NdArray> {
  const { n, label, words, first = 0, rows } = options;
  const port = portOf(card, "label", options);
  if (port === undefined) {
    refuse(card, "label", options);
    return {};
  }
  const { classes = [] } = originOf(card);
  const shape = port.shape.map((extent) => (typeof extent === "number" ? extent : n));
  const one = label !== undefined ? classOf(label, classes, options) : words !== undefined ? classes.length : undefined;
  const labels = Array.from(
    { length: sizeOf(shape) },
    (_, i) =>
      one ??
      rows?.["label"]?.data[i] ??
      (classes.length === 0 ? classNumber(card, label, options.where ?? "gen sample") : (first + i) % classes.length),
  );
  const none = new Int32Array(labels.length).fill(classes.length);
  return {
    label: ndarray(labels, shape, port.dtype),
    ...(portOf(card, "negativeLabel", options) && { negativeLabel: ndarray(none, shape, port.dtype) }),
  };
}

/** What the inputs `words` and `negativeWords` get. */
function wordsFor(card: Card, options: ToldOptions): Record<string, NdArray> {
  const feeds: Record<string, NdArray> = {};
  for (const [name, flag] of [
    ["words", "words"],
    ["negativeWords", "avoid"],
  ] as const) {
    const port = portOf(card, name, options);
    if (port === undefined) {
      refuse(card, flag, options);
      continue;
    }
    const { words: vocabulary = [] } = originOf(card);
    const text = options[flag] ?? "";
    checkWords(text, vocabulary, { flag, where: options.where ?? "gen sample" });
    const length = Number(port.shape[1]);
    feeds[name] = wordNumbers(new Array<string>(options.n).fill(text), { vocabulary, length });
  }
  return feeds;
}

function checkWords(text: string, vocabulary: readonly string[], { flag, where }: { flag: Flag; where: string }): void {
  const unknown = wordsOf(text).find((word) => !vocabulary.includes(word));
  if (unknown === undefined) return;
  const near = nearestName(unknown, vocabulary);
  const some = `it knows ${vocabulary.length}: ${vocabulary.slice(0, 20).join(", ")}, …`;
  throw new GenError("option", `${where}: --${flag}: expected words that the model knows, got ${unknown}`, {
    fix: near === undefined ? some : `did you mean ${near}? ${some}`,
  });
}

/** What the input `context` gets: the same values in each row. */
function contextFor(card: Card, options: ToldOptions): Record<string, NdArray> {
  const { n, given, where = "gen sample", rows } = options;
  const hasContext = portOf(card, "context", options) !== undefined;
  if (hasContext && rows?.["context"] !== undefined) return { context: rows["context"] };
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
    throw new GenError("option", `${where}: expected ${asked}, got ${given ?? "none"}`, {
      fix: wanted.length === 0 ? "leave it out" : "say a value for each column that the model is conditioned on",
    });
  }
  if (!hasContext) return {};
  const row = columns.map(({ name, categories }) => {
    const word = values.get(name)!;
    const value = categories === undefined ? Number(word) : categories.indexOf(word);
    if (Number.isFinite(value) && !(categories !== undefined && value < 0)) return value;
    const one = categories === undefined ? "a number" : `one of ${categories.join(", ").slice(0, 200)}`;
    throw new GenError("option", `${where}: --given ${name}: expected ${one}, got ${word}`);
  });
  return { context: ndarray(Array.from({ length: n }, () => row).flat(), [n, row.length]) };
}

/** The columns that a model is conditioned on. */
export function givenColumns(card: Card): readonly ColumnInfo[] {
  const { options, columns = [] } = originOf(card);
  const names = typeof options["given"] === "string" ? options["given"].split(",").map((word) => word.trim()) : [];
  return names.flatMap((name) => columns.filter((column) => column.name === name));
}

/**
 * The class that is asked for, by its number.
 *
 * @throws GenError `option` if none is, or one that the model does not have
 */
export function classNumber(card: Card, label: string | undefined, where: string): number {
  const { classes = [] } = originOf(card);
  if (label !== undefined) return classOf(label, classes, { n: 1, where });
  throw new GenError("option", `${where}: expected --label, since ${card.name} is conditioned on classes, got none`, {
    fix: classes.length === 0 ? "say the number of one" : `say one of ${classes.join(" ").slice(0, 200)}`,
  });
}

/** The number of a class. A name counts before a number: the class "7" of a set of digits is what one means by 7. */
function classOf(label: string, classes: readonly string[], { where = "gen sample" }: ToldOptions): number {
  const named = classes.indexOf(label);
  const number = named >= 0 ? named : /^\d+$/.test(label) ? Number(label) : -1;
  if (number >= 0 && (classes.length === 0 || number < classes.length)) return number;
  const known = classes.length === 0 ? "the number of a class" : `a class, one of ${classes.join(" ").slice(0, 200)}`;
  throw new GenError("option", `${where}: --label: expected ${known}, got ${label}`);
}
