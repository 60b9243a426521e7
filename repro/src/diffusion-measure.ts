/** @file How near a diffusion model's samples are to the data, in the features of a classifier of ours; and its bound in bits/dim. */
import { batches, key, split, type Dataset, type NdArray, type Runtime, type Store } from "@gen/core";
import { bootstrapMean, extractAll, frechet, manifold, rowsOf, type Extracted, type Extractor } from "@gen/eval";
import { builtInFolder, openExtractor, type BuiltIn } from "@gen/eval/node";
import { bound, type Diffusion, type SampleOptions } from "@gen/diffusion";
import { drawnSamples, pictureOf } from "./diffusion-row.js";
import { openWeights } from "./place.js";
import type { Measured, TrainOptions } from "./row.js";
import { randomRows } from "./subset.js";

export interface MeasureOptions extends Partial<Pick<TrainOptions, "threads" | "device" | "log">> {
  readonly id: string;
  readonly model: Diffusion;
  readonly data: (split: "train" | "test") => Promise<Dataset>;
  readonly features: BuiltIn;
  readonly classes: number;
  /** Share of samples of the class that was asked for, by the classifier: the least guidance that reaches it is looked for. */
  readonly agreement?: number;
  /** How samples are drawn, the row's own way first. @default each of them */
  readonly ways?: readonly (keyof typeof WAYS)[];
}

/** Samples, and rows of the data, that are compared. */
const COUNT = 2048;

/** The ways to draw that are compared. */
const WAYS = {
  "DDIM, 50 steps": { sampler: "ddim", steps: 50 },
  "DPM-Solver++, 15 steps": { sampler: "dpm-solver-2m", steps: 15 },
} as const satisfies Readonly<Record<string, Omit<SampleOptions, "n">>>;

/** Weights of guidance that are tried, from the least up; how samples are drawn by them, and how many to choose among them. */
const WEIGHTS = [1.1, 1.2, 1.3, 1.5, 2, 3];
const GUIDED = WAYS["DPM-Solver++, 15 steps"];
const TRIED = 512;

/** The class that each row's logits are largest for. */
function classesOf(logits: NdArray): number[] {
  const [n, count] = logits.shape as [number, number];
  return Array.from({ length: n }, (_, i) => {
    const row = logits.data.subarray(i * count, (i + 1) * count) as Float32Array;
    return row.indexOf(Math.max(...row));
  });
}

/** How far pictures are from as many random test rows, in the features of a classifier. */
export async function distanceIn(
  features: BuiltIn,
  test: Dataset,
  x: NdArray,
): Promise<Pick<Measured, "value" | "standardError">> {
  const by = await openExtractor(builtInFolder(features));
  const real = await extractAll(by, rowsOf(randomRows(test, COUNT, key(5))));
  const drawn = await extractAll(by, x);
  await by.close();
  return frechet(real.features, drawn.features);
}

/** The distance of samples without guidance from test rows, and what belongs beside it. */
export async function measureDiffusion(
  options: MeasureOptions,
): Promise<{ measured: Measured; beside: Record<string, number> }> {
  const { id, model, classes, log = () => undefined } = options;
  const { ways = Object.keys(WAYS) as (keyof typeof WAYS)[] } = options;
  const { runtime, store } = await openWeights(id, options);
  const by = await openExtractor(builtInFolder(options.features));
  const [test, train] = [await options.data("test"), await options.data("train")];
  const real = await extractAll(by, rowsOf(randomRows(test, COUNT, key(5))));
  const other = await extractAll(by, rowsOf(randomRows(train, COUNT, key(6))));
  const floor = await frechet(real.features, other.features);
  const beside: Record<string, number> = {
    "real against real": floor.value,
    "recall of real rows": (await manifold(real.features, other.features)).recall.value,
  };
  let measured: Measured | undefined;
  for (const name of ways) {
    log(`drawing ${COUNT} samples: ${name}`);
    const { x, label } = await drawnSamples(model, { ...WAYS[name], runtime, store, classes, count: COUNT });
    const drawn = await extractAll(by, x);
    const { value, standardError } = await frechet(real.features, drawn.features);
    log(`${name}: ${value.toFixed(3)} ± ${standardError.toFixed(3)}`);
    if (measured !== undefined) {
      beside[name] = value;
      continue;
    }
    measured = { value, standardError, n: COUNT };
    beside["share of the classifier's agreement"] = agreementOf(drawn.logits!, label);
    beside["recall"] = (await manifold(real.features, drawn.features)).recall.value;
    await pictureOf(id, x, { classes });
  }
  if (options.agreement !== undefined)
    Object.assign(beside, await measureGuided(options, { runtime, store, by, real }));
  await by.close();
  await runtime.close();
  log("measuring the bound");
  beside["bits/dim, at most"] = (await bitsPerDim(options, test)).value;
  return { measured: measured!, beside };
}

/** Share of the samples that the classifier takes for what was asked for. */
function agreementOf(logits: NdArray, label: NdArray): number {
  const found = classesOf(logits);
  return found.filter((c, i) => c === Number(label.data[i])).length / found.length;
}

export interface GuidedAt {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly by: Extractor;
  readonly real: Extracted;
}

/** The least of the weights of guidance that reaches the agreement, and distance and recall at it. */
export async function measureGuided(
  { model, classes, agreement = 1, log = () => undefined }: MeasureOptions,
  { runtime, store, by, real }: GuidedAt,
): Promise<Record<string, number>> {
  const drawn = async (weight: number, count: number): Promise<{ found: Extracted; share: number }> => {
    const way = { ...GUIDED, guidance: { weight }, runtime, store, classes, count };
    const { x, label } = await drawnSamples(model, way);
    const found = await extractAll(by, x);
    const share = agreementOf(found.logits!, label);
    log(`guidance ${weight}: ${(100 * share).toFixed(1)} % of ${count} are of their class`);
    return { found, share };
  };
  for (const weight of WEIGHTS) {
    const isLast = weight === WEIGHTS.at(-1);
    if (!isLast && (await drawn(weight, TRIED)).share < agreement) continue;
    const { found, share } = await drawn(weight, COUNT);
    if (!isLast && share < agreement) continue;
    return {
      "guidance, DPM-Solver++, 15 steps": weight,
      "guided: share of the classifier's agreement": share,
      "guided: Fréchet distance": (await frechet(real.features, found.features)).value,
      "guided: recall": (await manifold(real.features, found.features)).recall.value,
    };
  }
  return {};
}

/** Test rows of which the bound is measured, and at once. */
const [BOUND_ROWS, BOUND_CHUNK] = [64, 32];

/** The variational bound, mean over random test rows: a loop over all steps of the chain, which belongs on the CPU. */
export async function bitsPerDim(
  { id, model, threads }: Pick<MeasureOptions, "id" | "model" | "threads">,
  test: Dataset,
): Promise<Measured> {
  const { runtime, store } = await openWeights(id, { threads });
  const program = bound(model, { n: BOUND_CHUNK, pixels: "u8" });
  const rows = batches(randomRows(test, BOUND_ROWS, key(7)), { size: BOUND_CHUNK });
  const found: number[] = [];
  for (let i = 0; i < BOUND_ROWS / BOUND_CHUNK; i++) {
    const all = await rows.at(i);
    const feeds = Object.fromEntries([...program.feeds.keys()].map((name) => [name, all[name]!]));
    const { bitsPerDim } = await runtime.run(program, { store, feeds, key: split(key(8), i) });
    found.push(...(bitsPerDim!.data as Float32Array));
  }
  await runtime.close();
  const { value, standardError } = bootstrapMean(found);
  return { value, standardError, n: BOUND_ROWS };
}
