/** @file How surprised a language model is: the loss that it learns from, and what is reported of it. */
import {
  evaluate,
  full,
  GenError,
  inference,
  logSumExp,
  oneHot,
  withGradient,
  type BatchField,
  type Dataset,
  type Model,
  type Program,
  type Runtime,
  type Scope,
  type Store,
  type Tensor,
} from "@gen/core";
import type { LanguageModel, Reading } from "./language-model.js";

/** Rows of tokens, each one longer than what is predicted. */
export interface TextBatch extends Reading {
  /** i32 [N, T + 1]: position t is read, and t + 1 is what comes. */
  readonly x: Tensor;
  /** f32 [N, T + 1], 1 where a token counts in the loss and 0 where it is only read. @default 1 */
  readonly counts?: Tensor;
}

/**
 * −log p of each token given those before it, in nats:
 *
 *     n_t = log Σ_v e^(l_v) − l_y        gradient (softmax(l) − one_hot(y))·g
 *
 * @param logits [… V]
 * @param y i32 […]
 * @returns […]
 */
export function tokenNats(logits: Tensor, y: Tensor): Tensor {
  const v = logits.shape.at(-1)!;
  return withGradient(
    [logits, y],
    ([l, target]) => logSumExp(l!).sub(oneHot(target!, v, l!.dtype).mul(l!).sum(-1)),
    ([l, target], _, g) => {
      const top = l!.max(-1, { keepDims: true }).stopGradient();
      const e = l!.sub(top).exp();
      const p = e.div(e.sum(-1, { keepDims: true }));
      return [p.sub(oneHot(target!, v, l!.dtype)).mul(g.unsqueeze(-1)), target!];
    },
  );
}

/** Nats of each token that is predicted, [N, T], and whether each counts, [N, T] (or all, without `counts`). */
export function rowNats(model: LanguageModel, batch: TextBatch, scope: Scope): { nats: Tensor; counts?: Tensor } {
  const { x, counts, texts } = batch;
  const t = x.shape[1]! - 1;
  const read = (v: Tensor): Tensor => v.slice(1, 0, t);
  const come = (v: Tensor): Tensor => v.slice(1, 1);
  const logits = model.logits(read(x), scope, texts === undefined ? {} : { texts: read(texts) });
  const nats = tokenNats(logits, come(x));
  const isInside = texts === undefined ? undefined : read(texts).equal(come(texts)).cast("f32");
  const counted = counts === undefined ? isInside : isInside === undefined ? come(counts) : come(counts).mul(isInside);
  return counted === undefined ? { nats } : { nats: nats.mul(counted), counts: counted };
}

/**
 * The mean of −log p(x_t | x_<t) over the tokens that count: what a language model minimises.
 *
 * @returns a scalar, in nats per token
 */
export function textLoss(model: LanguageModel, batch: TextBatch, scope: Scope): Tensor {
  const { nats, counts } = rowNats(model, batch, scope);
  return counts === undefined ? nats.mean() : nats.sum().div(counts.sum().maximum(1));
}

/** The fields of batches of text. */
export function textFields({
  n,
  length,
  counts = false,
  texts = false,
}: {
  readonly n: number;
  /** T, tokens that are predicted. */
  readonly length: number;
  /** Whether there is a field that says which tokens count. @default false */
  readonly counts?: boolean;
  /** Whether there is a field that says which text of its row a token is of. @default false */
  readonly texts?: boolean;
}): { x: BatchField } & Record<string, BatchField> {
  const shape = [n, length + 1];
  return {
    x: { shape, dtype: "i32" },
    ...(counts ? { counts: { shape, dtype: "f32" } } : {}),
    ...(texts ? { texts: { shape, dtype: "i32" } } : {}),
  };
}

/**
 * Nats of each row, for `evaluate` and for validation.
 *
 * @returns outputs nats [n], the sum over its tokens, and tokens [n], how many counted
 */
export function textNats(model: LanguageModel & Model, fields: ReturnType<typeof textFields>): Program {
  return inference(model, fields, (batch: Readonly<Record<string, Tensor>>, scope) => {
    const { nats, counts } = rowNats(model, batch as unknown as TextBatch, scope);
    const [n, t] = nats.shape as [number, number];
    return { nats: nats.sum(1), tokens: counts?.sum(1) ?? full([n], t) };
  });
}

/** What a language model is worth on some text. */
export interface TextScore {
  /** −log p(x_t | x_<t), the mean over the tokens that count. */
  readonly nats: number;
  /** e^nats: as many tokens, all as likely, would be as surprising. */
  readonly perplexity: number;
  /** nats / ln 2. */
  readonly bitsPerToken: number;
  /** Bits for each byte of the text, where the count of bytes was given. */
  readonly bitsPerByte?: number;
  readonly tokens: number;
}

export interface ScoreOptions {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly from?: string | undefined;
  readonly signal?: AbortSignal;
  /** Rows at once. @default 16 */
  readonly batchSize?: number;
  /** Bytes of UTF-8 of what is scored, for `bitsPerByte`. */
  readonly bytes?: number;
}

/**
 * Scores rows of a data set with a field x [T + 1], and with `counts` and `texts` where it has them.
 *
 * @throws GenError `data` for rows that have no field x, or in which nothing counts
 */
export async function scoreText(
  model: LanguageModel & Model,
  data: Dataset,
  { batchSize = 16, bytes, ...how }: ScoreOptions,
): Promise<TextScore> {
  const fields = fieldsFor(data, batchSize);
  const { nats, tokens } = await evaluate(textNats(model, fields), data, how);
  const total = tokens!.mean * tokens!.count;
  if (total === 0) throw new GenError("data", "scoreText: expected tokens that count, got none");
  const mean = nats!.mean / tokens!.mean;
  return {
    nats: mean,
    perplexity: Math.exp(mean),
    bitsPerToken: mean / Math.LN2,
    ...(bytes === undefined ? {} : { bitsPerByte: (mean * total) / (Math.LN2 * bytes) }),
    tokens: total,
  };
}

/**
 * The mean of −log p at each position of a row: how much is gained by what came before.
 *
 * @returns [T], nats; NaN at a position where nothing counts
 */
export async function lossByPosition(
  model: LanguageModel & Model,
  data: Dataset,
  { runtime, store, from, signal, batchSize = 16 }: Omit<ScoreOptions, "bytes">,
): Promise<Float64Array> {
  const fields = fieldsFor(data, batchSize);
  const program = inference(model, fields, (batch: Readonly<Record<string, Tensor>>, scope) => {
    const { nats, counts } = rowNats(model, batch as unknown as TextBatch, scope);
    return { nats, counts: counts ?? full(nats.shape, 1) };
  });
  const t = data.fields["x"]!.shape[0]! - 1;
  const [sums, weights] = [new Float64Array(t), new Float64Array(t)];
  for (let start = 0; start < data.length; start += batchSize) {
    signal?.throwIfAborted();
    const rows = Math.min(batchSize, data.length - start);
    const all = await data.rows(Array.from({ length: batchSize }, (_, i) => (i < rows ? start + i : start)));
    const feeds = Object.fromEntries([...program.feeds.keys()].map((name) => [name, all[name]!]));
    const { nats, counts } = await runtime.run(program, { store, from, feeds });
    for (let i = 0; i < rows * t; i++) {
      sums[i % t]! += Number(nats!.data[i]);
      weights[i % t]! += Number(counts!.data[i]);
    }
  }
  return sums.map((sum, i) => sum / weights[i]!);
}

function fieldsFor(data: Dataset, n: number): ReturnType<typeof textFields> {
  const { x, counts, texts } = data.fields;
  if (x?.dtype !== "i32" || x.shape.length !== 1 || x.shape[0]! < 2) {
    throw new GenError(
      "data",
      `text: expected rows with a field x, i32 of at least two tokens, got ${Object.keys(data.fields).join(", ")}`,
    );
  }
  return textFields({ n, length: x.shape[0]! - 1, counts: counts !== undefined, texts: texts !== undefined });
}
