/** @file What the rows of diffusion models of pictures share: a conditional model, trained alone; measured from its file of weights. */
import {
  batches,
  fit,
  key,
  ndarray,
  split,
  trainStep,
  type Dataset,
  type NdArray,
  type Runtime,
  type Store,
} from "@gen/core";
import { saveCheckpoint } from "@gen/core/node";
import { halfOf } from "@gen/core/onnx";
import { adam, chain, clipByGlobalNorm, cosine, ema, linear, sequential } from "@gen/core/optim";
import { grid } from "@gen/data";
import { writePng } from "@gen/data/node";
import { diffusionLoss, fields, generate, type Diffusion, type LossOptions, type SampleOptions } from "@gen/diffusion";
import { deviceOf, earlierOf, startOf } from "./place.js";
import { checkpointFolder, resultFile } from "./results.js";
import type { Result, TrainOptions } from "./row.js";
import { writeWeights } from "./weights.js";

export interface DiffusionTraining {
  readonly id: string;
  readonly model: Diffusion;
  readonly data: () => Promise<Dataset>;
  readonly loss?: LossOptions;
  readonly batchSize: number;
  readonly steps: number;
  readonly learningRate: number;
  /** Steps and learning rate of a training that goes on (`--resume`) from the weights in the file of the row, without a checkpoint. @default it starts anew */
  readonly again?: { readonly steps: number; readonly learningRate: number };
  /** Steps between two checkpoints. */
  readonly every: number;
  /** Of the weights that are kept: those in f16 take half the room. @default "f16" */
  readonly precision?: "f16" | "f32";
}

const seed = 0;
const AVERAGE = 0.999;
/** Share of the steps in which the learning rate rises. */
const WARM_UP = 0.03;

/** Adam with warm-up and cosine decay, gradients of norm 1 at most, a running average of the weights: that is what is kept. */
export async function trainDiffusion(
  { id, model, data, loss: lossOptions = {}, precision = "f16", again, ...training }: DiffusionTraining,
  { resume, threads, device = "cpu", log, signal }: TrainOptions,
): Promise<Pick<Result, "seconds" | "steps" | "seed">> {
  const { batchSize, every } = training;
  const root = key(seed);
  const runtime = await deviceOf({ threads, device });
  const store = await runtime.init(model, { key: split(root, 0) });
  const folder = checkpointFolder(id);
  const [from, before] = await startOf(store, { folder, resume, log });
  const earlier = resume && from === 0 && again !== undefined ? await earlierOf(id, store) : undefined;
  if (earlier !== undefined)
    log(`going on from the weights in the file, which have ${earlier.steps} steps behind them`);
  const { steps, learningRate } = earlier === undefined ? training : again!;
  const warmUp = Math.ceil(WARM_UP * steps);
  const rate = sequential(
    [{ rate: linear(learningRate / warmUp, { steps: warmUp, end: learningRate }), steps: warmUp }],
    cosine(learningRate, { steps: steps - warmUp, end: learningRate / 100 }),
  );
  const learned = await data();
  const pixels = learned.fields["x"]!.dtype === "u8" ? "u8" : "f32";
  const step = trainStep({
    model,
    batch: fields(model, { n: batchSize, pixels }),
    loss: (batch, scope) => diffusionLoss(model, batch, { options: lossOptions, scope }),
    optimizer: chain(clipByGlobalNorm(1), adam({ learningRate: rate })),
    average: ema({ decay: AVERAGE }),
  });
  const rows = batches(learned, { size: batchSize, key: split(root, 1) });
  const start = performance.now();
  const seconds = (): number => before + (performance.now() - start) / 1000;
  const run = { runtime, store, data: rows, steps, from, every, signal, key: split(root, 2) };
  let [done, recent] = [from, undefined as number | undefined];
  const keep = async (): Promise<void> => {
    await saveCheckpoint(store, folder, { step: done, config: { seconds: seconds() } });
    await writeWeights(id, await averages(store, precision));
  };
  try {
    for await (const { n, loss, rate } of fit(step, run)) {
      done = n;
      recent = recent === undefined ? loss : 0.99 * recent + 0.01 * loss;
      if (n % 100 === 0) log(`step ${n}: loss ${recent.toFixed(4)}, ${rate.toFixed(2)} steps/s`);
      if (n % every === 0) await keep();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    log(`stopped after step ${done}: measuring what there is; --resume goes on`);
  }
  await keep();
  await runtime.close();
  return { seconds: seconds() + (earlier?.seconds ?? 0), steps: done + (earlier?.steps ?? 0), seed };
}

/** The averaged weights. */
async function averages(store: Store, precision: "f16" | "f32"): Promise<Record<string, NdArray>> {
  const kept = precision === "f16" ? halfOf : (array: NdArray): NdArray => array;
  const all = await store.readAll((name) => name.startsWith("ema."));
  return Object.fromEntries(Object.entries(all).map(([name, array]) => [name.slice("ema.".length), kept(array)]));
}

export interface DrawnOptions extends Omit<SampleOptions, "n"> {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly classes: number;
  /** Samples in all, the same number of each class. */
  readonly count: number;
  /** Of them at a time. @default 256 */
  readonly at?: number;
}

/** Samples [count, C, H, W] and their classes, the same for a seed whatever draws them. */
export async function drawnSamples(
  model: Diffusion,
  { runtime, store, classes, count, at = 256, ...options }: DrawnOptions,
): Promise<{ x: NdArray; label: NdArray }> {
  const label = Int32Array.from({ length: count }, (_, i) => i % classes);
  const width = model.dims;
  const x = new Float32Array(count * width);
  for (let from = 0; from < count; from += at) {
    const n = Math.min(at, count - from);
    const feeds = { label: ndarray(label.slice(from, from + n), [n], "i32") };
    const drawn = await generate(model, { ...options, n, runtime, store, feeds, key: split(key(seed + 1), from / at) });
    x.set(drawn.data as Float32Array, from * width);
  }
  return { x: ndarray(x, [count, ...model.shape]), label: ndarray(label, [count], "i32") };
}

/** A picture of samples, a column for each class, beside the result of a row. */
export async function pictureOf(
  id: string,
  x: NdArray,
  { classes, rows = 10 }: { classes: number; rows?: number },
): Promise<string> {
  const file = resultFile(id).replace(/\.json$/, ".png");
  const count = Math.min(x.shape[0]!, classes * rows);
  const width = x.data.length / x.shape[0]!;
  const some = ndarray((x.data as Float32Array).slice(0, count * width), [count, ...x.shape.slice(1)]);
  await writePng(file, grid(some, { columns: classes }));
  return file;
}
