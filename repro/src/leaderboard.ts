/**
 * @file The leaderboard: samples of every row that draws pictures beside the same rows of the data, in the same features, with what
 * other rows of the data get.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GenError, key, ndarray, permutation, sizeOf, type Dataset, type NdArray } from "@gen/core";
import { node } from "@gen/core/node";
import { grid } from "@gen/data";
import { openDataset, writePng } from "@gen/data/node";
import {
  bootstrapMean,
  classCoverage,
  classifierTest,
  extractAll,
  frechet,
  kid,
  manifold,
  memorisation,
  nearestNeighbours,
  onRuntime,
  rowsOf,
  type Estimate,
  type Extractor,
  type Multiply,
} from "@gen/eval";
import { builtInFolder, builtIns, openExtractor, type BuiltIn } from "@gen/eval/node";
import { folder } from "./results.js";

/** What a row that draws pictures offers: `contestant` of its script's `row`. */
export interface Contestant {
  /** Whose pictures it draws. */
  readonly set: BuiltIn;
  /** What the table calls it: "VAE, dense". */
  readonly name: string;
  /** Number of its classes, of a model that has some: it draws them in turn, from the first. */
  readonly classes?: number;
  /** New pictures [·, 1, 28, 28] in [0, 1], n of them in all. */
  samples(n: number): AsyncIterable<NdArray>;
}

const METRICS = [
  "frechet",
  "kid",
  "precision",
  "recall",
  "density",
  "coverage",
  "accuracy",
  "classKl",
  "agreement",
  "copied",
  "nearer",
] as const;
export type Metric = (typeof METRICS)[number];

/** One line of the leaderboard. The data themselves have no copies. */
export interface Standing {
  /** The ledger's id; "data" for other rows of the data. */
  readonly id: string;
  readonly name: string;
  readonly metrics: Readonly<Partial<Record<Metric, Estimate>>>;
}

export interface Leaderboard {
  /** Samples of each, and rows of the data that all are compared with. */
  readonly n: number;
  readonly date: string;
  readonly sets: Readonly<Partial<Record<BuiltIn, readonly Standing[]>>>;
}

const PLACE = join(folder, "leaderboard");
const FILE = join(PLACE, "leaderboard.json");
/** Samples of each that its picture shows. */
const SHOWN = 24;

export interface MeasureOptions {
  readonly n: number;
  readonly threads: number;
  /** By the ledger's id. */
  readonly contestants: ReadonlyMap<string, Contestant>;
  readonly log: (line: string) => void;
}

/** Measures all contestants, and writes the result and a picture for each set. */
export async function measureLeaderboard({ n, threads, contestants, log }: MeasureOptions): Promise<Leaderboard> {
  await mkdir(PLACE, { recursive: true });
  const sets: Partial<Record<BuiltIn, Standing[]>> = {};
  const runtime = await node({ threads });
  for (const set of builtIns) {
    const own = [...contestants].filter(([, contestant]) => contestant.set === set);
    const by = await openExtractor(builtInFolder(set));
    sets[set] = await standings(set, { own, n, by, multiply: onRuntime(runtime), log });
    await by.close();
  }
  await runtime.close();
  const board = { n, date: new Date().toISOString().slice(0, 10), sets };
  await writeFile(FILE, `${JSON.stringify(board, null, 2)}\n`);
  return board;
}

interface SetOptions extends Pick<MeasureOptions, "n" | "log"> {
  readonly own: readonly (readonly [id: string, contestant: Contestant])[];
  readonly by: Extractor;
  readonly multiply: Multiply;
}

async function standings(set: BuiltIn, { own, n, by, multiply, log }: SetOptions): Promise<Standing[]> {
  const [train, test] = [await openDataset(set, { split: "train" }), await openDataset(set, { split: "test" })];
  if (2 * n > train.length)
    throw new GenError("range", `leaderboard: expected --n ≤ ${Math.floor(train.length / 2)} for ${set}, got ${n}`);
  const order = permutation(key(7), train.length);
  const part = (from: number): Dataset => ({
    ...train,
    length: n,
    rows: (indices: readonly number[]) => train.rows(indices.map((i) => order[from + i]!)),
  });
  const reference = await extractAll(by, rowsOf(part(0)));
  const [learned, unseen] = [await extractAll(by, rowsOf(train)), await extractAll(by, rowsOf(test))];
  const data: Contestant = { set, name: "other rows of the data", samples: () => rowsOf(part(n)) };
  const found: Standing[] = [];
  const pictures: NdArray[] = [];
  for (const [id, contestant] of [["data", data] as const, ...own]) {
    log(`${set}: ${contestant.name}`);
    const drawn = await extractAll(by, keeping(contestant.samples(n), pictures));
    const sets = { generated: drawn.features, train: learned.features, test: unseen.features };
    const copies = id === "data" ? {} : await memorisation(sets, { limit: n, multiply });
    const shares = (await classCoverage(reference.logits!)).shares.map(({ value }) => value);
    const metrics = {
      frechet: await frechet(reference.features, drawn.features),
      kid: await kid(reference.features, drawn.features, { multiply }),
      ...(await manifold(reference.features, drawn.features, { multiply })),
      accuracy: (await classifierTest(reference.features, drawn.features, { judge: nearestNeighbours({ multiply }) }))
        .accuracy,
      classKl: (await classCoverage(drawn.logits!, { expected: shares })).kl,
      ...(contestant.classes !== undefined && { agreement: agreementOf(drawn.logits!, contestant.classes) }),
      ...copies,
    };
    found.push({ id, name: contestant.name, metrics: only(metrics) });
    log(line(found.at(-1)!));
  }
  const all = ndarray(
    pictures.flatMap(({ data }) => Array.from(data, Number)),
    [pictures.length * SHOWN, ...pictures[0]!.shape.slice(1)],
  );
  await writePng(join(PLACE, `${set}.png`), grid(all, { columns: SHOWN, gap: 1 }));
  return found;
}

/** Share of the samples that the classifier takes for what was asked for: the classes in turn. */
function agreementOf({ data, shape }: NdArray, classes: number): Estimate {
  const [n, width] = shape as [number, number];
  const agrees = Array.from({ length: n }, (_, i) => {
    const logits = Array.from(data.subarray(i * width, (i + 1) * width), Number);
    return Number(logits.indexOf(Math.max(...logits)) === i % classes);
  });
  return bootstrapMean(agrees);
}

/** The metrics alone, in the order of the table. */
function only(found: Readonly<Record<string, unknown>>): Standing["metrics"] {
  return Object.fromEntries(
    METRICS.flatMap((name) => (found[name] === undefined ? [] : [[name, found[name] as Estimate]])),
  );
}

/** Hands on pictures, and puts the first of them, in [0, 1], into `shown`. */
async function* keeping(samples: AsyncIterable<NdArray>, shown: NdArray[]): AsyncGenerator<NdArray> {
  const some: number[] = [];
  let shape: readonly number[] = [];
  for await (const x of samples) {
    shape = x.shape.slice(1);
    const missing = SHOWN * sizeOf(shape) - some.length;
    const scale = x.dtype === "u8" ? 1 / 255 : 1;
    if (missing > 0) some.push(...Array.from(x.data.subarray(0, missing), Number).map((value) => value * scale));
    yield x;
  }
  shown.push(ndarray(some, [SHOWN, ...shape]));
}

/** The committed leaderboard, if there is one. @throws GenError `format` for a damaged file */
export async function readLeaderboard(file = FILE): Promise<Leaderboard | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(await readFile(file, "utf8")) as Leaderboard;
  } catch (cause) {
    throw new GenError("format", `${file}: expected JSON`, { fix: "pnpm repro leaderboard", cause });
  }
}

const HEADER: Readonly<Record<Metric, string>> = {
  frechet: "Fréchet",
  kid: "KID · 100",
  precision: "precision",
  recall: "recall",
  density: "density",
  coverage: "coverage",
  accuracy: "told apart",
  classKl: "class KL",
  agreement: "as asked",
  copied: "copies %",
  nearer: "nearer",
};
const FACTOR: Readonly<Partial<Record<Metric, number>>> = { kid: 100, copied: 100 };

/** Value and half of the interval's width. */
function cell(metric: Metric, estimate: Estimate | undefined): string {
  if (estimate === undefined) return "";
  const factor = FACTOR[metric] ?? 1;
  const half = (factor * (estimate.high - estimate.low)) / 2;
  const digits = metric === "copied" ? 1 : 3;
  return `${(factor * estimate.value).toFixed(digits)} ± ${half.toFixed(digits)}`;
}

function line({ name, metrics }: Standing): string {
  return [name, ...METRICS.map((metric) => `${HEADER[metric]} ${cell(metric, metrics[metric])}`)].join(", ");
}

/** The leaderboard for people: a table for each set. */
export function leaderboardText({ n, date, sets }: Leaderboard): string {
  const tables = Object.entries(sets).map(([set, standings]) => {
    const rows = [
      [set, ...METRICS.map((metric) => HEADER[metric])],
      ...standings.map(({ name, metrics }) => [name, ...METRICS.map((metric) => cell(metric, metrics[metric]))]),
    ];
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    return rows
      .map((row) =>
        row
          .map((text, column) => text.padEnd(widths[column]!))
          .join("  ")
          .trimEnd(),
      )
      .join("\n");
  });
  const note = `${n} samples of each beside ${n} training rows, in the features of @gen/eval; ± half of a 95 % interval; ${date}`;
  return [...tables, note].join("\n\n");
}
