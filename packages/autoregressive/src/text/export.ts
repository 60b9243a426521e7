/** @file The files of an exported language model: what each holds, and what goes in and comes out. */
import {
  concat,
  full,
  inference,
  iota,
  key,
  keyFromSeed,
  ndarray,
  samplerFile,
  scalar,
  scan,
  splitKey,
  uniformDraws,
  type BatchField,
  type ExportFile,
  type Model,
  type NdArray,
  type Scope,
  type Sizes,
  type Tensor,
} from "@gen/core";
import { categorical } from "@gen/core/prob";
import type { Extended, LanguageModel } from "./language-model.js";
import { tokenNats } from "./loss.js";

const INTEGER: BatchField = { shape: [], dtype: "i64" };

export interface TextFilesOptions {
  /** The token that new texts begin with; it is not part of them. */
  readonly start: number;
  /** What a token is, for the card. @default "indices of tokens" */
  readonly tokens?: string;
}

/**
 * The files of a language model:
 *
 * - network: tokens → logits of what comes after each
 * - logprob: tokens → log p of all but the first of them, given it
 * - sampler: (seed, n, steps) → new texts; the cache of keys and values and the loop are inside
 * - complete: (seed, tokens, steps, temperature) → what comes after them
 */
export function textFiles(
  model: LanguageModel & Model,
  { start, tokens: about = "indices of tokens" }: TextFilesOptions,
): Readonly<Record<string, ExportFile>> {
  const what = `${about}, from 0 to ${model.vocabulary - 1}`;
  const { context } = model;
  const atMost = (before: string): string => (Number.isFinite(context) ? `; ${before}at most ${context}` : "");
  const describe = {
    tokens: `${what}${atMost("in a row ")}`,
    logits: "unnormalised log p of every token after each",
    logprob: "log p of each row after its first token, nats",
    steps: `how many tokens are written${atMost("with those before them ")}`,
    temperature: "logits are divided by it: 1 as learned, towards 0 the likeliest",
    samples: what,
  };
  const rows = {
    n: { from: "dim", input: "tokens", axis: 0 },
    t: { from: "dim", input: "tokens", axis: 1 },
  } as const;
  const example = ({ n, t }: Sizes): Record<string, NdArray> => ({ tokens: someTokens(model, n!, t!) });
  const ofRows = ({ n, t }: Sizes, body: (tokens: Tensor) => Readonly<Record<string, Tensor>>) =>
    inference(model, { tokens: { shape: [n!, t!], dtype: "i32" } }, ({ tokens }) => body(tokens));
  const completing = ({ n, t }: Sizes) =>
    ({
      seed: INTEGER,
      tokens: { shape: [n!, t!], dtype: "i32" },
      steps: INTEGER,
      temperature: { shape: [], dtype: "f32" },
    }) satisfies Record<string, BatchField>;
  const drawn = ({ n, steps }: Sizes): BatchField => ({ shape: [n!, steps!], dtype: "i32" });
  return {
    network: {
      purpose: "the whole model: tokens in, logits of what comes after each out",
      trace: (sizes) => ofRows(sizes, (tokens) => ({ logits: read(model, tokens, sizes["t"]!).logits })),
      symbols: rows,
      describe,
      example,
    },
    logprob: {
      purpose: "log p of rows of tokens",
      trace: (sizes) => ofRows(sizes, (tokens) => ({ logprob: rowLogProb(model, tokens) })),
      symbols: rows,
      describe,
      example,
    },
    sampler: {
      ...samplerFile(model, {
        samples: what,
        also: { steps: describe.steps },
        draw: (sizes, key) => written(model, full([sizes.n, 1], start, "i32"), { steps: sizes["steps"]!, key }),
      }),
      draws: {
        output: "samples",
        outside: (sizes) =>
          inference(
            model,
            { seed: INTEGER, n: INTEGER, steps: INTEGER, samples: drawn(sizes) },
            ({ seed, samples }, scope) => ({
              outside: outsideOf(model, { before: full([sizes["n"]!, 1], start, "i32"), samples, seed }, scope),
            }),
          ),
      },
    },
    complete: {
      purpose: "what comes after rows of tokens",
      trace: (sizes) =>
        inference(model, completing(sizes), ({ seed, tokens, temperature }) => ({
          samples: written(model, tokens, {
            steps: sizes["steps"]!,
            key: keyFromSeed(seed.cast("u64")),
            temperature,
          }),
        })),
      draws: {
        output: "samples",
        outside: (sizes) =>
          inference(
            model,
            { ...completing(sizes), samples: drawn(sizes) },
            ({ seed, tokens, temperature, samples }, scope) => ({
              outside: outsideOf(model, { before: tokens, samples, seed, temperature }, scope),
            }),
          ),
      },
      symbols: { ...rows, steps: { from: "input", name: "steps" } },
      describe,
      example: ({ n, t, steps }) => ({
        ...example({ n: n!, t: t! }),
        seed: whole(7),
        steps: whole(steps!),
        temperature: ndarray([0.8], []),
      }),
    },
  };
}

/** All tokens at once into an empty memory, of any length: what a graph of open sizes reads by. */
function read(model: LanguageModel, tokens: Tensor, places: number): Extended {
  const memory = model.memory(tokens.shape[0]!, places).map(({ shape, dtype }) => full(shape, 0, dtype));
  return model.extend(tokens, memory, { start: scalar(0, "i32") });
}

function rowLogProb(model: LanguageModel, tokens: Tensor): Tensor {
  const t = tokens.shape[1]!;
  const { logits } = read(model, tokens, t);
  return tokenNats(logits.slice(1, 0, t - 1), tokens.slice(1, 1))
    .sum(1)
    .neg();
}

interface WrittenOptions {
  readonly steps: number;
  readonly key: Tensor;
  readonly temperature?: Tensor;
}

/** Tokens that come after others: i32 [n, t] → [n, steps]. Token i is drawn from child i of the key. */
function written(model: LanguageModel, tokens: Tensor, { steps, key, temperature }: WrittenOptions): Tensor {
  const t = tokens.shape[1]!;
  const first = read(model, tokens, t + steps);
  const last = first.logits.slice(1, t - 1).squeeze(1); // [n, V]
  const { ys } = scan({ carry: [last, scalar(0, "i32"), ...first.memory], length: steps }, ([l, i, ...memory]) => {
    const logits = temperature === undefined ? l! : l!.div(temperature);
    const token = categorical({ logits }).sample(splitKey(key, i!)); // [n]
    const next = model.extend(token.unsqueeze(1), memory, { start: i!.add(t) });
    return { carry: [next.logits.squeeze(1), i!.add(1), ...next.memory], ys: [token] };
  });
  return ys[0]!.transpose(); // [n, steps]
}

interface Drawn {
  /** i32 [n, t] */
  readonly before: Tensor;
  /** i32 [n, steps]: what is said to have been drawn after it. */
  readonly samples: Tensor;
  readonly seed: Tensor;
  readonly temperature?: Tensor;
}

/**
 * How far u of each draw lies outside of (F(x − 1), F(x)], where F is the distribution of the token given those before it by
 * the model without a memory: [n, steps].
 */
function outsideOf(model: LanguageModel, { before, samples, seed, temperature }: Drawn, scope: Scope): Tensor {
  const all = model.logits(concat([before, samples.slice(1, 0, -1)], 1), scope);
  const logits = all.slice(1, before.shape[1]! - 1); // [n, steps, V]
  const tempered = temperature === undefined ? logits : logits.div(temperature);
  const key = keyFromSeed(seed.cast("u64"));
  const xs = [iota(samples.shape[1]!, "i32"), tempered.transpose([1, 0, 2]), samples.transpose()];
  const { ys } = scan({ carry: [], xs }, (_, [i, of, token]) => ({
    carry: [],
    ys: [categorical({ logits: of! }).outside(token!, splitKey(key, i!))],
  }));
  return ys[0]!.transpose();
}

/** Tokens as an example: any will do. */
function someTokens({ vocabulary }: LanguageModel, n: number, t: number): NdArray {
  const u = uniformDraws(key(5), n * t);
  return ndarray(
    Int32Array.from(u, (v) => Math.floor(v * vocabulary)),
    [n, t],
    "i32",
  );
}

const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");
