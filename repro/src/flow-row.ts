/** @file What the rows of flows on MNIST share: maximum likelihood of dequantised pictures, and bits/pixel of the test rows. */
import { batches, evaluate, fit, key, split, trainStep } from "@gen/core";
import { Chain, Dequantise, Logit, type Codec } from "@gen/core/codec";
import { loadCheckpoint, node, saveCheckpoint } from "@gen/core/node";
import { ema, type Optimizer } from "@gen/core/optim";
import { mnist } from "@gen/data/node";
import { initialise, logProb, type Flow } from "@gen/flow";
import { checkpointFolder } from "./results.js";
import type { Measured, Result, Row, TrainOptions } from "./row.js";
import { randomRows, rowsOf } from "./subset.js";
import { readWeights, writeWeights } from "./weights.js";

export interface FlowRowOptions {
  readonly id: string;
  readonly model: Flow;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly steps: number;
  /** Steps between two validations and checkpoints. */
  readonly every: number;
  /** Has ActNorm layers, which start from data. */
  readonly startsFromData: boolean;
  readonly notes: string;
}

const seed = 0;
const shape = [1, 28, 28];
/** Training rows; the other 10,000 choose the weights. */
const TRAIN = 50_000;

/** Bytes plus uniform noise, over 256, then the logit with λ = 1e-6: Papamakarios et al. 2017, §4.3. */
export function mnistCodec(): Codec {
  return new Chain([new Dequantise({ shape }), new Logit({ shape, lambda: 1e-6 })]);
}

export function flowRow(options: FlowRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  return {
    split: "50,000 rows to learn, 10,000 to choose the weights, test rows to measure",
    train: async (given) => {
      const trained = await train(options, given);
      given.log("measuring the 10,000 test rows");
      return { measured: await measureTest(options, 10_000), seed, ...trained, notes: options.notes };
    },
    check: (n) => measureTest(options, n),
  };
}

async function train(
  { id, model, optimizer, batchSize, steps, every, startsFromData }: FlowRowOptions,
  { resume, threads, log, signal }: TrainOptions,
): Promise<Pick<Result, "seconds" | "steps">> {
  const [root, runtime] = [key(seed), await node({ threads })];
  const store = await runtime.init(model, { key: split(root, 0) });
  const folder = checkpointFolder(id);
  const all = await mnist({ split: "train" });
  const [rows, valid] = [rowsOf(all, 0, TRAIN), rowsOf(all, TRAIN, all.length)];
  let [from, before] = [0, 0];
  if (resume) {
    const { step: done, config } = await loadCheckpoint(store, folder);
    [from, before] = [done, (config as { seconds: number }).seconds];
    log(`going on from step ${done}`);
  } else if (startsFromData) {
    const { x } = await randomRows(rows, 256).rows(Array.from({ length: 256 }, (_, i) => i));
    await runtime.run(initialise(model, { n: 256, pixels: "u8" }), { store, feeds: { x: x! }, key: split(root, 4) });
  }
  const step = trainStep({
    model,
    batch: { x: { shape: [batchSize, ...shape], dtype: "u8" } },
    loss: (batch, scope) => model.loss(batch, scope),
    optimizer,
    average: ema({ decay: 0.999 }),
  });
  const validate = {
    program: logProb(model, { n: 250, pixels: "u8" }),
    data: valid,
    key: split(root, 2),
    from: "ema",
    keepBest: true,
    metric: "nats",
    every,
  };
  const data = batches(rows, { size: batchSize, key: split(root, 1) });
  const start = performance.now();
  const seconds = (): number => before + (performance.now() - start) / 1000;
  const run = { runtime, store, data, steps, from, every, signal, validate, key: split(root, 3) };
  for await (const { n, loss, rate, validation } of fit(step, run)) {
    if (validation === undefined) continue;
    const bits = validation.metrics["bitsPerDim"]!.mean.toFixed(3);
    log(`step ${n}: train ${loss.toFixed(1)} nats, valid ${bits} bits/pixel, ${rate.toFixed(1)} steps/s`);
    await saveCheckpoint(store, folder, { step: n, config: { seconds: seconds() } });
  }
  const trained = seconds();
  const best = Object.entries(await store.readAll((name) => name.startsWith("best.")));
  await writeWeights(id, Object.fromEntries(best.map(([name, array]) => [name.slice("best.".length), array])));
  await runtime.close();
  return { seconds: trained, steps };
}

/** bits/pixel of random test rows under the weights in the file: a bound in the mean over the noise. */
async function measureTest({ id, model }: FlowRowOptions, n: number): Promise<Measured> {
  const runtime = await node();
  const store = runtime.emptyStore();
  for (const [name, array] of Object.entries(await readWeights(id))) await store.write(name, array);
  const rows = randomRows(await mnist({ split: "test" }), n);
  const program = logProb(model, { n: 250, pixels: "u8" });
  const { bitsPerDim } = await evaluate(program, rows, { runtime, store, key: key(seed) });
  await runtime.close();
  return { value: bitsPerDim!.mean, standardError: bitsPerDim!.standardError, n };
}
