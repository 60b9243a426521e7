/** @file Over 512 tokens, a memory changes no logit by more than 1e-4, and a draw only where it lies on the edge. */
import { inference, key, ndarray, split, uniformDraws, type Model, type NdArray, type Runtime } from "@gen/core";
import { node } from "@gen/core/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  adaptedText,
  complete,
  Gpt,
  llama,
  RecurrentText,
  type GptOptions,
  type LanguageModel,
} from "../../src/index.js";
import { movedStore } from "../statistics.js";

const [vocabulary, steps, first] = [20, 512, 3];
const sizes = { vocabulary, context: steps + 1, layers: 2, heads: 4, features: 16 };

/** Any two choices of two options stand together in one of these. */
const BLOCKS: readonly Partial<GptOptions>[] = [
  { normPlace: "post", feedForward: "geluTanh", tied: false },
  { keyHeads: 2, feedForward: "relu", window: 48, bias: false },
  { norm: "rms", keyHeads: 1, queryKeyNorm: true, headFeatures: 6, feedForward: "swiglu" },
  { positions: "rotary", norm: "rms", keyHeads: 2, feedForward: "swiglu", bias: false, tied: false },
  {
    positions: "rotary",
    normPlace: "post",
    norm: "rms",
    keyHeads: 1,
    window: 48,
    feedForward: "gelu",
    headFeatures: 6,
  },
  {
    positions: "rotary",
    queryKeyNorm: true,
    window: 100,
    feedForward: "geluTanh",
    bias: false,
    tied: false,
    rotaryBase: 500,
  },
  {
    positions: "none",
    normPlace: "post",
    keyHeads: 1,
    queryKeyNorm: true,
    window: 48,
    feedForward: "swiglu",
    tied: false,
    bias: false,
  },
  { positions: "none", norm: "rms", keyHeads: 2, feedForward: "relu", headFeatures: 6, queryKeyNorm: true },
];

let runtime: Runtime;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
});
afterAll(() => runtime.close());

it.each<[string, () => LanguageModel & Model]>([
  ...BLOCKS.map((own): [string, () => Gpt] => [JSON.stringify(own), () => new Gpt({ ...sizes, ...own })]),
  ["adapters", () => adaptedText(llama(sizes), { rank: 2 })],
  ["an LSTM", () => new RecurrentText({ vocabulary, features: 16, layers: 2 })],
  ["a GRU", () => new RecurrentText({ vocabulary, features: 16, cell: "gru" })],
])("%s", async (_, make) => {
  const model = make();
  const store = await movedStore(runtime, model, 0.3);
  const of = { model, runtime, store };
  const program = inference(model, { x: { shape: [1, steps + 1], dtype: "i32" } }, ({ x }, scope) => ({
    l: model.logits(x, scope),
  }));
  for (const mode of ["host", "loop"] as const) {
    const all = mode === "host" ? { alternatives: vocabulary } : {};
    const [text] = await complete(of, { prompt: [first], maxTokens: steps, mode, key: key(7), ...all });
    const tokens = [first, ...text!.tokens];
    const { l } = await runtime.run(program, { store, feeds: { x: ndarray(tokens, [1, steps + 1], "i32") } });
    for (let t = 0; t < steps; t++) {
      const { logits, logP } = rowOf(l!, t);
      const within = (v: number): number => 1e-4 * (1 + Math.abs(logits[v]!));
      for (const { token, logProb } of text!.alternatives?.[t] ?? []) {
        expect(Math.abs(logP[token]! - logProb)).toBeLessThan(within(token));
      }
      const token = tokens[t + 1]!;
      const [u] = uniformDraws(split(key(7), t), 1);
      const below = logP.slice(0, token).reduce((sum, v) => sum + Math.exp(v), 0);
      expect(u!).toBeGreaterThan(below - 1e-4);
      expect(u!).toBeLessThan(below + Math.exp(logP[token]!) + 1e-4);
    }
    expect(new Set(tokens).size).toBeGreaterThan(5);
  }
});

/** Logits after token t, and log p. */
function rowOf({ data }: NdArray, t: number): { logits: number[]; logP: number[] } {
  const logits = Array.from((data as Float32Array).subarray(t * vocabulary, (t + 1) * vocabulary));
  const total = Math.log(logits.reduce((sum, v) => sum + Math.exp(v), 0));
  return { logits, logP: logits.map((v) => v - total) };
}
