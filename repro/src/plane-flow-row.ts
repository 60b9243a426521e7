/** @file What the rows of flows in the plane share: a spline flow by maximum likelihood, and −log p of points that it has not seen. */
import { batches, evaluate, fit, key, split, trainStep, type Dataset, type Key } from "@gen/core";
import { node } from "@gen/core/node";
import { adam, chain, clipByGlobalNorm, cosine, ema } from "@gen/core/optim";
import { exportedFiles, logProb, nsf } from "@gen/flow";
import { openWeights, writeBest } from "./place.js";
import type { Measured, Result, Row, TrainOptions } from "./row.js";

export interface PlaneFlowRowOptions {
  readonly id: string;
  /** What the points are, for a card. */
  readonly about: string;
  readonly points: (options: { readonly n: number; readonly key: Key }) => Dataset;
}

const [seed, batchSize, steps, rate] = [0, 256, 3000, 4e-3];
/** Points to learn from, to choose the weights, and to be measured on. */
const [LEARNED, CHOOSING, MEASURED] = [100_000, 5000, 10_000];
const CHUNK = 1000;

const model = nsf({ dim: 2, depth: 5, hidden: [48, 48], interval: [-4, 4] });

export function planeFlowRow(options: PlaneFlowRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  const measure = (n: number): Promise<Measured> => measured(options, n);
  return {
    split: `${LEARNED.toLocaleString("en")} points to learn, ${CHOOSING.toLocaleString("en")} others to choose the weights, others to measure`,
    train: async (given) => {
      const trained = await train(options, given);
      const notes = `neural spline flow (Durkan et al. 2019), 5 couplings after LU maps, networks of two layers of 48; Adam ${rate} with cosine decay, gradient norm ≤ 5, batch ${batchSize}, ${steps} steps; the average of the weights (0.995) with the best −log p on points kept apart`;
      return { measured: await measure(MEASURED), seed, ...trained, notes };
    },
    check: measure,
    exported: () => ({
      family: "flow",
      files: exportedFiles(model, { x: "points of the plane" }),
      data: options.about,
      licence: "MIT",
    }),
  };
}

async function train(
  { id, points }: PlaneFlowRowOptions,
  { threads, log, signal }: TrainOptions,
): Promise<Pick<Result, "seconds" | "steps">> {
  const [root, runtime] = [key(seed), await node({ threads })];
  const store = await runtime.init(model, { key: split(root, 0) });
  const step = trainStep({
    model,
    batch: { x: [batchSize, 2] },
    loss: (batch, scope) => model.loss(batch, scope),
    optimizer: chain(clipByGlobalNorm(5), adam({ learningRate: cosine(rate, { steps }) })),
    average: ema({ decay: 0.995 }),
  });
  const every = 1000;
  const validate = {
    program: logProb(model, { n: CHUNK }),
    data: points({ n: CHOOSING, key: key(2) }),
    key: split(root, 2),
    from: "ema",
    keepBest: true,
    metric: "nats",
    every,
  };
  const data = batches(points({ n: LEARNED, key: key(1) }), { size: batchSize, key: split(root, 1) });
  const start = performance.now();
  const run = { runtime, store, data, steps, every, signal, validate, key: split(root, 3) };
  for await (const { n, rate, validation } of fit(step, run)) {
    if (validation !== undefined)
      log(`step ${n}: valid ${validation.metrics["nats"]!.mean.toFixed(4)} nats, ${rate.toFixed(0)} steps/s`);
  }
  const seconds = (performance.now() - start) / 1000;
  await writeBest(id, store);
  await runtime.close();
  return { seconds, steps };
}

async function measured({ id, points }: PlaneFlowRowOptions, n: number): Promise<Measured> {
  const { runtime, store } = await openWeights(id, { threads: 1 });
  const { nats } = await evaluate(logProb(model, { n: CHUNK }), points({ n, key: key(3) }), { runtime, store });
  await runtime.close();
  return { value: nats!.mean, standardError: nats!.standardError, n };
}
