/** @file What the rows of GANs on Gaussians in the plane share: five seeds of a game, and in how many of them every mode is covered. */
import {
  arrays,
  batches,
  fit,
  key,
  ndarray,
  normalDraws,
  split,
  uniformDraws,
  type Dataset,
  type Key,
  type NdArray,
  type Runtime,
  type Store,
} from "@gen/core";
import { node, saveCheckpoint } from "@gen/core/node";
import { game, rowsPerStep, sample, type Gan, type GameOptions } from "@gen/gan";
import { modeCoverage, type ModeCoverage } from "@gen/eval";
import { startOf } from "./place.js";
import { checkpointFolder } from "./results.js";
import type { Measured, Result, Row, TrainOptions } from "./row.js";
import { readWeights, writeWeights, type Weights } from "./weights.js";

/** Deviation of each mode along an axis. */
const STD = 0.05;

export const sets = {
  /** Eight on a circle of radius 2. */
  ring: Array.from({ length: 8 }, (_, m) => [2 * Math.cos((m * Math.PI) / 4), 2 * Math.sin((m * Math.PI) / 4)]),
  /** Five by five, 2 apart. */
  grid: Array.from({ length: 25 }, (_, m) => [2 * (m % 5) - 4, 2 * Math.floor(m / 5) - 4]),
} as const;

export interface GanModesOptions {
  readonly id: string;
  readonly set: keyof typeof sets;
  readonly model: Gan;
  readonly game: GameOptions;
  readonly steps: number;
  /** Steps between two checkpoints. */
  readonly every: number;
  readonly notes: string;
}

const SEEDS = [0, 1, 2, 3, 4];
/** Points to learn from, and points that are drawn to be measured. */
const [ROWS, DRAWN] = [200_000, 10_000];

/** `rows` points of a mixture with equal shares. */
function mixture(centres: readonly (readonly number[])[], from: Key): Dataset {
  const which = uniformDraws(split(from, 0), ROWS);
  const noise = normalDraws(split(from, 1), 2 * ROWS);
  const x = noise.map((z, i) => centres[Math.floor(which[Math.floor(i / 2)]! * centres.length)]![i % 2]! + STD * z);
  return arrays({ x: ndarray(x, [ROWS, 2]) });
}

export function ganModesRow(options: GanModesOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  return {
    split: `${ROWS.toLocaleString("en")} points to learn for each of five seeds, none to choose; ${DRAWN.toLocaleString("en")} drawn points of each to measure`,
    train: (given) => train(options, given),
    check: (n) => check(options, n),
  };
}

async function train(options: GanModesOptions, { threads, log, ...given }: TrainOptions): Promise<Result> {
  const weights: Record<string, NdArray> = {};
  const found: ModeCoverage[] = [];
  let seconds = 0;
  const waiting = [...SEEDS];
  /** One seed after the other, as many beside each other as there are threads. */
  const work = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const one = await trainSeed(options, seed, { ...given, threads: 1, log });
      Object.assign(
        weights,
        Object.fromEntries(Object.entries(one.weights).map(([name, w]) => [`${seed}.${name}`, w])),
      );
      found[seed] = one.coverage;
      seconds += one.seconds;
      log(`seed ${seed}: ${textOf(one.coverage)}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, SEEDS.length) }, work));
  await writeWeights(options.id, weights);
  return { ...judged(found), seed: 0, seconds, steps: options.steps, notes: options.notes };
}

interface Seed {
  readonly weights: Weights;
  readonly coverage: ModeCoverage;
  readonly seconds: number;
}

async function trainSeed(
  { id, set, model, game: options, steps, every }: GanModesOptions,
  seed: number,
  { resume, threads, log, signal }: TrainOptions,
): Promise<Seed> {
  const [root, runtime, folder] = [key(seed), await node({ threads }), `${checkpointFolder(id)}-${seed}`];
  const store = await runtime.init(model, { key: split(root, 0) });
  const [from, before] = await startOf(store, { folder, resume, log });
  const data = batches(mixture(sets[set], split(root, 1)), { size: rowsPerStep(options), key: split(root, 2) });
  const start = performance.now();
  const seconds = (): number => before + (performance.now() - start) / 1000;
  const run = { runtime, store, data, steps, from, every, signal, key: split(root, 3) };
  for await (const { n, outputs, rate } of fit(game(model, options), run)) {
    if (n % every !== 0 && n !== steps) continue;
    const losses = `${outputs["discriminator.loss"]!.toFixed(3)} and ${outputs["generator.loss"]!.toFixed(3)}`;
    const seen =
      n === steps ? "" : `, ${textOf(await coverageOf({ set, model, runtime, store, from: "ema" }, DRAWN / 5))}`;
    log(`seed ${seed}, step ${n}: losses ${losses}, ${rate.toFixed(0)} steps/s${seen}`);
    await saveCheckpoint(store, folder, { step: n, config: { seconds: seconds() } });
  }
  const trained = seconds();
  const coverage = await coverageOf({ set, model, runtime, store, from: "ema" }, DRAWN);
  const averages = await store.readAll((name) => name.startsWith("ema.generator."));
  await runtime.close();
  const weights = Object.fromEntries(Object.entries(averages).map(([name, w]) => [name.slice("ema.".length), w]));
  return { weights, coverage, seconds: trained };
}

interface Trained extends Pick<GanModesOptions, "set" | "model"> {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly from?: string;
  readonly drawFrom?: Key;
}

async function coverageOf(
  { set, model, runtime, store, from, drawFrom = key(9) }: Trained,
  n: number,
): Promise<ModeCoverage> {
  const { samples } = await runtime.run(sample(model, { n }), { store, from, key: drawFrom });
  return modeCoverage(samples!, sets[set], { std: STD });
}

/** Deviations of the modes, over the true one. */
const widths = ({ modes }: ModeCoverage): number[] => modes.map(({ std }) => std.value / STD);

function textOf(found: ModeCoverage): string {
  const [low, high] = [Math.min(...widths(found)), Math.max(...widths(found))];
  return `${found.covered} of ${found.modes.length} modes, ${(100 * found.good.value).toFixed(1)} % within 4σ, σ ${low.toFixed(2)} to ${high.toFixed(2)}, KL ${found.kl.value.toFixed(4)}`;
}

/** How many seeds fulfil all that is asked of each; beside it the worst of any seed. */
function judged(found: readonly ModeCoverage[]): Pick<Result, "measured" | "beside"> {
  const isReached = (one: ModeCoverage): boolean =>
    one.covered === one.modes.length &&
    one.good.value >= 0.95 &&
    one.kl.value <= 0.1 &&
    widths(one).every((width) => width >= 0.5 && width <= 1.5);
  const value = found.filter(isReached).length;
  return {
    measured: {
      value,
      standardError: Math.sqrt((value * (found.length - value)) / found.length),
      n: found.length * DRAWN,
    },
    beside: {
      "modes, least": Math.min(...found.map(({ covered }) => covered)),
      "% within 4σ, least": 100 * Math.min(...found.map(({ good }) => good.value)),
      "σ over true σ, least": Math.min(...found.flatMap(widths)),
      "σ over true σ, most": Math.max(...found.flatMap(widths)),
      "KL over modes, most": Math.max(...found.map(({ kl }) => kl.value)),
    },
  };
}

/** New draws of each seed's weights. */
async function check({ id, set, model }: GanModesOptions, n: number): Promise<Measured> {
  const [weights, runtime] = [await readWeights(id), await node()];
  const found: ModeCoverage[] = [];
  for (const seed of SEEDS) {
    const store = runtime.emptyStore();
    for (const [name, array] of Object.entries(weights))
      if (name.startsWith(`${seed}.`)) await store.write(name.slice(2), array);
    found.push(await coverageOf({ set, model, runtime, store, drawFrom: key(12) }, Math.max(n, DRAWN)));
  }
  await runtime.close();
  return judged(found).measured;
}
