/** @file One of two things that are compared: samples of a model, a data set, a folder of pictures, a table in a file. */
import { existsSync, statSync } from "node:fs";
import { basename, resolve as resolvePath } from "node:path";
import { GenError, isGenError, showShape, sizeOf, type Dataset, type NdArray, type Shape } from "@gen/core";
import { csvTable } from "@gen/data/node";
import type { Context } from "../context.js";
import { modelFolder, openSampler } from "../exported.js";
import { originOf } from "../origin.js";
import { categoriesOf, columnsOf } from "../output/csv.js";
import type { Splits } from "../recipe.js";
import { resolve } from "../schema/resolve.js";
import { isTable } from "../sources/table.js";
import { isPath } from "../train/plan.js";

/** A column of a table; with categories it holds their indices, otherwise numbers. */
export interface SideColumn {
  readonly name: string;
  readonly categories?: readonly string[];
}

/** What is compared. */
export interface Side {
  /** As it was typed. */
  readonly shown: string;
  readonly origin: "model" | "data";
  /** Of one sample. */
  readonly shape: Shape;
  /** Of a table. */
  readonly columns?: readonly SideColumn[];
  /** The data set that it is, or that the model learned from. */
  readonly data?: string;
  /** What a model may have learned and what it never saw, where both are known. */
  readonly splits?: { readonly train: Dataset; readonly test: Dataset };
  /** The first n samples, or all if there are fewer: pictures u8 or f32 in [0, 1], rows of tables with NaN for gaps. */
  samples(n: number): AsyncGenerator<NdArray>;
  close(): Promise<void>;
}

export interface SideOptions {
  readonly context: Context;
  /** Of a model's samples. */
  readonly seed: number;
  /** What pictures in a folder are scaled to: [C, H, W]. */
  readonly like?: Shape | undefined;
}

/** Samples that are drawn, or rows that are read, at once. */
const CHUNK = 100;

/** Is this the folder of a model or a run? */
export function isModel(word: string, cwd: string): boolean {
  const path = resolvePath(cwd, word);
  return ["card.json", "config.json"].some((name) => existsSync(`${path}/${name}`));
}

/** Is this a folder of pictures? Its size follows from what it is compared with. */
export function isPictures(word: string, cwd: string): boolean {
  const path = resolvePath(cwd, word);
  return !isModel(word, cwd) && existsSync(path) && statSync(path).isDirectory();
}

/**
 * @param word the folder of a run or an exported model, a CSV file, a folder of pictures, or the name of a data set, which may
 *   end in `:train`, `:validation` or `:test` (the last unless given)
 * @throws GenError `option`, `file` or `format`, naming what was typed
 */
export async function openSide(word: string, options: SideOptions): Promise<Side> {
  const { cwd } = options.context;
  if (isModel(word, cwd)) return modelSide(word, options);
  if (isTable(word)) return fileSide(word, cwd);
  if (isPath(word) || isPictures(word, cwd)) return folderSide(word, options);
  return namedSide(word, options);
}

async function modelSide(word: string, { context: { cwd, output, signal, clock }, seed }: SideOptions): Promise<Side> {
  const sampler = await openSampler(modelFolder(resolvePath(cwd, word), word));
  const { card } = sampler;
  const port = card.files["sampler.onnx"]!.outputs.find(({ name }) => name === "samples");
  const { data } = originOf(card).options;
  const columns = columnsOf(card.codec, `${word}/card.json`)?.map((column): SideColumn => {
    const categories = categoriesOf(column);
    return { name: column.name, ...(categories !== undefined && { categories }) };
  });
  return {
    shown: word,
    origin: "model",
    shape: (port?.shape ?? []).slice(1).map(Number),
    ...(typeof data === "string" && { data: basename(data) }),
    ...(columns !== undefined && { columns }),
    close: () => sampler.close(),
    async *samples(n) {
      const start = clock();
      for (let at = 0; at < n; at += CHUNK) {
        signal.throwIfAborted();
        const rows = Math.min(CHUNK, n - at);
        yield await sampler.draw({ seed: seed + at / CHUNK, n: rows, first: at });
        const secondsLeft = ((clock() - start) / 1000 / (at + rows)) * (n - at - rows);
        output.progress({ step: at + rows, steps: n, secondsLeft });
      }
    },
  };
}

async function fileSide(word: string, cwd: string): Promise<Side> {
  const path = resolvePath(cwd, word);
  if (!existsSync(path))
    throw new GenError("file", `${word}: expected a CSV file, got nothing there`, { fix: "check the path" });
  const table = await csvTable(path);
  return { ...dataSide(word, table), columns: table.columns };
}

async function folderSide(word: string, { context, like }: SideOptions): Promise<Side> {
  if (!existsSync(resolvePath(context.cwd, word)))
    throw new GenError("file", `${word}: expected a run, a model or a folder of pictures, got nothing there`, {
      fix: "check the path",
    });
  if (like === undefined)
    throw new GenError("option", `${word}: expected --size with two folders of pictures, got none`, {
      fix: "say --size 32, or what else both shall be scaled to",
    });
  if (like.length !== 3)
    throw new GenError(
      "option",
      `${word}: expected a folder of pictures only beside pictures, got it beside samples of shape ${showShape(like)}`,
      { fix: "compare it with a model or a data set of pictures, or with another folder" },
    );
  const [channels, height] = like as readonly [number, number, number];
  const colours = channels === 1 ? "grey" : "rgb";
  const place = resolvePath(context.cwd, word);
  const { train, validation, test } = await opened("folder", place, context, { size: height, colours });
  return dataSide(word, joined([train, validation, test]));
}

async function namedSide(word: string, { context }: SideOptions): Promise<Side> {
  const [name = "", split = "test", ...rest] = word.split(":");
  if (rest.length > 0 || !["train", "validation", "test"].includes(split)) {
    throw new GenError("option", `gen eval: expected ${name}:train, ${name}:validation or ${name}:test, got ${word}`);
  }
  const { train, validation, test, columns } = await opened(name, name, context);
  const side = dataSide(word, { train, validation, test }[split as "train" | "validation" | "test"]);
  return { ...side, data: name, splits: { train, test }, ...(columns !== undefined && { columns }) };
}

/** A data source of the command line, by its own defaults but for what is given. */
function opened(
  name: string,
  data: string,
  { sources, signal, output }: Context,
  given: Readonly<Record<string, unknown>> = {},
): Promise<Splits> {
  const source = sources.get(name, "gen eval");
  const spelled = Object.entries(given).map(([key, value]) => [key, { value, spelling: key }] as const);
  return source.open(resolve(source.options, new Map(spelled), "gen eval"), {
    data,
    signal,
    note: (text) => output.say("note", { text }, text),
  });
}

function dataSide(shown: string, data: Dataset): Side {
  return {
    shown,
    origin: "data",
    shape: data.fields["x"]!.shape,
    close: () => Promise.resolve(),
    async *samples(n) {
      const stride = Math.max(1, Math.floor(data.length / n)); // sets may be sorted
      const count = Math.min(n, data.length);
      for (let at = 0; at < count; at += CHUNK) {
        const rows = Array.from({ length: Math.min(CHUNK, count - at) }, (_, i) => (at + i) * stride);
        try {
          const { x, mask } = await data.rows(rows);
          yield mask === undefined ? x! : withGaps(x!, mask);
        } catch (error) {
          throw isGenError(error)
            ? error
            : new GenError("data", `${shown}: cannot read rows from ${rows[0]!}`, { cause: error });
        }
      }
    },
  };
}

/** NaN where the mask is 0. */
function withGaps(x: NdArray, mask: NdArray): NdArray {
  return { ...x, data: Float32Array.from(x.data as Float32Array, (value, i) => (mask.data[i] === 0 ? NaN : value)) };
}

/** Data sets of the same fields, one after the other. */
function joined(parts: readonly Dataset[]): Dataset {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const { shape, dtype } = parts[0]!.fields["x"]!;
  return {
    length,
    fields: { x: { shape, dtype } },
    async rows(indices) {
      const data = new Uint8Array(indices.length * sizeOf(shape));
      for (const [i, row] of indices.entries()) {
        let [part, at] = [0, row];
        while (at >= parts[part]!.length) at -= parts[part++]!.length;
        data.set((await parts[part]!.rows([at]))["x"]!.data as Uint8Array, i * sizeOf(shape));
      }
      return { x: { dtype, shape: [indices.length, ...shape], data } };
    },
  };
}
