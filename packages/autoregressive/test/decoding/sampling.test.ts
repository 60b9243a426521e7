import { key } from "@gen/core";
import { describe, expect, it } from "vitest";
import { complete, type GenerateOptions, type SamplingOptions } from "../../src/index.js";
import { Bigram, expectCounts, softmax, someLogits, written } from "./bigram.js";

const V = 6;
const logits = someLogits(V);
const model = await written(new Bigram(logits));

/** The prompt: token 2 comes last; 4 came twice, 5 and 2 once. The logit of 5 is negative. */
const PROMPT = [4, 4, 5, 2];
const l = logits[2]!;
const p = softmax(l);
const over = (q: readonly number[]): number[] => q.map((v) => v / q.reduce((a, b) => a + b, 0));
const order = (q: readonly number[]): number[] => q.map((_, v) => v).sort((a, b) => q[b]! - q[a]!);

/** The fewest, in an order, whose probabilities reach a share. */
function nucleus(q: readonly number[], ranked: readonly number[], share: number): number[] {
  const kept = new Set<number>();
  let sum = 0;
  for (const v of ranked) {
    if (sum >= share) break;
    kept.add(v);
    sum += q[v]!;
  }
  return over(q.map((x, v) => (kept.has(v) ? x : 0)));
}

/** Those at least so likely, by the likeliest. */
const atLeast = (q: readonly number[], share: number): number[] =>
  over(q.map((v) => (v >= share * Math.max(...q) ? v : 0)));

const entropy = (q: readonly number[]): number => -q.reduce((s, v) => s + (v > 0 ? v * Math.log(v) : 0), 0);
const byTypicality = (q: readonly number[]): number[] =>
  q.map((_, v) => v).sort((a, b) => Math.abs(-Math.log(q[a]!) - entropy(q)) - Math.abs(-Math.log(q[b]!) - entropy(q)));
const top3 = order(p).slice(0, 3);

const cases: readonly (readonly [string, SamplingOptions, readonly number[], ("loop" | "host")[]])[] = [
  ["nothing", {}, p, ["loop", "host"]],
  ["greedy", { greedy: true }, p.map((_, v) => Number(v === order(p)[0])), ["loop", "host"]],
  ["temperature", { temperature: 2.5 }, softmax(l, 2.5), ["loop", "host"]],
  ["topK", { topK: 3 }, over(p.map((v, i) => (top3.includes(i) ? v : 0))), ["loop", "host"]],
  ["topP", { topP: 0.7 }, nucleus(p, order(p), 0.7), ["loop", "host"]],
  ["minP", { minP: 0.5 }, atLeast(p, 0.5), ["loop", "host"]],
  ["typicalP", { typicalP: 0.6 }, nucleus(p, byTypicality(p), 0.6), ["loop", "host"]],
  [
    "repetitionPenalty",
    { repetitionPenalty: 1.8 },
    softmax(l.map((v, i) => (PROMPT.includes(i) ? (v > 0 ? v / 1.8 : v * 1.8) : v))),
    ["loop", "host"],
  ],
  ["noRepeat", { noRepeat: 1 }, over(p.map((v, i) => (PROMPT.includes(i) ? 0 : v))), ["host"]],
  [
    "all of them",
    { temperature: 2, topK: 5, topP: 0.9, minP: 0.6 },
    atLeast(nucleus(over(softmax(l, 2).map((v, i) => (order(p).slice(0, 5).includes(i) ? v : 0))), order(p), 0.9), 0.6),
    ["loop", "host"],
  ],
];

/** Tokens of many texts, all after the prompt. */
async function draws(options: Partial<GenerateOptions>, n: number, tokens = 1): Promise<number[][]> {
  const prompt = Array.from({ length: n }, () => PROMPT);
  return (await complete(model, { prompt, maxTokens: tokens, key: key(17), ...options })).map((c) => [...c.tokens]);
}

describe.each(["loop", "host"] as const)("draws of the %s are distributed as said, with", (mode) => {
  it.each(cases.filter(([, , , modes]) => modes.includes(mode)))("%s", async (_, options, wanted) => {
    const counts = new Array<number>(V).fill(0);
    for (const [token] of await draws({ ...options, mode }, 2000)) counts[token!]!++;
    expectCounts(counts, wanted);
  });

  it("penalties for what was written", async () => {
    // Of two tokens: the first is plain, the second is penalised for the first alone, not for the prompt.
    const options = { presencePenalty: 0.7, frequencyPenalty: 0.5, mode };
    const counts = new Array<number>(V * V).fill(0);
    for (const [a, b] of await draws(options, 6000, 2)) counts[a! * V + b!]!++;
    const pairs = p.flatMap((pa, a) => softmax(logits[a]!.map((v, i) => (i === a ? v - 1.2 : v))).map((v) => pa * v));
    expectCounts(counts, pairs);
  });
});

describe("sampling", () => {
  it("never repeats so many tokens in a row", async () => {
    const texts = await draws({ noRepeat: 2, temperature: 0.2 }, 30, 20);
    for (const text of texts) {
      const pairs = [...PROMPT, ...text].map((v, i, all) => `${all[i - 1]} ${v}`).slice(1);
      expect(new Set(pairs).size).toBe(pairs.length);
    }
  });

  it.each<[string, Partial<GenerateOptions>, string]>([
    ["a temperature of 0", { temperature: 0 }, "temperature to be a number > 0, got 0"],
    ["a share above 1", { topP: 1.5 }, "topP to be a share in (0, 1], got 1.5"],
    ["greedy beside a temperature", { greedy: true, temperature: 2 }, "no temperature beside greedy"],
    ["noRepeat in a loop", { noRepeat: 3, mode: "loop" }, "no noRepeat in a loop inside a graph"],
    ["a chunk for the host", { chunk: 4, mode: "host" }, "a chunk only for loops"],
    ["stop without a tokenizer", { stop: ["."] }, "a tokenizer beside stop texts"],
    ["no prompt", { prompt: [] }, "a prompt of at least one token, got none"],
    ["an empty prompt", { prompt: [[1], []] }, "at least one token in prompt 1, got none"],
    ["a token that is none", { prompt: [7] }, "prompt 0: a token from 0 to 5, got 7"],
    [
      "a prompt longer than the context",
      { prompt: new Array<number>(65).fill(1) },
      "at most 64 tokens in prompt 0, the model's context, got 65",
    ],
    [
      "more than the context",
      { prompt: [1, 2], maxTokens: 63 },
      "at most 62 tokens after 2 in a context of 64, got maxTokens 63",
    ],
    ["a draft for many", { draft: model, prompt: [[1], [2]] }, "one prompt, got 2"],
    ["ahead without a draft", { ahead: 4 }, "ahead only beside a draft model"],
  ])("says what is wrong: %s", async (_, options, message) => {
    await expect(complete(model, { prompt: [1], maxTokens: 1, ...options })).rejects.toThrow(message);
  });
});
