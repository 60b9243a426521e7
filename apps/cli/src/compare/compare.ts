/** @file What is measured between two sides that are no tables: pictures, or rows of numbers. */
import { GenError, isGenError, key, ndarray, sizeOf, split, type Dataset, type NdArray } from "@gen/core";
import {
  classCoverage,
  classifierTest,
  extract,
  frechet,
  kid,
  manifold,
  memorisation,
  nearestNeighbours,
  rowsOf,
  type Estimate,
  type Extractor,
  type Multiply,
} from "@gen/eval";
import type { Side } from "./side.js";

/** The fewest rows that all metrics can take. */
export const LEAST_ROWS = 20;
/** Rows of a block of the kernel distance, at the most; there are ten blocks at the least. */
const BLOCK = 500;
/** Features of this width are resampled 200 times in a minute or so; of wider ones, so many times at the least. */
const [QUICK_WIDTH, FEWEST_REPLICATES] = [256, 20];
/** Of wider ones, such as colour pictures as they are, the Fréchet distance would take hours: it is left out. */
const WIDEST = 1024;

export interface CompareOptions {
  /** Rows of either side, at the most. */
  readonly n: number;
  /** Neighbours of precision and recall. */
  readonly k: number;
  readonly seed: number;
  readonly by: Extractor;
  readonly multiply: Multiply;
  /** Whether copies of training rows are looked for. */
  readonly copies: boolean;
  /** Says what comes next. */
  readonly note: (text: string) => void;
}

export interface Comparison {
  readonly metrics: Readonly<Record<string, Estimate>>;
  /** Of the classifier two-sample test. */
  readonly pValue: number;
  readonly rows: { readonly a: number; readonly b: number };
  /** Where the extractor knows classes. */
  readonly classes?: {
    readonly names: readonly string[];
    readonly a: readonly Estimate[];
    readonly b: readonly Estimate[];
  };
}

/**
 * Distances between two sides, and how much of b is in a.
 *
 * @throws GenError naming the side that cannot be read, or has too few rows
 */
export async function compare(a: Side, b: Side, options: CompareOptions): Promise<Comparison> {
  const { k, by, multiply, note } = options;
  const [first, second] = [await collect(a, options), await collect(b, options)];
  note(`comparing ${first.n} with ${second.n} rows by ${by.name}`);
  const from = key(options.seed);
  const [x, y] = [first.features, second.features];
  const blockSize = Math.max(2, Math.min(BLOCK, Math.floor(Math.min(first.n, second.n) / 10)));
  const width = x.shape[1]!;
  const isNarrow = width <= WIDEST;
  if (!isNarrow) note(`no Fréchet distance of ${width} numbers a row: name an extractor by --features`);
  const moments = isNarrow && {
    frechet: await frechet(x, y, { replicates: replicatesFor(width), key: split(from, 0) }),
  };
  const kernel = await kid(x, y, { blockSize, multiply, key: split(from, 1) });
  const balls = await manifold(y, x, { k, limit: options.n, multiply, key: split(from, 2) });
  const judge = nearestNeighbours({ multiply });
  const { accuracy, pValue } = await classifierTest(x, y, { judge, key: split(from, 3) });
  const common = { ...moments, kid: kernel, ...balls, accuracy };
  const classes = await classesOf(first.logits, second.logits, by);
  const copies = options.copies ? await copiesOf(a, b, { x, y }, options) : {};
  return {
    metrics: { ...common, ...(classes !== undefined && { classKl: classes.kl }), ...copies },
    pValue,
    rows: { a: first.n, b: second.n },
    ...(classes !== undefined && { classes: classes.shares }),
  };
}

/** Resamples of the Fréchet distance: its work grows with the cube of the width, and whoever asked waits for it. */
function replicatesFor(width: number): number {
  return Math.max(FEWEST_REPLICATES, Math.min(200, Math.round(200 * (QUICK_WIDTH / width) ** 3)));
}

interface Collected {
  readonly n: number;
  /** [n, F] */
  readonly features: NdArray;
  /** [n, classes] */
  readonly logits: NdArray | undefined;
}

/** What the extractor sees of a side, in memory. */
async function collect(side: Side, { n, by }: CompareOptions): Promise<Collected> {
  const features: NdArray[] = [];
  const logits: NdArray[] = [];
  try {
    for await (const seen of extract(by, side.samples(n))) {
      checkFinite(seen.features);
      features.push(seen.features);
      if (seen.logits !== undefined) logits.push(seen.logits);
    }
  } catch (error) {
    if (!isGenError(error) || error.message.includes(side.shown)) throw error;
    throw new GenError(error.code, `${side.shown}: ${error.message}`, { cause: error });
  }
  const rows = features.reduce((sum, { shape }) => sum + shape[0]!, 0);
  if (rows < LEAST_ROWS) {
    throw new GenError("data", `${side.shown}: expected at least ${LEAST_ROWS} samples to compare, got ${rows}`);
  }
  return { n: rows, features: stacked(features), logits: logits.length === 0 ? undefined : stacked(logits) };
}

function checkFinite({ data }: NdArray): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(Number(data[i])))
      throw new GenError("numeric", `expected finite numbers in samples, got ${String(data[i])}`);
  }
}

/** Arrays one after the other, flattened to rows. */
function stacked(parts: readonly NdArray[]): NdArray {
  const width = sizeOf(parts[0]!.shape.slice(1));
  const data = Float32Array.from(parts.flatMap(({ data }) => Array.from(data, Number)));
  return ndarray(data, [data.length / width, width]);
}

async function classesOf(
  a: NdArray | undefined,
  b: NdArray | undefined,
  { classes = [] }: Extractor,
): Promise<{ readonly kl: Estimate; readonly shares: NonNullable<Comparison["classes"]> } | undefined> {
  if (a === undefined || b === undefined) return undefined;
  const data = await classCoverage(b);
  // A class that b happens to lack has a small share of it all the same.
  const expected = data.shares.map(({ value }) => Math.max(value, 0.5 / b.shape[0]!));
  const { shares, kl } = await classCoverage(a, { expected });
  const names = classes.length === shares.length ? classes : shares.map((_, c) => String(c));
  return { kl, shares: { names, a: shares, b: data.shares } };
}

/** Whether the model's samples are copies, where one side is a model and the other knows its training rows. */
async function copiesOf(
  a: Side,
  b: Side,
  features: { readonly x: NdArray; readonly y: NdArray },
  { by, multiply, n, seed, note }: CompareOptions,
): Promise<Record<string, Estimate>> {
  const splits = a.splits ?? b.splits;
  const generated = a.origin === "model" ? features.x : features.y;
  if (splits === undefined || a.origin === b.origin) {
    throw new GenError("option", "gen eval: expected --copies with a model and a data set by name, got other things", {
      fix: "leave out --copies",
    });
  }
  note(`looking for copies among ${splits.train.length} training rows`);
  async function* seen(data: Dataset): AsyncGenerator<NdArray> {
    for await (const { features: array } of extract(by, rowsOf(data))) yield array;
  }
  const sets = { generated, train: seen(splits.train), test: seen(splits.test) };
  const { copied, nearer } = await memorisation(sets, { limit: n, multiply, key: split(key(seed), 4) });
  return { copied, nearer };
}
