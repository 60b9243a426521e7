/** @file What the rows of VQ-VAEs share: two stages of training, the error of reconstructions, pictures of both. */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  arrays,
  batches,
  fit,
  inference,
  key,
  ndarray,
  paths,
  split,
  trainStep,
  type Dataset,
  type NdArray,
  type Rows,
  type Runtime,
  type Store,
} from "@gen/core";
import { adam, cosine } from "@gen/core/optim";
import { node, saveCheckpoint } from "@gen/core/node";
import { grid } from "@gen/data";
import { datasets, writePng, type DatasetName } from "@gen/data/node";
import { codePerplexity, collect, vqEncode, vqExportedFiles, vqReconstruct, vqSample, type VqVae } from "@gen/vae";
import { openWeights, startOf } from "./place.js";
import { checkpointFolder, resultFile } from "./results.js";
import type { Exported, Measured, Result, TrainOptions } from "./row.js";
import { randomRows } from "./subset.js";
import { writeWeights } from "./weights.js";

export interface VqRow {
  readonly id: string;
  readonly seed: number;
  /** With classes and a prior. */
  readonly vq: VqVae;
  /** What it learns from, by name. */
  readonly set: DatasetName;
  /** "valid" chooses the weights of the prior, if there is such a split. */
  readonly data: (split: "train" | "valid" | "test") => Promise<Dataset> | undefined;
  readonly stages: Readonly<Record<"autoencoder" | "prior", { readonly steps: number; readonly learningRate: number }>>;
  readonly batchSize: number;
  /** Of the samples in the picture, and how many of each class stand there. */
  readonly samples: { readonly temperature: number; readonly each: number };
  /** Sizes, in words. */
  readonly notes: string;
}

/** Steps between two lines of progress, checkpoints and, of the prior, validations. */
const EVERY = 100;

/** Both stages; the weights and two pictures beside the result are written. */
export async function trainVq(row: VqRow, { resume, threads, log, signal }: TrainOptions): Promise<Result> {
  const { id, seed, vq, stages } = row;
  const [root, runtime] = [key(seed), await node({ threads })];
  const store = await runtime.init(vq, { key: split(root, 0) });
  const folder = checkpointFolder(id);
  const [from, before] = await startOf(store, { folder, resume, log });
  const start = performance.now();
  const seconds = (): number => before + (performance.now() - start) / 1000;
  const save = (step: number): Promise<unknown> =>
    saveCheckpoint(store, folder, { step, config: { seconds: seconds() } });
  const live = { runtime, store };
  const train = await row.data("train")!;
  await trainAutoencoder(row, { ...live, train, from }, { log, signal, save });

  const validRows = await row.data("valid");
  const codes = await codesOf(train, row, live);
  const valid = validRows === undefined ? undefined : await codesOf(validRows, row, live);
  const { steps } = stages.autoencoder;
  const rest = Math.max(0, from - steps);
  await trainPrior(row, { ...live, codes, valid, from: rest }, { log, signal, save: (n) => save(steps + n) });
  const trained = seconds();

  const chosen = await store.readAll((name) => name.startsWith("best."));
  for (const [name, array] of Object.entries(chosen)) await store.write(name.slice("best.".length), array);
  const names = [...paths(vq).keys()].filter((name) => !/^quantizer\.(counts|sums)$/.test(name));
  await writeWeights(
    id,
    Object.fromEntries(await Promise.all(names.map(async (name) => [name, await store.read(name)] as const))),
  );
  const { measured, about } = await measure(row, { runtime, store });
  await draw(row, { runtime, store });
  await runtime.close();
  return { measured, seed, seconds: trained, steps: steps + stages.prior.steps, notes: `${row.notes}; ${about}` };
}

/** The error of reconstructing random test rows under the weights in the file. */
export async function checkVq(row: VqRow, n: number): Promise<Measured> {
  const { runtime, store } = await openWeights(row.id);
  const test = await row.data("test")!;
  const rows = randomRows(test, Math.min(n, test.length));
  const measured = psnr(await reconstructions(row, rows, { runtime, store }));
  await runtime.close();
  return measured;
}

/** What the weights of a row export as. */
export function vqExported({ vq, set }: VqRow): Exported {
  return {
    family: "vae",
    files: vqExportedFiles(vq),
    codec: vq.codec.describe().spec,
    data: datasets[set].description,
    licence: datasets[set].licence,
  };
}

/** Samples at temperature 1 under the weights in the file, all classes alike. */
export async function* vqSamples({ id, vq, seed }: VqRow, n: number): AsyncGenerator<NdArray> {
  const { runtime, store } = await openWeights(id);
  for (let at = 0; at < n; at += DRAWN) {
    const rows = Math.min(DRAWN, n - at);
    const label = ndarray(
      Array.from({ length: rows }, (_, i) => (at + i) % vq.classes),
      [rows],
      "i32",
    );
    const program = vqSample(vq, { n: rows });
    const { samples } = await runtime.run(program, { store, feeds: { label }, key: split(key(seed + 1), at) });
    yield samples!;
  }
  await runtime.close();
}

/** Samples that are drawn at once. */
const DRAWN = 250;

interface Trained {
  readonly runtime: Runtime;
  readonly store: Store;
}

/** What a stage of training tells, and where it stops. */
interface Watched extends Pick<TrainOptions, "log" | "signal"> {
  /** Writes a checkpoint after so many steps of the stage. */
  readonly save: (n: number) => Promise<unknown>;
}

async function trainAutoencoder(
  { seed, vq, batchSize, stages: { autoencoder } }: VqRow,
  { train, from, runtime, store }: Trained & { readonly train: Dataset; readonly from: number },
  { log, signal, save }: Watched,
): Promise<void> {
  const { steps, learningRate } = autoencoder;
  const step = trainStep({
    model: vq,
    learn: vq.autoencoder,
    batch: { x: { shape: [batchSize, ...vq.shape], dtype: "u8" } },
    loss: (batch, scope) => vq.loss(batch, scope),
    optimizer: adam({ learningRate: cosine(learningRate, { steps }) }),
  });
  const data = batches(train, { size: batchSize, key: split(key(seed), 1) });
  const run = { runtime, store, data, steps, from, signal, every: EVERY, key: split(key(seed), 2) };
  for await (const { n, outputs, rate } of fit(step, run)) {
    if (n % EVERY !== 0 && n !== steps) continue;
    const { nats, perplexity } = outputs;
    log(`${n}: ${nats!.toFixed(1)} nats, perplexity ${perplexity!.toFixed(1)}, ${rate.toFixed(1)} steps/s`);
    await save(n);
  }
}

async function trainPrior(
  { seed, vq, batchSize, stages: { prior } }: VqRow,
  {
    codes,
    valid,
    from,
    runtime,
    store,
  }: Trained & { readonly codes: Rows; readonly valid: Rows | undefined; readonly from: number },
  { log, signal, save }: Watched,
): Promise<void> {
  const fields = (n: number) =>
    ({ codes: { shape: [n, ...vq.codeShape], dtype: "i64" }, label: { shape: [n], dtype: "i32" } }) as const;
  const { steps, learningRate } = prior;
  const step = trainStep({
    model: vq,
    learn: vq.prior!,
    name: "second",
    batch: fields(batchSize),
    loss: (batch, scope) => vq.priorLoss(batch, scope),
    optimizer: adam({ learningRate: cosine(learningRate, { steps }) }),
  });
  const program = inference(vq, fields(41), ({ codes, label }, scope) => ({
    nats: vq.prior!.logProb(codes.cast("i32"), { label, scope }).neg(),
  }));
  const validate = valid && { program, data: arrays(valid), every: EVERY, keepBest: true };
  const data = batches(arrays(codes), { size: batchSize, key: split(key(seed), 3) });
  const run = { runtime, store, data, steps, from, signal, every: EVERY, key: split(key(seed), 4) };
  let mean = 0;
  for await (const { n, loss, rate, validation } of fit(step, { ...run, ...(validate && { validate }) })) {
    mean += (loss - mean) / Math.min(n - from, EVERY);
    if (n % EVERY !== 0 && n !== steps) continue;
    const held =
      validation === undefined
        ? ""
        : `, valid ${validation.metrics["nats"]!.mean.toFixed(1)}${validation.isBest ? " *" : ""}`;
    log(`prior ${n}: ${mean.toFixed(1)} nats${held}, ${rate.toFixed(1)} steps/s`);
    await save(n);
  }
}

/** Codes and labels of a data set. */
async function codesOf(data: Dataset, { vq, batchSize }: VqRow, trained: Trained): Promise<Rows> {
  const { codes } = await collect(vqEncode(vq, { n: batchSize, pixels: "u8" }), data, trained);
  const { label } = await data.rows(Array.from({ length: data.length }, (_, i) => i));
  return { codes: codes!, label: label! };
}

async function reconstructions({ vq, batchSize }: VqRow, data: Dataset, trained: Trained): Promise<Rows> {
  return collect(vqReconstruct(vq, { n: batchSize, pixels: "u8" }), data, trained);
}

/** Peak signal-to-noise ratio of pictures, 10 · log₁₀(1 / mean squared error) in dB: its mean over them. */
function psnr({ squaredError }: Rows): Measured {
  const values = Array.from(squaredError!.data as Float32Array, (v) => -10 * Math.log10(v));
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
  return { value: mean, standardError: Math.sqrt(variance / values.length), n: values.length };
}

async function measure(row: VqRow, trained: Trained): Promise<{ measured: Measured; about: string }> {
  const { vq } = row;
  const test = await row.data("test")!;
  const rows = await reconstructions(row, test, trained);
  const { label } = await test.rows(Array.from({ length: test.length }, (_, i) => i));
  const program = inference(
    vq,
    { codes: { shape: [100, ...vq.codeShape], dtype: "i64" }, label: { shape: [100], dtype: "i32" } },
    ({ codes, label }, scope) => ({ nats: vq.prior!.logProb(codes.cast("i32"), { label, scope }).neg() }),
  );
  const { nats } = await collect(program, arrays({ codes: rows["codes"]!, label: label! }), trained);
  const mean = (array: NdArray): number => (array.data as Float32Array).reduce((a, b) => a + b, 0) / array.data.length;
  const { codes } = vq.quantizer;
  const places = rows["codes"]!.data.length / test.length;
  const used = new Set(rows["codes"]!.data as BigInt64Array).size;
  const about =
    `test rows: mean squared error ${mean(rows["squaredError"]!).toExponential(2)}, ${used} of ${codes} codes in use, ` +
    `perplexity ${codePerplexity(rows["codes"]!, codes).toFixed(1)}, prior ${mean(nats!).toFixed(1)} nats for ${places} codes ` +
    `(uniform ${(places * Math.log(codes)).toFixed(1)})`;
  return { measured: psnr(rows), about };
}

/** `<id>-samples.png`, a row for each class, and `<id>-reconstructions.png`, pictures above what becomes of them. */
async function draw(row: VqRow, { runtime, store }: Trained): Promise<void> {
  const { vq, samples } = row;
  const base = resultFile(row.id).replace(/\.json$/, "");
  await mkdir(dirname(base), { recursive: true });
  const n = vq.classes * samples.each;
  const label = ndarray(
    Array.from({ length: n }, (_, i) => Math.floor(i / samples.each)),
    [n],
    "i32",
  );
  const drawn = await runtime.run(vqSample(vq, { n, temperature: samples.temperature }), {
    store,
    key: key(row.seed),
    feeds: { label },
  });
  await writePng(`${base}-samples.png`, grid(drawn["samples"]!, { columns: samples.each, gap: 1 }));

  const columns = 16;
  const { x } = await randomRows(await row.data("test")!, 3 * columns).rows(
    Array.from({ length: 3 * columns }, (_, i) => i),
  );
  const { reconstruction } = await runtime.run(vqReconstruct(vq, { n: 3 * columns, pixels: "u8" }), {
    store,
    feeds: { x: x! },
  });
  const size = vq.dims * columns;
  const stripes = Array.from({ length: 3 }, (_, i) => [
    Float32Array.from((x!.data as Uint8Array).subarray(i * size, (i + 1) * size), (v) => v / 255),
    (reconstruction!.data as Float32Array).subarray(i * size, (i + 1) * size),
  ]).flat();
  const both = ndarray(
    stripes.flatMap((stripe) => [...stripe]),
    [6 * columns, ...vq.shape],
  );
  await writePng(join(`${base}-reconstructions.png`), grid(both, { columns, gap: 1 }));
}
