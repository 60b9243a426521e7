/** @file A user's own pictures: a folder of PNG, JPEG and WebP files, read while training runs. */
import { readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { GenError, type Rows } from "@gen/core";
import { fileError } from "@gen/core/node";
import { checkRows, checkSplit, type PictureDataset } from "../dataset.js";
import { LruCache } from "../lru.js";
import { decodePicture, type DecodeOptions } from "./decode.js";

export interface ImageFolderOptions extends Partial<Pick<DecodeOptions, "channels" | "background">> {
  readonly path: string;
  /** Height and width, or one number for both, in pixels; pictures are scaled to cover it and cut. @default 32 */
  readonly size?: number | readonly [height: number, width: number];
  /**
   * If the folder holds `train` and `test`, these; otherwise one file in ten, chosen by its path, so that files that
   * come later move no other, is for test. @default "train"
   */
  readonly split?: "train" | "test";
  /** Decoded pictures that are kept, in bytes. @default 2²⁸ */
  readonly cacheBytes?: number;
}

const ENDINGS = new Set([".png", ".jpg", ".jpeg", ".webp"]);
const SPLITS = ["train", "test"] as const;
const DEFAULT_SIZE = 32;
const MAX_SIDE = 4096;
const TEST_SHARE = 0.1;
const AT_ONCE = 2 * availableParallelism();

/**
 * Pictures in a folder; its sub-folders, if any, are the classes, and then there is a `label`. Files are decoded when
 * their rows are asked for, so memory does not grow with their number, and a damaged file is named when its turn comes.
 *
 * @returns fields `x` u8 [C, size, size], 0..255, and maybe `label` i32 []; `texts` are the names of the files
 * @throws GenError `file` if the folder cannot be read, `data` if it holds no pictures, or some beside class folders;
 *   when rows are asked for, `format` naming the file that is not a whole picture.
 */
export async function imageFolder(options: ImageFolderOptions): Promise<PictureDataset> {
  const { path, size = DEFAULT_SIZE, channels = 3, cacheBytes = 2 ** 28 } = options;
  const split = checkSplit(path, options.split ?? "train", SPLITS);
  const [height, width] = typeof size === "number" ? [size, size] : size;
  for (const side of [height, width]) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE) {
      throw new GenError("option", `${path}: size: expected 1 to ${MAX_SIDE} pixels, got ${side}`);
    }
  }
  const { files, classes } = await filesOf(resolve(path), split);
  const decode: DecodeOptions = { size: [height, width], channels, background: options.background ?? 255 };
  const cache = new LruCache<number, Uint8Array>({ limit: cacheBytes, sizeOf: (pixels) => pixels.length });
  const pixelsOf = async (row: number): Promise<Uint8Array> => {
    const kept = cache.get(row);
    if (kept !== undefined) return kept;
    const pixels = await decodePicture(files[row]!.path, decode);
    cache.set(row, pixels);
    return pixels;
  };
  const shape = [channels, height, width];
  const stride = channels * height * width;
  const x = { dtype: "u8", shape } as const;
  const name = basename(resolve(path));
  return {
    name,
    split,
    length: files.length,
    texts: files.map(({ path }) => basename(path, extname(path))),
    fields: classes.length === 0 ? { x } : { x, label: { dtype: "i32", shape: [] } },
    ...(classes.length === 0 ? {} : { classes }),
    async rows(indices): Promise<Rows> {
      checkRows(name, indices, files.length);
      const data = new Uint8Array(indices.length * stride);
      await inTurns(indices.length, async (i) => data.set(await pixelsOf(indices[i]!), i * stride));
      const pictures = { dtype: "u8", shape: [indices.length, ...shape], data } as const;
      if (classes.length === 0) return { x: pictures };
      const label = Int32Array.from(indices, (row) => files[row]!.label);
      return { x: pictures, label: { dtype: "i32", shape: [indices.length], data: label } };
    },
  };
}

interface PictureFile {
  readonly path: string;
  readonly label: number;
}

async function filesOf(root: string, split: "train" | "test") {
  const top = await list(root);
  const divided = SPLITS.every((each) => top.folders.includes(each));
  const base = divided ? join(root, split) : root;
  const { folders, files } = divided ? await list(base) : top;
  if (folders.length > 0 && files.length > 0) {
    throw new GenError("data", `${join(base, files[0]!)}: expected only folders beside class folders, got a picture`, {
      fix: "move it into the folder of its class",
    });
  }
  const found: PictureFile[] = files.map((file) => ({ path: join(base, file), label: 0 }));
  for (const [label, folder] of folders.entries()) {
    for (const path of await below(join(base, folder))) found.push({ path, label });
  }
  const inSplit = divided
    ? found
    : found.filter(({ path }) => isTest(path.slice(root.length + 1)) === (split === "test"));
  if (inSplit.length === 0) {
    const got = found.length === 0 ? "none" : `${found.length} too few to have some for "${split}"`;
    throw new GenError("data", `${base}: expected PNG, JPEG or WebP pictures, got ${got}`, {
      fix: "add pictures, or name the folder that holds them",
    });
  }
  return { files: inSplit, classes: folders };
}

/** Sub-folders, and files that are named like pictures, in an order that is the same everywhere. */
async function list(folder: string): Promise<{ folders: string[]; files: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw fileError("cannot read the folder", folder, cause);
  });
  const visible = entries.filter(({ name }) => !name.startsWith("."));
  const names = (kept: typeof entries) => kept.map(({ name }) => name).sort();
  return {
    folders: names(visible.filter((entry) => entry.isDirectory())),
    files: names(visible.filter((entry) => !entry.isDirectory() && ENDINGS.has(extname(entry.name).toLowerCase()))),
  };
}

async function below(folder: string): Promise<string[]> {
  const { folders, files } = await list(folder);
  const nested = await Promise.all(folders.map((each) => below(join(folder, each))));
  return [...files.map((file) => join(folder, file)), ...nested.flat()];
}

/** FNV-1a of the path inside the folder: the same on every machine. */
function isTest(path: string): boolean {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(path.replaceAll("\\", "/"))) hash = Math.imul(hash ^ byte, 0x01000193);
  hash ^= hash >>> 15; // the low bits alone are even for paths that end alike
  return (Math.imul(hash, 0x2c1b3c6d) >>> 0) / 2 ** 32 < TEST_SHARE;
}

/** Runs `work(0)` … `work(n − 1)`, a few at a time; stops at the first that fails. */
async function inTurns(n: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < n) {
      const i = next++;
      try {
        await work(i);
      } catch (thrown) {
        next = n;
        throw thrown;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(n, AT_ONCE) }, worker));
}
