/** @file Noto emoji of 32 × 32 pixels with their names and groups: small coloured pictures, and words for them. */
import { GenError, key, ndarray, permutation, type NdArray } from "@gen/core";
import { checkSplit, type PictureDataset, type Split } from "../dataset.js";
import { pictures } from "../pictures.js";
import { obtainLocal, type FetchOptions } from "./places.js";
import { readMaybeGzip } from "./read.js";

export interface EmojiOptions extends Pick<FetchOptions, "dir"> {
  /** @default "train" */
  readonly split?: Split;
  /** 3: red, green, blue before a white ground; 4: with opacity, and colours as they are in the file. @default 3 */
  readonly channels?: 3 | 4;
  /** With the variants of people in five tones of skin; they go with the emoji that they vary. @default false */
  readonly tones?: boolean;
}

/** A picture's words. */
export interface EmojiName {
  /** The character, such as "😀". */
  readonly emoji: string;
  /** Its short name in English, such as "grinning face". */
  readonly name: string;
}

/** `x` u8 [channels, 32, 32], `label` i32 [], an index into `classes`: the groups of Unicode. */
export interface EmojiDataset extends PictureDataset {
  /** Of each row. */
  readonly names: readonly EmojiName[];
}

const SET = "emoji32";
const SIDE = 32;
const BYTES = SIDE * SIDE * 4;
const COLUMNS = ["index", "codepoints", "emoji", "name", "group"];

/** One tenth for test, one tenth for validation, by a shuffle of the names that never changes. */
const SPLITS = ["train", "valid", "test"] as const;
const TENTHS: Readonly<Record<Split, readonly [number, number]>> = { test: [0, 1], valid: [1, 2], train: [2, 10] };

interface Entry extends EmojiName {
  readonly group: string;
  /** Row in its file. */
  readonly row: number;
  readonly file: "base" | "tones";
}

/**
 * Noto emoji, 1,644 of them, or 3,414 with tones of skin. Nobody publishes them in this form, so nothing is fetched: a
 * folder has `emoji32-base.rgba.gz` (N × 32 × 32 × 4 bytes, RGBA, not premultiplied) and `emoji32-base.tsv.gz` (a line
 * a picture: index, code points, character, name, group, …, below a line of headings), and the same for `tones`.
 *
 * @throws GenError `file` if no folder has them, `format` for files that are damaged or do not belong together
 * @see googlefonts/noto-emoji, pictures under Apache-2.0; names: Unicode CLDR
 */
export async function emoji({
  split: wanted,
  channels = 3,
  tones = false,
  dir,
}: EmojiOptions = {}): Promise<EmojiDataset> {
  const split = checkSplit("emoji", wanted ?? "train", SPLITS);
  if ((channels as number) !== 3 && (channels as number) !== 4) {
    throw new GenError("option", `emoji: expected channels 3 or 4, got ${String(channels)}`);
  }
  const read = async (file: Entry["file"]) => {
    const pixels = await readMaybeGzip(await place(`${SET}-${file}.rgba`, dir));
    const path = await place(`${SET}-${file}.tsv`, dir);
    const entries = parse(new TextDecoder().decode(await readMaybeGzip(path)), { path, file });
    if (pixels.length !== entries.length * BYTES) {
      throw new GenError(
        "format",
        `${SET}-${file}.rgba: expected ${entries.length * BYTES} bytes, ${BYTES} for each line of ${path}, got ${pixels.length}`,
      );
    }
    return { pixels, entries };
  };
  const base = await read("base");
  const more = tones ? await read("tones") : undefined;
  const isChosen = namesOf(base.entries, split);
  const entries = [...base.entries, ...(more?.entries ?? [])].filter(({ name }) => isChosen(name));
  const sources = { base: base.pixels, tones: more?.pixels ?? new Uint8Array() };
  const classes = [...new Set(base.entries.map(({ group }) => group))];
  const set = pictures({
    name: "emoji",
    split,
    x: stack(
      entries.map(({ file, row }) => sources[file].subarray(row * BYTES, (row + 1) * BYTES)),
      channels,
    ),
    labels: {
      values: ndarray(
        entries.map(({ group }) => classes.indexOf(group)),
        [entries.length],
        "i32",
      ),
      classes,
    },
  });
  const names = entries.map(({ emoji, name }) => ({ emoji, name }));
  return { ...set, names, texts: names.map(({ name }) => name) };
}

/** Whether a name, or what stands before its tone, is in the split. */
function namesOf(entries: readonly Entry[], split: Split): (name: string) => boolean {
  const order = permutation(key(0), entries.length);
  const [from, to] = TENTHS[split].map((tenth) => Math.floor((tenth * entries.length) / 10)) as [number, number];
  const chosen = new Set(entries.filter((_, i) => order[i]! >= from && order[i]! < to).map(({ name }) => name));
  const known = new Set(entries.map(({ name }) => name));
  return (name) => chosen.has(known.has(name) ? name : name.slice(0, name.lastIndexOf(":")));
}

function parse(text: string, { path, file }: { readonly path: string; readonly file: Entry["file"] }): Entry[] {
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const headings = head.split("\t");
  if (COLUMNS.some((column, i) => headings[i] !== column)) {
    throw new GenError("format", `${path}: expected the headings ${COLUMNS.join(", ")}, got ${headings.join(", ")}`);
  }
  return lines.map((line, row) => {
    const [index, , emoji, name, group] = line.split("\t");
    if (Number(index) !== row || !emoji || !name || !group) {
      throw new GenError(
        "format",
        `${path}: line ${row + 2}: expected index ${row}, a character, a name and a group, got "${line}"`,
      );
    }
    return { emoji, name, group, row, file };
  });
}

/** Pixels side by side to planes, [N, channels, 32, 32]; three channels are blended with white. */
function stack(rows: readonly Uint8Array[], channels: 3 | 4): NdArray {
  const plane = SIDE * SIDE;
  const x = new Uint8Array(rows.length * channels * plane);
  rows.forEach((rgba, n) => {
    for (let i = 0; i < plane; i++) {
      const alpha = rgba[4 * i + 3]!;
      for (let c = 0; c < channels; c++) {
        const value = rgba[4 * i + c]!;
        x[(n * channels + c) * plane + i] =
          channels === 4 ? value : Math.round((value * alpha + 255 * (255 - alpha)) / 255);
      }
    }
  });
  return ndarray(x, [rows.length, channels, SIDE, SIDE], "u8");
}

async function place(file: string, dir: string | undefined): Promise<string> {
  const path = await obtainLocal({ set: SET, names: [`${file}.gz`, file] }, dir);
  if (path !== undefined) return path;
  throw new GenError(
    "file",
    `emoji: expected ${file}.gz in ${dir ?? "the folder that GEN_DATA_DIR names"}, got no such file`,
    {
      fix: "these files are not fetched: name a folder that has them",
    },
  );
}
