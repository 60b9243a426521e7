/** @file Data of one's own: files become rows to learn from, a small model that learns them, and a way to show what it makes. */
import { GenError, type Dataset } from "@gen/core";
import type { Family } from "../train/course.js";
import { HEAD, kindOf, MOST_BYTES, type Kind } from "./recognise.js";

/** How rows of numbers read. */
export type Shown =
  | { readonly as: "pictures"; readonly shape: readonly [number, number, number] }
  | {
      readonly as: "table";
      readonly columns: readonly string[];
      readonly cell: (column: number, value: number) => string;
    }
  | { readonly as: "text"; readonly text: (tokens: ArrayLike<number>) => string; readonly length: number }
  | { readonly as: "sound"; readonly length: number; readonly rate: number };

export interface Own {
  readonly kind: Kind;
  /** What was found, in a sentence. */
  readonly about: string;
  readonly points: Dataset;
  readonly family: Family;
  readonly shown: Shown;
  /** The first rows, as they are shown. */
  readonly first: ArrayLike<number>;
}

/** What a kind makes of its files. */
export type Open = (files: readonly File[]) => Promise<Own>;

const openers: Readonly<Record<Kind, () => Promise<Open>>> = {
  pictures: async () => (await import("./pictures.js")).openPictures,
  table: async () => (await import("./table.js")).openTable,
  text: async () => (await import("./text.js")).openText,
  sound: async () => (await import("./sound.js")).openSounds,
};

/** @throws GenError naming the file that does not fit, and what to do */
export async function openOwn(files: readonly File[]): Promise<Own> {
  const all = files.reduce((sum, { size }) => sum + size, 0);
  if (all > MOST_BYTES.all) {
    throw new GenError(
      "range",
      `${files.length} files: expected at most ${MOST_BYTES.all / 2 ** 20} MB, got ${(all / 2 ** 20).toFixed(0)} MB`,
      { fix: "take some of them" },
    );
  }
  const kinds = await Promise.all(files.map(async (file) => kindOf(file.name, await headOf(file), file.size)));
  const [kind] = kinds;
  const other = kinds.findIndex((each) => each !== kind);
  if (kind === undefined) throw new GenError("data", "expected files, got none", { fix: "drop some, or choose them" });
  if (other >= 0) {
    throw new GenError(
      "data",
      `expected files of one kind, got ${kind} (${files[0]!.name}) and ${kinds[other]!} (${files[other]!.name})`,
      { fix: "drop one kind at a time" },
    );
  }
  return (await openers[kind]())(files);
}

async function headOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
}
