/** @file What the rows of GPTs on tinyshakespeare share: characters, nanoGPT's optimizer, nats of the whole validation split. */
import { batches, evaluate, fit, key, split, trainStep, type Dataset } from "@gen/core";
import { loadCheckpoint, newestCheckpoint, saveCheckpoint } from "@gen/core/node";
import { halfOf } from "@gen/core/onnx";
import { adam, chain, clipByGlobalNorm, cosine, groups, sequential, linear } from "@gen/core/optim";
import { Gpt, textFields, textFiles, textLoss, textNats, type GptOptions } from "@gen/autoregressive";
import { openText, texts } from "@gen/data/node";
import { deviceOf, openWeights } from "./place.js";
import { checkpointFolder } from "./results.js";
import type { Measured, Row, TrainOptions } from "./row.js";
import { randomRows } from "./subset.js";
import { writeWeights } from "./weights.js";

export interface TextRowOptions {
  readonly id: string;
  readonly gpt: Omit<GptOptions, "vocabulary">;
  readonly batchSize: number;
  readonly steps: number;
  /** The highest rate, from which it falls to a tenth. @default 1e-3 */
  readonly rate?: number;
  /** Steps in which the rate rises. */
  readonly warmUp: number;
  /** Steps between two validations and checkpoints. */
  readonly every: number;
  /** Trainings, each from another seed; the mean of their numbers is the row's. */
  readonly seeds: number;
  /** Use the weights that were best on the validation split, as nanoGPT does, instead of the last. */
  readonly keepBest: boolean;
  readonly notes: string;
}

const CHARACTERS = 65;

/** The last tenth of the text is for validation. */
const SHARES = { valid: 0.1, test: 0 };

export function textRow(options: TextRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  const model = new Gpt({ ...options.gpt, vocabulary: CHARACTERS });
  return {
    split: "the first 90 % of the text to learn, the rest to measure, in windows that do not overlap",
    choosesDevice: true,
    train: async (given) => {
      const runs: Run[] = [];
      for (let seed = 0; seed < options.seeds; seed++) runs.push(await train(model, seed, { ...options, ...given }));
      const values = runs.map(({ value }) => value);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const curves = runs.map(({ curve }, seed) => `seed ${seed}: ${curve.join(", ")}`);
      return {
        measured: { value: mean, standardError: runs[0]!.standardError, n: runs[0]!.n },
        seed: 0,
        seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0),
        steps: options.steps * options.seeds,
        notes: `${options.notes}; every ${options.every} steps ${curves.join("; ")}`,
      };
    },
    check: (n) => measure(model, options, n),
    exported: () => ({
      family: "autoregressive",
      files: textFiles(model, { start: 0, tokens: "indices of characters, in the order of their code points" }),
      data: texts.tinyshakespeare.description,
      licence: texts.tinyshakespeare.licence,
    }),
  };
}

interface Run extends Measured {
  readonly seconds: number;
  readonly curve: readonly string[];
}

/** nanoGPT's AdamW: decay of matrices alone, gradients of norm 1 at most. */
function optimizer({ steps, warmUp, rate = 1e-3 }: TextRowOptions) {
  const learningRate = sequential(
    [{ rate: linear(rate / warmUp, { steps: warmUp, end: rate }), steps: warmUp }],
    cosine(rate, { steps: steps - warmUp, end: rate / 10 }),
  );
  const own = { learningRate, beta2: 0.99 };
  return chain(
    clipByGlobalNorm(1),
    groups([
      { match: (_, { rank }) => rank > 1, optimizer: adam({ ...own, weightDecay: 0.1 }) },
      { match: () => true, optimizer: adam(own) },
    ]),
  );
}

async function windows(split: "train" | "valid", { gpt: { context } }: TextRowOptions): Promise<Dataset> {
  const stride = split === "train" ? 1 : context;
  return openText("tinyshakespeare", { length: context + 1, stride, split, ...SHARES });
}

async function train(model: Gpt, seed: number, options: TextRowOptions & TrainOptions): Promise<Run> {
  const { id, gpt, batchSize, steps, every, keepBest, resume, threads, device = "cpu", log, signal } = options;
  const root = key(seed);
  const runtime = await deviceOf({ threads, device });
  const store = await runtime.init(model, { key: split(root, 0) });
  const folder = checkpointFolder(`${id}-${seed}`);
  let [from, before, curve] = [0, 0, [] as string[]];
  if (resume && (await newestCheckpoint(folder)) !== undefined) {
    const { step: done, config } = await loadCheckpoint(store, folder);
    ({ seconds: before, curve } = config as { seconds: number; curve: string[] });
    from = done;
    log(`seed ${seed}: going on from step ${done}`);
  }
  const step = trainStep({
    model,
    batch: textFields({ n: batchSize, length: gpt.context }),
    loss: ({ x }, scope) => textLoss(model, { x }, scope),
    optimizer: optimizer(options),
  });
  const data = batches(await windows("train", options), { size: batchSize, key: split(root, 1) });
  const valid = await windows("valid", options);
  const program = textNats(model, textFields({ n: batchSize, length: gpt.context }));
  const start = performance.now();
  const seconds = (): number => before + (performance.now() - start) / 1000;
  const validate = { program, data: valid, every, keepBest };
  const run = { runtime, store, data, steps, from, every, signal, validate, key: split(root, 2) };
  for await (const { n, loss, rate, validation } of fit(step, run)) {
    if (validation === undefined) continue;
    const { nats, tokens } = validation.metrics;
    curve = [...curve, (nats!.mean / tokens!.mean).toFixed(4)];
    log(`seed ${seed}, step ${n}: train ${loss.toFixed(3)}, valid ${curve.at(-1)!} nats, ${rate.toFixed(2)} steps/s`);
    await saveCheckpoint(store, folder, { step: n, config: { seconds: seconds(), curve } });
  }
  const trained = seconds();
  if (seed === 0) {
    const names = store
      .names()
      .filter((name) => keepBest === name.startsWith("best.") && !/^(optimizer|validation)\b/.test(name));
    const weights = await Promise.all(
      names.map(async (name) => [name.replace(/^best\./, ""), halfOf(await store.read(name))] as const),
    );
    await writeWeights(id, Object.fromEntries(weights));
  }
  const scored = await evaluate(program, valid, { runtime, store, from: keepBest ? "best" : undefined });
  await runtime.close();
  return { ...perToken(scored), seconds: trained, curve };
}

/** Nats per character of windows of the validation split under the weights in the file. */
async function measure(model: Gpt, options: TextRowOptions, n: number): Promise<Measured> {
  const { runtime, store } = await openWeights(options.id);
  const all = await windows("valid", options);
  const rows = randomRows(all, Math.min(n, all.length));
  const fields = textFields({ n: options.batchSize, length: options.gpt.context });
  const scored = await evaluate(textNats(model, fields), rows, { runtime, store });
  await runtime.close();
  return perToken(scored);
}

function perToken({ nats, tokens }: Awaited<ReturnType<typeof evaluate>>): Measured {
  const count = tokens!.mean;
  return { value: nats!.mean / count, standardError: nats!.standardError / count, n: nats!.count };
}
