/** @file A row of the ledger: a student of few steps from the weights of another row, by progressive distillation in stages. */
import { batches, fit, key, split, trainStep, type Dataset, type Runtime, type Store } from "@gen/core";
import { halfOf } from "@gen/core/onnx";
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { fields, pairStore, progressiveLoss, studentStore, type Diffusion, type SampleOptions } from "@gen/diffusion";
import type { BuiltIn } from "@gen/eval/node";
import { drawnSamples, pictureOf } from "./diffusion-row.js";
import { distanceIn } from "./diffusion-measure.js";
import { openWeights } from "./place.js";
import type { Measured, Result, Row, TrainOptions } from "./row.js";
import { writeWeights } from "./weights.js";

export interface DistilledRowOptions {
  readonly id: string;
  /** The row whose weights the first teacher has. */
  readonly from: string;
  /** Called twice: teacher and student are records of their own. */
  readonly model: () => Diffusion;
  readonly data: (split: "train" | "test") => Promise<Dataset>;
  readonly features: BuiltIn;
  readonly classes: number;
  /** Steps of the student of each stage, each half as many as those of its teacher. */
  readonly stages: readonly number[];
  /** Of training, in each stage. */
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly notes: string;
}

/** Samples that are compared; and those that 1,000 steps are taken for. */
const [COUNT, FEW] = [2048, 256];

const MANY: Omit<SampleOptions, "n"> = { sampler: "ddim", steps: 50 };
const ANCESTRAL: Omit<SampleOptions, "n"> = { sampler: "ddpm", steps: 1000, spacing: "linspace" };

export function distilledRow(options: DistilledRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  return {
    split: `the training rows to learn, 2,048 random test rows to measure; the same seeds for all ways to draw`,
    async train(given) {
      const trained = await train(options, given);
      return { ...(await measure(options, given)), ...trained, seed: 0, notes: options.notes };
    },
    check: async () => {
      const { runtime, store } = await openWeights(options.id);
      const found = await distanceOf(options, { runtime, store, steps: options.stages.at(-1)! });
      await runtime.close();
      return found;
    },
  };
}

async function train(
  { id, from, model, data, stages, steps, batchSize, learningRate }: DistilledRowOptions,
  { threads, log, signal }: TrainOptions,
): Promise<Pick<Result, "seconds" | "steps">> {
  const { runtime, store } = await openWeights(from, { threads });
  const pair = { student: model(), teacher: model() };
  const rows = batches(await data("train"), { size: batchSize, key: key(1) });
  const start = performance.now();
  let teacher: Store = store;
  for (const [stage, count] of stages.entries()) {
    const both = await pairStore(pair.student, { runtime, from: teacher });
    const step = trainStep({
      model: pair,
      learn: pair.student,
      batch: fields(pair.student, { n: batchSize, pixels: "u8" }),
      loss: (batch, scope) => progressiveLoss(pair, batch, { options: { steps: count }, scope }),
      optimizer: chain(clipByGlobalNorm(1), adam({ learningRate: cosine(learningRate, { steps }) })),
    });
    const run = { runtime, store: both, data: rows, steps, signal, key: split(key(2), stage) };
    let mean = 0;
    for await (const { n, loss, rate } of fit(step, run)) {
      mean += (loss - mean) / Math.min(n, 50);
      if (n % 50 === 0) log(`${count} steps: step ${n}: loss ${mean.toFixed(5)}, ${rate.toFixed(2)} steps/s`);
    }
    teacher = await studentStore(pair.student, { runtime, from: both });
  }
  const kept = await teacher.readAll(() => true);
  await writeWeights(id, Object.fromEntries(Object.entries(kept).map(([name, array]) => [name, halfOf(array)])));
  await runtime.close();
  return { seconds: (performance.now() - start) / 1000, steps: stages.length * steps };
}

interface Drawn extends Omit<SampleOptions, "n"> {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly count?: number;
}

/** How far samples are from test rows. */
async function distanceOf(
  { model, data, features, classes, id }: DistilledRowOptions,
  { runtime, store, count = COUNT, ...way }: Drawn,
): Promise<Measured> {
  const { x } = await drawnSamples(model(), { ...way, runtime, store, classes, count });
  if (count === COUNT && way.steps === 4) await pictureOf(id, x, { classes });
  return { ...(await distanceIn(features, await data("test"), x)), n: count };
}

async function measure(
  options: DistilledRowOptions,
  { threads, log }: TrainOptions,
): Promise<Pick<Result, "measured" | "beside">> {
  const student = await openWeights(options.id, { threads });
  const teacher = await openWeights(options.from, { threads });
  const least = options.stages.at(-1)!;
  const find = async (name: string, way: Drawn): Promise<number> => {
    const { value } = await distanceOf(options, way);
    log(`${name}: ${value.toFixed(3)}`);
    return value;
  };
  const measured = await distanceOf(options, { ...student, steps: least });
  log(`${least} steps: ${measured.value.toFixed(3)} ± ${measured.standardError.toFixed(3)}`);
  const ways: Readonly<Record<string, Drawn>> = {
    [`teacher, DDIM, ${least} steps`]: { ...teacher, steps: least },
    "student, 2 steps": { ...student, steps: 2 },
    "student, 1 step": { ...student, steps: 1 },
    [`${FEW} samples: student, ${least} steps`]: { ...student, steps: least, count: FEW },
    [`${FEW} samples: teacher, DDIM, 50 steps`]: { ...teacher, ...MANY, count: FEW },
    [`${FEW} samples: teacher, DPM-Solver++, 15 steps`]: {
      ...teacher,
      sampler: "dpm-solver-2m",
      steps: 15,
      count: FEW,
    },
    [`${FEW} samples: teacher, ancestral, 1,000 steps`]: { ...teacher, ...ANCESTRAL, count: FEW },
  };
  const beside: Record<string, number> = {};
  for (const [name, way] of Object.entries(ways)) beside[name] = await find(name, way);
  await Promise.all([student.runtime.close(), teacher.runtime.close()]);
  return { measured, beside };
}
