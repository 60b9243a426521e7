/**
 * @file GPTs of characters: pre-norm, learned positions, GELU, tied embeddings, no biases. Training: cross-entropy of each next
 * token. Decoding: one text, the likeliest token each time, keys and values kept; a step is a token; ours is `complete`.
 */
import { Gpt } from "@gen/autoregressive";
import { startsOf } from "../params.js";
import type { Random } from "../random.js";
import type { DuelWork, Rows } from "../work.js";

export interface GptSizes {
  readonly vocabulary: number;
  readonly context: number;
  readonly layers: number;
  readonly heads: number;
  readonly features: number;
  readonly batch: number;
  readonly rows: number;
}

export const gptSmall: GptSizes = {
  vocabulary: 65,
  context: 64,
  layers: 4,
  heads: 4,
  features: 128,
  batch: 12,
  rows: 768,
};
export const gptLarge: GptSizes = { ...gptSmall, context: 256, layers: 6, heads: 6, features: 384, batch: 4, rows: 64 };

export const PROMPT = 16;

export function gpt({ vocabulary, context, layers, heads, features }: GptSizes): Gpt {
  return new Gpt({ vocabulary, context, layers, heads, features, bias: false });
}

export const texts: readonly DuelWork[] = [
  {
    kind: "duel",
    id: "gpt-4x128",
    title: "GPT 4×128, batch 12 × 64, Adam",
    sizes: gptSmall,
    params: () => startsOf(gpt(gptSmall)),
    rows: (random) => tokens(gptSmall, random),
    steps: 24,
    opponents: [{ peer: "torch", target: 1.2, steps: 24 }],
  },
  {
    kind: "duel",
    id: "gpt-6x384",
    title: "GPT 6×384, batch 4 × 256, Adam",
    sizes: gptLarge,
    params: () => startsOf(gpt(gptLarge)),
    rows: (random) => tokens(gptLarge, random),
    steps: 4,
    opponents: [{ peer: "torch", target: 1, steps: 4 }],
  },
  {
    kind: "duel",
    id: "gpt-decode",
    title: "decoding by a GPT 6×384 with a cache, one text, greedy",
    unit: "tokens",
    sizes: gptLarge,
    params: () => startsOf(gpt(gptLarge)),
    rows: (random) => tokens({ ...gptLarge, rows: 1 }, random),
    steps: 200,
    opponents: [
      { peer: "torch", target: 2, steps: 200 },
      { peer: "transformers-js", target: 1.2, steps: 200 },
    ],
    compared: { first: 16, within: 0.001 }, // the tokens themselves
  },
];

/** Walks in which a few tokens are likely to follow each. */
function tokens({ vocabulary, context, rows }: GptSizes, random: Random): Rows {
  const data = new Int32Array(rows * (context + 1));
  for (let i = 0, at = 0; i < data.length; i++) {
    data[i] = at;
    at = (at * 7 + 3 + Math.floor(4 * random())) % vocabulary;
  }
  return { shape: [rows, context + 1], data };
}
