/** @file Text as rows of bytes or characters of one length, from a file or a folder of any size. */
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { GenError, type Dataset, type Rows } from "@gen/core";
import { fileError } from "@gen/core/node";
import { checkRows, checkSplit, type Split } from "../dataset.js";
import { Packed } from "./packed.js";
import { streamText } from "./stream.js";

export interface TextOptions {
  /** Tokens of a row. @default 256 */
  readonly length?: number;
  /** Tokens from the beginning of a row to that of the next; 1 for every place there is. @default length */
  readonly stride?: number;
  /** Bytes of UTF-8, 256 tokens; or characters (code points), as many as the text has. @default "character" */
  readonly unit?: "byte" | "character";
  /** The text is cut in three: a share for training, then for validation, then for test. @default "train" */
  readonly split?: Split;
  /** Share of the text. @default 0.05 */
  readonly valid?: number;
  /** Share of the text. @default 0.05 */
  readonly test?: number;
  /** Of tokens that are kept in memory; more go to a temporary file. @default 2²⁸ */
  readonly memoryBytes?: number;
}

/** Field `x` i32 [length], indices into `vocabulary`; a byte is its own index. */
export interface TextDataset extends Dataset {
  readonly name: string;
  readonly split: Split;
  /** Tokens of this split. */
  readonly tokens: number;
  /** Characters in order of their code points; absent for bytes. */
  readonly vocabulary?: readonly string[];
  /** The text of some tokens. @throws GenError `range` for a token that is none */
  decode(tokens: ArrayLike<number>): string;
}

const ENDINGS = /\.(txt|md|text)(\.gz)?$/i;
const SPLITS = ["train", "valid", "test"] as const;

/**
 * A file of text, or the .txt and .md files below a folder, one after the other by their paths; gzipped ones too. The
 * vocabulary is that of the whole text, whichever the split.
 *
 * @throws GenError `file` if it cannot be read, `format` naming the first byte that is not UTF-8, `data` if a split has
 *   no row, `range` for a length or share that is none
 */
export async function textDataset(path: string, options: TextOptions = {}): Promise<TextDataset> {
  const { length = 256, unit = "character", valid = 0.05, test = 0.05 } = options;
  const { stride = length, memoryBytes } = options;
  const split = checkSplit(path, options.split ?? "train", SPLITS);
  for (const [name, value] of Object.entries({ length, stride })) {
    if (!Number.isInteger(value) || value < 1)
      throw new GenError("range", `${path}: expected ${name} ≥ 1, got ${value}`);
  }
  if (!(valid >= 0 && test >= 0 && valid + test < 1)) {
    throw new GenError("range", `${path}: expected shares below 1 together, got ${valid} and ${test}`);
  }
  const files = await filesOf(path);
  const memory = memoryBytes === undefined ? {} : { memoryBytes };
  const { packed, vocabulary } = unit === "byte" ? await packBytes(files, memory) : await packCharacters(files, memory);
  const total = packed.length;
  const held = { valid: Math.round(total * valid), test: Math.round(total * test) };
  const start = { train: 0, valid: total - held.valid - held.test, test: total - held.test }[split];
  const tokens = split === "train" ? total - held.valid - held.test : held[split];
  const rows = tokens < length ? 0 : Math.floor((tokens - length) / stride) + 1;
  const name = basename(resolve(path));
  if (rows === 0) {
    throw new GenError("data", `${path}: expected at least ${length} ${unit}s for "${split}", got ${tokens}`, {
      fix: "give more text, or a smaller length",
    });
  }
  const stack = (parts: readonly ArrayLike<number>[]): Rows => {
    const data = new Int32Array(parts.length * length);
    parts.forEach((part, i) => data.set(part, i * length));
    return { x: { dtype: "i32", shape: [parts.length, length], data } };
  };
  return {
    name,
    split,
    tokens,
    ...(vocabulary === undefined ? {} : { vocabulary }),
    length: rows,
    fields: { x: { dtype: "i32", shape: [length] } },
    rows(indices): Rows | Promise<Rows> {
      checkRows(name, indices, rows);
      const places = indices.map((row) => start + row * stride);
      if (packed.inMemory) return stack(places.map((place) => packed.at(place, length)));
      return Promise.all(places.map((place) => packed.read(place, length))).then(stack);
    },
    decode: (some) => decodeTokens(some, vocabulary),
  };
}

type Memory = { readonly memoryBytes?: number };

async function packBytes(files: readonly string[], memory: Memory) {
  const packed = new Packed({ dtype: "u8", ...memory });
  const encoder = new TextEncoder();
  for (const file of files) for await (const text of streamText(file)) await packed.append(encoder.encode(text));
  await packed.close();
  return { packed, vocabulary: undefined };
}

async function packCharacters(files: readonly string[], memory: Memory) {
  const found = new Set<number>();
  for (const file of files)
    for await (const text of streamText(file)) for (const character of text) found.add(character.codePointAt(0)!);
  const vocabulary = [...found].sort((a, b) => a - b).map((point) => String.fromCodePoint(point));
  const indices = new Map(vocabulary.map((character, i) => [character, i]));
  const packed = new Packed({ dtype: "i32", ...memory });
  for (const file of files) {
    for await (const text of streamText(file))
      await packed.append(Int32Array.from(text, (character) => indices.get(character)!));
  }
  await packed.close();
  return { packed, vocabulary };
}

function decodeTokens(tokens: ArrayLike<number>, vocabulary: readonly string[] | undefined): string {
  const count = vocabulary?.length ?? 256;
  const all = Array.from(tokens);
  const wrong = all.findIndex((token) => !Number.isInteger(token) || token < 0 || token >= count);
  if (wrong >= 0) throw new GenError("range", `decode: token ${wrong}: expected 0 to ${count - 1}, got ${all[wrong]}`);
  if (vocabulary !== undefined) return all.map((token) => vocabulary[token]).join("");
  return new TextDecoder().decode(Uint8Array.from(all)); //              a cut character becomes U+FFFD
}

async function filesOf(path: string): Promise<string[]> {
  const entry = await stat(path).catch((cause: unknown) => {
    throw fileError("cannot read", path, cause);
  });
  if (!entry.isDirectory()) return [path];
  const names = (await readdir(path, { recursive: true })).filter(
    (name) => ENDINGS.test(name) && !basename(name).startsWith("."),
  );
  if (names.length === 0) throw new GenError("data", `${path}: expected .txt or .md files, got none`);
  return names
    .map((name) => name.replaceAll("\\", "/"))
    .sort()
    .map((name) => join(path, name));
}
