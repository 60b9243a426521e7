/** @file The card of an exported model: what each file is for, what goes in and comes out, and how it was checked. */
import { DTYPES, type DType } from "../dtype.js";
import { GenError, messageOf } from "../error.js";
import { JsonReader } from "../json-reader.js";
import type { Precision } from "../onnx/symbolic.js";

/** The newest card format that this version reads and the one that it writes. */
export const CARD_FORMAT = 1;

/** An input or output of a file. An extent that may vary is a name. */
export interface CardPort {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
  /** What it is, with its unit and range. */
  readonly description: string;
}

export interface CardFile {
  readonly purpose: string;
  readonly sha256: string;
  readonly bytes: number;
  /** How its weights are stored: "f16-weights" are computed with in f32, "i8" is large matrices alone. */
  readonly precision: Precision;
  readonly inputs: readonly CardPort[];
  readonly outputs: readonly CardPort[];
}

/** The largest differences between a file and the trainer, on one provider. */
export interface Parity {
  readonly file: string;
  readonly provider: string;
  /** What was allowed: this much of 1 + |value|. */
  readonly tolerance: number;
  /** The largest |difference|, and the largest |difference| / (1 + |value|). */
  readonly maxAbsolute: number;
  readonly maxRelative: number;
}

export interface Card {
  readonly format: number;
  readonly family: string;
  readonly name: string;
  /** By file name: a plain name in the card's own folder. */
  readonly files: Readonly<Record<string, CardFile>>;
  /** Measured on rows that were kept apart. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly data: string;
  readonly licence: string;
  /** Options that make the same model again. */
  readonly recipe: unknown;
  /** The map between the user's units and the model's, for `codecOf` of `@gen/core/codec`. */
  readonly codec?: unknown;
  readonly parity: readonly Parity[];
}

/**
 * Reads a card, taking it for hostile: it names files, and may have come from anywhere.
 *
 * @throws GenError `format`, `version` or `file`, in one line with the file and the field
 */
export function parseCard(text: string, { file }: { readonly file: string }): Card {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new GenError(
      "format",
      `${file}: expected JSON, got ${text.trim() === "" ? "an empty file" : messageOf(cause)}`,
      { fix: "export the model again", cause },
    );
  }
  const card = new JsonReader(file, "card", json);
  const format = card.number("format");
  if (format > CARD_FORMAT) {
    throw new GenError("version", `${file}: expected card format ${CARD_FORMAT} or older, got ${format}`, {
      fix: "update @gen/core",
    });
  }
  return {
    format,
    family: card.string("family"),
    name: card.string("name"),
    files: card.record("files", (entry, name) => {
      checkName(file, name);
      return readFile(entry);
    }),
    metrics: card.record("metrics", (entry) => entry.asNumber()),
    data: card.string("data"),
    licence: card.string("licence"),
    recipe: card.field("recipe"),
    codec: card.field("codec"),
    parity: card.list("parity", (entry) => ({
      file: entry.string("file"),
      provider: entry.string("provider"),
      tolerance: entry.field("tolerance") === undefined ? 1e-4 : entry.number("tolerance"), // the only one there was
      maxAbsolute: entry.number("maxAbsolute"),
      maxRelative: entry.number("maxRelative"),
    })),
  };
}

function readFile(entry: JsonReader): CardFile {
  return {
    purpose: entry.string("purpose"),
    sha256: entry.string("sha256"),
    bytes: entry.number("bytes"),
    precision:
      entry.field("precision") === undefined ? "f32" : entry.choice("precision", ["f32", "f16", "f16-weights", "i8"]),
    inputs: entry.list("inputs", readPort),
    outputs: entry.list("outputs", readPort),
  };
}

function readPort(entry: JsonReader): CardPort {
  const dtype = entry.string("dtype");
  if (!(DTYPES as readonly string[]).includes(dtype)) throw entry.wrong("dtype", DTYPES.join(", "), dtype);
  return {
    name: entry.string("name"),
    dtype: dtype as DType,
    shape: entry.list("shape", (extent) => extent.asExtent()),
    description: entry.string("description"),
  };
}

/** A file that a card may name: in its own folder, and nowhere else. */
function checkName(file: string, name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) || name.includes("..")) {
    throw new GenError("file", `${file}: expected a plain file name in "files", got ${JSON.stringify(name)}`, {
      fix: "do not open models from people you do not trust; export it again",
    });
  }
}
