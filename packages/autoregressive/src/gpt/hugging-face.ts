/**
 * @file A GPT as a folder in the layout of Hugging Face's decoders, which transformers.js and others load: the cache of keys
 * and values goes in and comes out, of any length.
 */
import {
  inference,
  ndarray,
  zeros,
  type BatchField,
  type Checker,
  type ExportFile,
  type NdArray,
  type Sizes,
  type Tensor,
  type TrainedModel,
} from "@gen/core";
import { exportFiles } from "@gen/core/onnx";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { architectureOf } from "./architecture.js";
import type { Gpt } from "./gpt.js";

export interface HuggingFaceOptions {
  readonly tokenizer: Tokenizer;
  /** The special token that ends texts. @default none */
  readonly end?: string;
  /** Runs the file beside the trainer: as `exportFolder` of `@gen/core/node` does. @default it is not compared */
  readonly checkers?: readonly Checker[];
}

/**
 * The files of the folder by their paths: `onnx/model.onnx`, `config.json`, `generation_config.json`, `tokenizer.json`,
 * `tokenizer_config.json`. The network takes `input_ids`, `attention_mask`, `position_ids` (i64) and
 * `past_key_values.i.key` and `.value` [batch, heads, past, width], and gives `logits` and `present.i.key` and `.value`.
 *
 * @throws GenError `numeric` if the file differs from the trainer, `option` for an end that is no special token and for a GPT
 *   that none of Hugging Face's architectures describes: that of GPT-1, whose norms stand after the parts
 */
export async function huggingFaceFiles(
  gpt: Gpt,
  trained: TrainedModel,
  { tokenizer, end, checkers = [] }: HuggingFaceOptions,
): Promise<Map<string, Uint8Array>> {
  const architecture = architectureOf(gpt);
  const written = await exportFiles(
    { family: "autoregressive", name: "model", files: { model: decoderFile(gpt) } },
    trained,
    checkers,
  );
  const token = end === undefined ? null : tokenizer.specials.numberOf(end);
  const first = tokenizer.around.before[0] ?? token;
  const ends = { bos_token_id: first, eos_token_id: token };
  const names = { bos_token: first, eos_token: token };
  const json = (value: object): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
  return new Map([
    ["onnx/model.onnx", written.get("model.onnx")!],
    ["config.json", json({ ...architecture, ...ends, use_cache: true })],
    ["generation_config.json", json(ends)],
    ["tokenizer.json", json(tokenizer.toJson())],
    [
      "tokenizer_config.json",
      json({
        tokenizer_class: "PreTrainedTokenizerFast",
        clean_up_tokenization_spaces: false,
        model_max_length: gpt.context,
        ...Object.fromEntries(
          Object.entries(names).flatMap(([name, at]) => (at === null ? [] : [[name, tokenizer.specials.textOf(at)]])),
        ),
      }),
    ],
  ]);
}

/** One step of a decoder, or a whole prompt: tokens after a past of any length. */
export function decoderFile(gpt: Gpt): ExportFile {
  const { heads, features, keyHeads = heads, headFeatures = features / heads } = gpt.options;
  const pasts = gpt.blocks.flatMap((_, i) => [`${i}.key`, `${i}.value`]);
  const pastShape = (n: number, past: number): number[] => [n, keyHeads, past, headFeatures];
  return {
    purpose: "tokens and the keys and values of those before them → logits, and keys and values with theirs",
    trace: (sizes) => {
      const { batch, sequence, past } = sizes as { batch: number; sequence: number; past: number };
      const whole = (...shape: number[]): BatchField => ({ shape, dtype: "i64" });
      const fields: Record<string, BatchField> = {
        input_ids: whole(batch, sequence),
        attention_mask: whole(batch, past + sequence),
        position_ids: whole(batch, sequence),
        ...Object.fromEntries(pasts.map((name) => [`past_key_values.${name}`, pastShape(batch, past)])),
      };
      return inference(gpt, fields, (feeds: Readonly<Record<string, Tensor>>) => {
        const mask = feeds["attention_mask"]!.cast("i32");
        // The place of each key among those that there are; −1 for a blank.
        const keyPositions = mask.greater(0).where(mask.cumSum(1).sub(1), -1);
        const { logits, memory } = gpt.append(
          feeds["input_ids"]!.cast("i32"),
          pasts.map((name) => feeds[`past_key_values.${name}`]!),
          { positions: feeds["position_ids"]!.cast("i32"), keyPositions },
        );
        return { logits, ...Object.fromEntries(pasts.map((name, i) => [`present.${name}`, memory[i]!])) };
      });
    },
    symbols: {
      batch: { from: "dim", input: "input_ids", axis: 0 },
      sequence: { from: "dim", input: "input_ids", axis: 1 },
      past: { from: "dim", input: "past_key_values.0.key", axis: 2 },
    },
    describe: {
      input_ids: `tokens, from 0 to ${gpt.vocabulary - 1}`,
      attention_mask: "1 for a token that there is, 0 for a blank before a text; of the past and of these",
      position_ids: "where each token stands in its text, from 0",
      logits: "unnormalised log p of every token after each",
      ...Object.fromEntries(
        pasts.flatMap((name) => [
          [`past_key_values.${name}`, "of the tokens before"],
          [`present.${name}`, "with those of these tokens"],
        ]),
      ),
    },
    example: (sizes) =>
      exampleOf(
        gpt,
        sizes,
        Object.fromEntries(pasts.map((name) => [name, pastShape(sizes["batch"]!, sizes["past"]!)])),
      ),
  };
}

function exampleOf(
  { vocabulary }: Gpt,
  sizes: Sizes,
  pasts: Readonly<Record<string, readonly number[]>>,
): Record<string, NdArray> {
  const { batch, sequence, past } = sizes as { batch: number; sequence: number; past: number };
  const i64 = (shape: readonly number[], at: (i: number) => number): NdArray =>
    ndarray(
      BigInt64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => BigInt(at(i))),
      shape,
      "i64",
    );
  return {
    input_ids: i64([batch, sequence], (i) => (7 * i + 3) % vocabulary),
    attention_mask: i64([batch, past + sequence], () => 1),
    position_ids: i64([batch, sequence], (i) => past + (i % sequence)),
    ...Object.fromEntries(
      Object.entries(pasts).map(([name, shape], k) => {
        const array = zeros(shape);
        (array.data as Float32Array).forEach((_, i, data) => (data[i] = Math.sin(i + k)));
        return [`past_key_values.${name}`, array];
      }),
    ),
  };
}
