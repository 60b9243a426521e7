/**
 * @file How near a generator's samples are to held-out rows, as sets: precision, recall, density, coverage, Fréchet distance;
 * of mixtures that are known, the modes too.
 */
import { inference, isGenError, type Dataset, type Key, type NdArray, type Program } from "@gen/core";
import { extractAll, frechetDistance, manifold, modeCoverage, momentsOf } from "@gen/eval";
import { builtInFolder, openExtractor, type BuiltIn } from "@gen/eval/node";
import { sample, type Gan } from "@gen/gan";
import type { Live, Splits } from "../recipe.js";
import type { Quantity } from "../report/about.js";

/** Rows of either side that are compared. */
const ROWS = 1000;
/** Numbers of a row from which moments are taken as it is; wider ones need an extractor. */
const NARROW = 64;
/** A Fréchet distance needs so many rows. */
const FEWEST = 20;
/** The most neighbours of a row that precision, recall, density and coverage look at. */
const NEIGHBOURS = 5;

const setMetrics: Readonly<Record<string, Quantity>> = {
  precision: { label: "Precision", unit: "", better: "higher" },
  recall: { label: "Recall", unit: "", better: "higher" },
  density: { label: "Density", unit: "", better: "higher" },
  coverage: { label: "Coverage", unit: "", better: "higher" },
  frechet: { label: "Fréchet distance", unit: "", better: "lower" },
};
const modeMetrics: Readonly<Record<string, Quantity>> = {
  modes: { label: "Modes that are drawn", unit: "", better: "higher" },
  near: { label: "Share within 4 σ of a mode", unit: "", better: "higher" },
  modesKl: { label: "Divergence over modes (KL)", unit: "nats", better: "lower" },
};

export interface MeasureOptions {
  readonly held: Dataset;
  readonly extractor: BuiltIn | "none";
  readonly modes?: Splits["modes"] | undefined;
}

/** How to read what {@link measureOf} gives. */
export function metricsOf({ modes }: Pick<MeasureOptions, "modes">): Readonly<Record<string, Quantity>> {
  return modes === undefined ? setMetrics : { ...setMetrics, ...modeMetrics };
}

/** A function that measures the model as it is. @param gan conditional ones draw the classes of the held-out rows */
export function measureOf(gan: Gan, { held, extractor, modes }: MeasureOptions) {
  const n = Math.min(ROWS, held.length);
  const program = sample(gan, { n });
  const encoders = new Map<string, Program>();
  /** Rows as the extractor sees them; without one in the units of the players, in which columns weigh alike. */
  const seen = async (x: NdArray, { runtime, store, key }: Live & { readonly key: Key }): Promise<NdArray> => {
    if (extractor !== "none") return featuresBy(extractor, x);
    const program = encoders.get(x.dtype) ?? encoderOf(gan, x);
    encoders.set(x.dtype, program);
    return (await runtime.run(program, { store, key, feeds: { x } }))["y"]!;
  };
  return async (live: Live & { readonly key: Key }): Promise<Record<string, number>> => {
    const { runtime, store, from, key } = live;
    const rows = await held.rows(Array.from({ length: n }, (_, i) => Math.floor((i * held.length) / n)));
    const feeds = gan.classes === 0 ? {} : { label: rows["label"]! };
    const { samples } = await runtime.run(program, { store, from, key, feeds });
    const [real, drawn] = [await seen(rows["x"]!, live), await seen(samples!, live)];
    const isTold = n >= FEWEST && (extractor !== "none" || real.shape[1]! <= NARROW);
    return {
      ...(n > NEIGHBOURS && (await shares(real, drawn))),
      ...(isTold && { frechet: frechetDistance(await momentsOf(real), await momentsOf(drawn)) }),
      ...(modes && (await coverage(samples!, modes))),
    };
  };
}

function encoderOf(gan: Gan, { shape, dtype }: NdArray): Program {
  return inference(gan, { x: { shape, dtype } }, ({ x }, scope) => ({ y: gan.encode(x, scope).flatten() })); // [n, D]
}

async function featuresBy(extractor: BuiltIn, x: NdArray): Promise<NdArray> {
  const by = await openExtractor(builtInFolder(extractor));
  try {
    return (await extractAll(by, x)).features;
  } finally {
    await by.close();
  }
}

async function shares(real: NdArray, drawn: NdArray): Promise<Record<string, number>> {
  const { precision, recall, density, coverage } = await manifold(real, drawn);
  return { precision: precision.value, recall: recall.value, density: density.value, coverage: coverage.value };
}

/** Which modes of a mixture are drawn. Where no sample is near any, the divergence is that of a single mode: the worst there is. */
async function coverage(
  samples: NdArray,
  { centres, std }: NonNullable<Splits["modes"]>,
): Promise<Record<string, number>> {
  try {
    const { covered, good, kl } = await modeCoverage(samples, centres, { std, replicates: 2 });
    return { modes: covered, near: good.value, modesKl: kl.value };
  } catch (error) {
    if (!isGenError(error) || error.code !== "data") throw error;
    return { modes: 0, near: 0, modesKl: Math.log(centres.length) };
  }
}
