/** @file What the rows of SCAN share: an encoder–decoder of commands and actions, and how many it meets to the last action. */
import { batches, evaluate, fit, key, split, trainStep } from "@gen/core";
import { saveCheckpoint } from "@gen/core/node";
import { halfOf } from "@gen/core/onnx";
import { adam, chain, clipByGlobalNorm, cosine, warmUp } from "@gen/core/optim";
import { exactness, Translator } from "@gen/autoregressive";
import { scanTask } from "@gen/data/node";
import { deviceOf, openWeights, startOf } from "./place.js";
import { checkpointFolder } from "./results.js";
import type { Measured, Result, Row, TrainOptions } from "./row.js";
import { randomRows } from "./subset.js";
import { writeWeights } from "./weights.js";

export interface ScanRowOptions {
  readonly id: string;
  readonly task: "simple" | "length" | "addprim-jump";
}

const [batchSize, steps, every, seed] = [64, 3000, 500, 0];

const model = new Translator({ sourceVocabulary: 15, targetVocabulary: 8, sourceLength: 10, targetLength: 49 });

/** Rows of the test set that are looked at on the way. */
const LOOKED_AT = 256;

export function scanRow(options: ScanRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  return {
    split: `the training commands of the split "${options.task}" to learn, its test commands to measure; none to choose`,
    choosesDevice: true,
    train: async (given) => {
      const trained = await train(options, given);
      given.log("measuring all test commands");
      return {
        measured: await measure(options, { threads: given.threads }),
        seed,
        ...trained,
        notes: `encoder and decoder of 2 layers, 128 wide, 8 heads, rotary positions, norms first; Adam 2e-3 after 400 steps of warm-up, cosine decay, gradient norm ≤ 1, batch ${batchSize}, ${steps} steps; greedy; the weights in f16`,
      };
    },
    check: (n) => measure(options, { n }),
  };
}

async function train(
  { id, task }: ScanRowOptions,
  { resume, threads, device = "cpu", log, signal }: TrainOptions,
): Promise<Pick<Result, "seconds" | "steps">> {
  const root = key(seed);
  const runtime = await deviceOf({ threads, device });
  const store = await runtime.init(model, { key: split(root, 0) });
  const folder = checkpointFolder(id);
  const [from, before] = await startOf(store, { folder, resume, log });
  const step = trainStep({
    model,
    batch: model.fields(batchSize),
    loss: (batch, scope) => model.loss(batch, scope),
    optimizer: chain(
      clipByGlobalNorm(1),
      adam({ learningRate: warmUp(cosine(2e-3, { steps }), { steps: 400 }), beta2: 0.98 }),
    ),
  });
  const data = batches(await scanTask({ task, split: "train" }), { size: batchSize, key: split(root, 1) });
  const some = randomRows(await scanTask({ task, split: "test" }), LOOKED_AT);
  const program = exactness(model, { n: 64 });
  const start = performance.now();
  const seconds = (): number => before + (performance.now() - start) / 1000;
  for await (const { n, loss, rate, settled } of fit(step, { runtime, store, data, steps, from, every, signal })) {
    if (n % every !== 0 || !settled) continue;
    const { exact } = await evaluate(program, some, { runtime, store });
    const share = (100 * exact!.mean).toFixed(1);
    log(
      `step ${n}: ${loss.toExponential(2)} nats a token, ${share} % of ${LOOKED_AT} tests, ${rate.toFixed(2)} steps/s`,
    );
    await saveCheckpoint(store, folder, { step: n, config: { seconds: seconds() } });
  }
  const trained = seconds();
  const all = await store.readAll((name) => !name.startsWith("optimizer."));
  await writeWeights(id, Object.fromEntries(Object.entries(all).map(([name, array]) => [name, halfOf(array)])));
  await runtime.close();
  return { seconds: trained, steps };
}

/** The share of test commands, or of `n` of them, whose actions are all met, in per cent. */
async function measure(
  { id, task }: ScanRowOptions,
  { n, threads }: { readonly n?: number; readonly threads?: number },
): Promise<Measured> {
  const { runtime, store } = await openWeights(id, { threads });
  const all = await scanTask({ task, split: "test" });
  const rows = n === undefined ? all : randomRows(all, Math.min(n, all.length));
  const { exact } = await evaluate(exactness(model, { n: 64 }), rows, { runtime, store });
  await runtime.close();
  return { value: 100 * exact!.mean, standardError: 100 * exact!.standardError, n: exact!.count };
}
