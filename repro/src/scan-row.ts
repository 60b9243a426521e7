/** @file What the rows of SCAN share: an encoder–decoder of commands and actions, and how many it meets to the last action. */
import {
  arrays,
  batches,
  evaluate,
  fit,
  key,
  ndarray,
  split,
  takeRows,
  trainStep,
  type Dataset,
  type Program,
} from "@gen/core";
import { saveCheckpoint } from "@gen/core/node";
import { halfOf } from "@gen/core/onnx";
import { adam, chain, clipByGlobalNorm, cosine, warmUp } from "@gen/core/optim";
import { exactness, Translator } from "@gen/autoregressive";
import { PAD } from "@gen/data";
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

const [batchSize, every, seed] = [64, 500, 0];

/** Short commands first: three in four mean 16 actions at most, and a step of these costs a third. */
const stages = [
  { until: 2500, longest: 17 },
  { until: 5000, longest: 49 },
];
const steps = stages.at(-1)!.until;

const model = new Translator({
  sourceVocabulary: 15,
  targetVocabulary: 8,
  sourceLength: 10,
  targetLength: 49,
  features: 64,
  heads: 4,
});

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
        notes: `encoder and decoder of 2 layers, 64 wide, 4 heads, rotary positions, norms first; Adam 2e-3 after 400 steps of warm-up, cosine decay, gradient norm ≤ 1, batch ${batchSize}, ${stages[0]!.until} steps on targets of at most ${stages[0]!.longest - 1} actions, then ${steps - stages[0]!.until} on all; greedy; the weights in f16`,
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
  const [began, before] = await startOf(store, { folder, resume, log });
  const pairs = await scanTask({ task, split: "train" });
  const some = randomRows(await scanTask({ task, split: "test" }), LOOKED_AT);
  const program = exactness(model, { n: 64 });
  const start = performance.now();
  const seconds = (): number => before + (performance.now() - start) / 1000;
  for (const [i, { until, longest }] of stages.entries()) {
    const from = Math.max(began, stages[i - 1]?.until ?? 0);
    if (from >= until) continue;
    const set = await upTo(pairs, longest);
    const data = batches(set, { size: batchSize, key: split(root, 1) });
    const step = stepOf(set.fields["target"]!.shape[0]!);
    for await (const { n, loss, rate, settled } of fit(step, {
      runtime,
      store,
      data,
      from,
      steps: until,
      every,
      signal,
    })) {
      if (n % every !== 0 || !settled) continue;
      const { exact } = await evaluate(program, some, { runtime, store });
      const share = (100 * exact!.mean).toFixed(1);
      log(
        `step ${n}: ${loss.toExponential(2)} nats a token, ${share} % of ${LOOKED_AT} tests, ${rate.toFixed(2)} steps/s`,
      );
      await saveCheckpoint(store, folder, { step: n, config: { seconds: seconds() } });
    }
  }
  const trained = seconds();
  const all = await store.readAll((name) => !name.startsWith("optimizer."));
  await writeWeights(id, Object.fromEntries(Object.entries(all).map(([name, array]) => [name, halfOf(array)])));
  await runtime.close();
  return { seconds: trained, steps };
}

/** A step on targets of so many words, their end among them. */
function stepOf(longest: number): Program {
  return trainStep({
    model,
    batch: { ...model.fields(batchSize), target: { shape: [batchSize, longest], dtype: "i32" } },
    loss: (batch, scope) => model.loss(batch, scope),
    optimizer: chain(
      clipByGlobalNorm(1),
      adam({ learningRate: warmUp(cosine(2e-3, { steps }), { steps: 400 }), beta2: 0.98 }),
    ),
  });
}

/** The pairs whose targets have at most so many words, cut to the longest of them. */
async function upTo(pairs: Dataset, most: number): Promise<Dataset> {
  const { source, target } = await pairs.rows(Array.from({ length: pairs.length }, (_, i) => i));
  const width = target!.shape[1]!;
  const lengths = Array.from({ length: pairs.length }, (_, i) => {
    const pad = (target!.data as Int32Array).subarray(i * width, (i + 1) * width).indexOf(PAD);
    return pad < 0 ? width : pad;
  });
  const rows = lengths.flatMap((length, i) => (length <= most ? [i] : []));
  const longest = Math.max(...rows.map((i) => lengths[i]!));
  const cut = rows.flatMap((i) => Array.from((target!.data as Int32Array).subarray(i * width, i * width + longest)));
  return arrays({ source: takeRows(source!, rows), target: ndarray(cut, [rows.length, longest], "i32") });
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
