/** @file The card of an exported model: what each file is for, what goes in and comes out, and how it was checked. */
import { DTYPES, type DType } from "../dtype.js";
import { GenError, messageOf } from "../error.js";

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
  readonly inputs: readonly CardPort[];
  readonly outputs: readonly CardPort[];
}

/** The largest differences between a file and the trainer, on one provider. */
export interface Parity {
  readonly file: string;
  readonly provider: string;
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
  const card = new Reader(file, "card", json);
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
    parity: card.list("parity", (entry) => ({
      file: entry.string("file"),
      provider: entry.string("provider"),
      maxAbsolute: entry.number("maxAbsolute"),
      maxRelative: entry.number("maxRelative"),
    })),
  };
}

function readFile(entry: Reader): CardFile {
  return {
    purpose: entry.string("purpose"),
    sha256: entry.string("sha256"),
    bytes: entry.number("bytes"),
    inputs: entry.list("inputs", readPort),
    outputs: entry.list("outputs", readPort),
  };
}

function readPort(entry: Reader): CardPort {
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

/** A value of the JSON and where it stands. */
class Reader {
  constructor(
    readonly file: string,
    readonly path: string,
    readonly value: unknown,
  ) {}

  wrong(field: string, wanted: string, got: unknown): GenError {
    return new GenError(
      "format",
      `${this.file}: expected ${wanted} as "${field}" of ${this.path}, got ${got === undefined ? "nothing" : JSON.stringify(got).slice(0, 60)}`,
      {
        fix: "export the model again",
      },
    );
  }
  field(name: string): unknown {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw this.wrong(name, "an object around it", value);
    return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  string(name: string): string {
    const value = this.field(name);
    if (typeof value !== "string") throw this.wrong(name, "text", value);
    return value;
  }
  number(name: string): number {
    return new Reader(this.file, `${this.path}.${name}`, this.field(name)).asNumber();
  }
  asNumber(): number {
    if (typeof this.value !== "number" || !Number.isFinite(this.value))
      throw this.wrong("value", "a number", this.value);
    return this.value;
  }
  asExtent(): number | string {
    if (typeof this.value === "string" || (Number.isSafeInteger(this.value) && Number(this.value) >= 0))
      return this.value as number | string;
    throw this.wrong("shape", "a whole number or a name", this.value);
  }
  list<T>(name: string, read: (entry: Reader) => T): T[] {
    const value = this.field(name);
    if (!Array.isArray(value)) throw this.wrong(name, "a list", value);
    return value.map((entry, i) => read(new Reader(this.file, `${this.path}.${name}[${i}]`, entry)));
  }
  record<T>(name: string, read: (entry: Reader, name: string) => T): Record<string, T> {
    const value = this.field(name);
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.wrong(name, "an object", value);
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [
        key,
        read(new Reader(this.file, `${this.path}.${name}.${key}`, entry), key),
      ]),
    );
  }
}
