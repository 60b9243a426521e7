/** @file Language models as a recipe: text, token by token; or answers, given what is asked. */
import {
  batches,
  GenError,
  inference,
  trainStep,
  type Dataset,
  type Model,
  type Program,
  type Tensor,
  type TrainedModel,
} from "@gen/core";
import { openSession } from "@gen/core/node";
import { adam, chain, clipByGlobalNorm, cosine, groups, warmUp } from "@gen/core/optim";
import {
  adaptedText,
  Gpt,
  huggingFaceFiles,
  rowNats,
  scoreText,
  textFields,
  textFiles,
  textLoss,
  type HuggingFaceOptions,
  type LanguageModel,
  type TextBatch,
  type Tokenizer,
} from "@gen/autoregressive";
import { defineRecipe, type EvaluationRequest, type Live, type PrepareContext, type Trainable } from "../recipe.js";
import { languageOf, LANGUAGE_FILE, type Architecture, type LanguageNotes } from "../language.js";
import type { Quantity } from "../report/about.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";
import { gptOptions as options } from "./gpt-options.js";

const measured: Readonly<Record<string, Quantity>> = {
  perplexity: { label: "Perplexity", unit: "", better: "lower" },
  bitsPerByte: { label: "−log p of a byte", unit: "bits", better: "lower" },
};

export const gptRecipe = defineRecipe({
  family: "autoregressive",
  name: "gpt",
  summary: "GPT, LSTM, GRU: text, token by token; gen write goes on with it",
  options,
  defaults: { steps: 2000, batchSize: 12, data: "tinyshakespeare" },
  evaluation: { options: defineOptions({}), metrics: measured },
  prepare,
});

/** What these options make, of so many tokens. */
function architectureOf(
  { style, layers, heads, features }: OptionsOf<typeof options>,
  { vocabulary, context }: { readonly vocabulary: number; readonly context: number },
): Architecture {
  if (style === "lstm" || style === "gru") return { recurrent: { vocabulary, cell: style, layers, features } };
  const sizes = { vocabulary, context, layers, heads, features, bias: false };
  if (style === "gpt1") return { gpt: { ...sizes, normPlace: "post" } };
  if (style === "gpt2") return { gpt: sizes };
  return { gpt: { ...sizes, positions: "rotary", norm: "rms", feedForward: "swiglu" } };
}

function prepare(chosen: OptionsOf<typeof options>, { data, batchSize, steps, key }: PrepareContext): Trainable {
  const { x, counts } = data.train.fields;
  const { tokenizer, language, end, template } = data;
  if (x?.dtype !== "i32" || tokenizer === undefined) {
    throw new GenError("data", "gpt: expected text, got other data", { fix: "--data ./notes, a folder of .txt files" });
  }
  if (chosen.lora !== undefined && language === undefined) {
    throw new GenError("option", "gpt: expected --lora only beside --from, a model that was trained, got it without", {
      fix: "--from runs/notes, or leave out --lora",
    });
  }
  const length = x.shape[0]! - 1;
  const architecture =
    language?.architecture ?? architectureOf(chosen, { vocabulary: tokenizer.size, context: length });
  const plain = languageOf(architecture, chosen.dropout);
  if (length > plain.context) {
    throw new GenError(
      "option",
      `gpt: expected a context of at most ${plain.context}, as the model has, got ${length}`,
      {
        fix: `--context ${plain.context}`,
      },
    );
  }
  const adapted = chosen.lora === undefined ? undefined : adaptedText(plain, { rank: chosen.lora });
  const model = adapted ?? plain;
  const learningRate = warmUp(cosine(chosen.learningRate, { steps, end: chosen.learningRate / 10 }), {
    steps: Math.min(100, steps),
  });
  const own = { learningRate, beta2: 0.99 };
  const notes: LanguageNotes = {
    architecture,
    ...(chosen.lora === undefined ? {} : { lora: chosen.lora }),
    ...(end === undefined ? {} : { end }),
    ...(template === undefined ? {} : { template }),
  };
  const fields = (n: number) => textFields({ n, length, counts: counts !== undefined });
  return {
    model,
    step: trainStep({
      model,
      ...(adapted === undefined ? {} : { learn: adapted.adapters }),
      batch: fields(batchSize),
      loss: (batch, scope) => textLoss(model, batch as unknown as TextBatch, scope),
      optimizer: chain(
        clipByGlobalNorm(1),
        groups([
          { match: (_, { rank }) => rank > 1, optimizer: adam({ ...own, weightDecay: 0.1 }) },
          { match: () => true, optimizer: adam(own) },
        ]),
      ),
    }),
    batches: batches(data.train, { size: batchSize, key }),
    ...(language === undefined ? {} : { start: (live: Live) => language.load(live) }),
    loss: { label: "−log p of a token", unit: "nats" },
    validation: perToken(model, fields(16)),
    metrics: {
      nats: { label: "−log p of a token", unit: "nats", better: "lower" },
      bits: { label: "−log p of a token", unit: "bits", better: "lower" },
      ...(counts === undefined ? byPlace(length) : {}),
    },
    heldOut: (split): Dataset => data[split],
    evaluate: (live, request) => scored(model, live, { tokenizer, ...request }),
    pictures: {},
    ...(plain instanceof Gpt
      ? {
          layouts: {
            transformers: async (live: Live) =>
              decoderOf(plain, (await adapted?.merged(live)) ?? live, {
                tokenizer,
                ...(end === undefined ? {} : { end }),
              }),
          },
        }
      : {}),
    files: textFiles(model, { start: startOf(tokenizer), tokens: "tokens of tokenizer.json" }),
    texts: { "tokenizer.json": jsonOf(tokenizer.toJson()), [LANGUAGE_FILE]: jsonOf(notes) },
  };
}

/** The folder that transformers.js loads. */
function decoderOf(
  model: Gpt,
  trained: TrainedModel,
  how: Pick<HuggingFaceOptions, "tokenizer" | "end">,
): Promise<ReadonlyMap<string, Uint8Array>> {
  return huggingFaceFiles(model, trained, {
    ...how,
    checkers: [{ provider: "cpu", open: (bytes) => openSession(bytes, { file: "model.onnx" }) }],
  });
}

const jsonOf = (value: object): string => `${JSON.stringify(value, null, 1)}\n`;

/** Quarters of a row, or fewer where it is short. */
function placesOf(length: number): readonly (readonly [from: number, to: number])[] {
  const parts = Math.min(4, length);
  return Array.from({ length: parts }, (_, i) => [
    Math.floor((i * length) / parts),
    Math.floor(((i + 1) * length) / parts),
  ]);
}

function byPlace(length: number): Record<string, Quantity> {
  const chart = "−log p by how many tokens came before";
  return Object.fromEntries(
    placesOf(length).map(([from, to], i) => [
      `place${i + 1}`,
      { label: `−log p of tokens ${from + 1} to ${to}`, unit: "nats", better: "lower", chart },
    ]),
  );
}

/** The mean of −log p over the tokens of each row that count, and over parts of it. */
function perToken(model: LanguageModel & Model, fields: ReturnType<typeof textFields>): Program {
  return inference(model, fields, (batch: Readonly<Record<string, Tensor>>, scope) => {
    const { nats: each, counts } = rowNats(model, batch as unknown as TextBatch, scope); // [n, T]
    const nats = counts === undefined ? each.mean(1) : each.sum(1).div(counts.sum(1).maximum(1)); // [n]
    const parts = counts === undefined ? placesOf(each.shape[1]!) : [];
    const places = parts.map(([from, to], i) => [`place${i + 1}`, each.slice(1, from, to).mean(1)] as const);
    return { nats, bits: nats.mul(1 / Math.LN2), ...Object.fromEntries(places) };
  });
}

/** What rows are worth as a text: over all their tokens, and their bytes. */
async function scored(
  model: LanguageModel & Model,
  live: Live,
  { rows, tokenizer, signal }: EvaluationRequest & { readonly tokenizer: Tokenizer },
): Promise<Record<string, number>> {
  const { x, counts } = await rows.rows(Array.from({ length: rows.length }, (_, i) => i));
  const width = x!.shape[1]!;
  let bytes = 0;
  (x!.data as Int32Array).forEach((token, i) => {
    if (i % width > 0 && Number(counts?.data[i] ?? 1) > 0) bytes += tokenizer.bytesOf(token).length;
  });
  const { perplexity, bitsPerByte } = await scoreText(model, rows, { ...live, signal, bytes });
  return { perplexity, bitsPerByte: bitsPerByte! };
}

/** What new texts begin with: a line break, if there is such a token. */
function startOf(tokenizer: Tokenizer): number {
  const isBreak = (token: number): boolean => tokenizer.decode([token]) === "\n";
  const found = Array.from({ length: tokenizer.size }, (_, token) => token).find(isBreak);
  return found ?? 0;
}
