/** @file A folder of WAV files, read while training runs. */
import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { GenError, type Dataset, type Rows } from "@gen/core";
import { fileError, readBytes } from "@gen/core/node";
import { checkRows } from "../dataset.js";
import { LruCache } from "../lru.js";
import { parseWav } from "../wav.js";

export interface AudioFolderOptions {
  readonly path: string;
  /** Samples of a row: longer sounds are cut, shorter ones end in silence. */
  readonly length: number;
  /** Samples from the beginning of one window of a sound to that of the next; a last one that is not full is left out. @default the first alone */
  readonly hop?: number;
  /** The class of a file by its name without folders, such as the digit in "7_jackson_32.wav". @default its folder, if there are any */
  readonly classOf?: (file: string) => string;
  /** Decoded samples that are kept, in bytes. @default 2²⁸ */
  readonly cacheBytes?: number;
}

/** Fields: `x` f32 [1, length] in [−1, 1]; `label` i32 [], an index into `classes`, if there are classes. */
export interface AudioDataset extends Dataset {
  readonly name: string;
  /** Samples a second, of every file. */
  readonly rate: number;
  readonly classes?: readonly string[];
}

/**
 * The sounds below a folder, mixed to one channel. They are not resampled: all must have the rate of the first.
 *
 * @throws GenError `file` if the folder cannot be read, `data` without WAV files, `range` for a length or hop < 1; when rows
 *   are asked for, or at once with `hop`, `format` naming the file that is damaged or of another rate
 */
export async function audioFolder(options: AudioFolderOptions): Promise<AudioDataset> {
  const { path, length, hop, classOf, cacheBytes = 2 ** 28 } = options;
  for (const [name, value] of Object.entries({ length, hop: hop ?? 1 }))
    if (!Number.isInteger(value) || value < 1)
      throw new GenError("range", `${path}: expected ${name} ≥ 1 samples, got ${value}`);
  const found = await readdir(path, { recursive: true }).catch((cause: unknown) => {
    throw fileError("cannot read the folder", path, cause);
  });
  const files = found
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => /\.wav$/i.test(file))
    .sort();
  const [first] = files;
  if (first === undefined) throw new GenError("data", `${path}: expected WAV files, got none`);
  const named = files.map((file) => classOf?.(basename(file)) ?? dirname(file));
  const classes = [...new Set(named)].sort();
  const hasClasses = classOf !== undefined || classes.length > 1;
  const { rate } = parseWav(await readBytes(join(path, first)), { file: join(path, first) });
  const cache = new LruCache<number, Float32Array>({ limit: cacheBytes, sizeOf: (samples) => samples.byteLength });
  const samplesOf = async (index: number): Promise<Float32Array> => {
    const kept = cache.get(index);
    if (kept !== undefined) return kept;
    const file = join(path, files[index]!);
    const sound = parseWav(await readBytes(file), { file });
    if (sound.rate !== rate) {
      throw new GenError("format", `${file}: expected ${rate} Hz, as the first file has, got ${sound.rate}`, {
        fix: "bring all files to one rate",
      });
    }
    const [channels, count] = sound.samples.shape as [number, number];
    const mono = new Float32Array(hop === undefined ? Math.min(count, length) : count);
    for (let i = 0; i < mono.length; i++)
      for (let c = 0; c < channels; c++) mono[i]! += sound.samples.data[c * count + i]! / channels;
    cache.set(index, mono);
    return mono;
  };
  /** Where each row begins: in which file, at which of its samples. */
  const places: { readonly index: number; readonly start: number }[] = [];
  for (const index of files.keys()) {
    const windows = hop === undefined ? 1 : Math.floor(((await samplesOf(index)).length - length) / hop) + 1;
    for (let k = 0; k < Math.max(1, windows); k++) places.push({ index, start: k * (hop ?? 0) });
  }
  const name = basename(resolve(path));
  return {
    name,
    rate,
    length: places.length,
    fields: {
      x: { dtype: "f32", shape: [1, length] },
      ...(hasClasses ? { label: { dtype: "i32", shape: [] } as const } : {}),
    },
    ...(hasClasses ? { classes } : {}),
    async rows(indices): Promise<Rows> {
      checkRows(name, indices, places.length);
      const data = new Float32Array(indices.length * length);
      for (const [i, row] of indices.entries()) {
        const { index, start } = places[row]!;
        data.set((await samplesOf(index)).subarray(start, start + length), i * length);
      }
      const x = { dtype: "f32", shape: [indices.length, 1, length], data } as const;
      if (!hasClasses) return { x };
      const label = Int32Array.from(indices, (row) => classes.indexOf(named[places[row]!.index]!));
      return { x, label: { dtype: "i32", shape: [indices.length], data: label } };
    },
  };
}
