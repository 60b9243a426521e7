/** @file Whole texts are drawn with the probabilities that their options give them, worked out one by one. */
import { key } from "@gen/core";
import { describe, expect, it, vi } from "vitest";
import { CharacterTokenizer, complete, matching, type GenerateOptions, type SamplingOptions } from "../../src/index.js";
import { Bigram, expectCounts, softmax, someLogits, written } from "./bigram.js";

const tokenizer = CharacterTokenizer.of("abcd");
const V = tokenizer.size;
const PROMPT = [3, 0, 0, 2];
const LENGTH = 3;
const logits = someLogits(V);
const model = await written(new Bigram(logits));
const draft = await written(new Bigram(someLogits(V, -1)));

const sum = (q: readonly number[]): number => q.reduce((a, b) => a + b, 0);
const among = (q: readonly number[], keep: (v: number) => boolean): number[] => {
  const rest = q.map((p, v) => (keep(v) ? p : 0));
  return rest.map((p) => p / sum(rest));
};
/** The first of an order that have a share together. */
const upTo = (q: readonly number[], order: readonly number[], share: number): number[] =>
  among(q, (v) => sum(order.slice(0, order.indexOf(v)).map((w) => q[w]!)) < share);

/** p of each token after a text, as each option's paper has it; `may` says which tokens a constraint lets come. */
function next(text: readonly number[], o: SamplingOptions, may: (v: number) => boolean): number[] {
  const all = [...PROMPT, ...text];
  let l = logits[all.at(-1)!]!;
  const r = o.repetitionPenalty ?? 1;
  l = l.map((x, v) => (all.includes(v) ? (x > 0 ? x / r : x * r) : x));
  const count = (v: number): number => text.filter((w) => w === v).length;
  l = l.map((x, v) => x - (count(v) > 0 ? (o.presencePenalty ?? 0) : 0) - count(v) * (o.frequencyPenalty ?? 0));
  const size = o.noRepeat ?? 0;
  const runs = new Set(all.map((_, i) => all.slice(i, i + size).join()).slice(0, all.length - size + 1));
  const repeats = (v: number): boolean => size > 0 && runs.has([...all, v].slice(-size).join());
  l = l.map((x, v) => (may(v) && !repeats(v) ? x : -Infinity));
  let p = softmax(l, o.temperature);
  const ranked = (by: (v: number) => number): number[] => p.map((_, v) => v).sort((a, b) => by(a) - by(b));
  const largest = (): number[] => ranked((v) => -p[v]!);
  if (o.greedy === true) return p.map((_, v) => Number(v === largest()[0]));
  if (o.topK !== undefined) p = among(p, (v) => largest().slice(0, o.topK).includes(v));
  if (o.topP !== undefined) p = upTo(p, largest(), o.topP);
  if (o.minP !== undefined) p = among(p, (v) => p[v]! >= o.minP! * Math.max(...p));
  if (o.typicalP === undefined) return p;
  const entropy = -sum(p.filter((q) => q > 0).map((q) => q * Math.log(q)));
  return upTo(p, ranked((v) => Math.abs(-Math.log(p[v]!) - entropy)), o.typicalP); // prettier-ignore
}

/** p of every text of at most LENGTH tokens: shorter ones have nothing that may follow. */
function allTexts(o: SamplingOptions, expression?: RegExp): Map<string, number> {
  const found = new Map<string, number>();
  const canBecome = (text: string): boolean =>
    expression === undefined ||
    expression.test(text) ||
    (text.length < 2 * LENGTH && ["a", "b", "c", "d"].some((c) => canBecome(text + c)));
  const grow = (text: readonly number[], p: number): void => {
    const may = (v: number): boolean => canBecome(tokenizer.decode([...text, v]));
    if (text.length === LENGTH || ![0, 1, 2, 3].some(may)) {
      found.set(text.join(), p);
      return;
    }
    next(text, o, may).forEach((q, v) => (q > 0 ? grow([...text, v], p * q) : undefined));
  };
  grow([], 1);
  return found;
}

function expectDrawn(texts: readonly { readonly tokens: readonly number[] }[], wanted: Map<string, number>): void {
  const counts = new Map([...wanted.keys()].map((text) => [text, 0]));
  for (const { tokens } of texts) {
    const text = tokens.join();
    if (!counts.has(text)) expect.fail(`drew ${text}, which has no probability`);
    counts.set(text, counts.get(text)! + 1);
  }
  expect(sum([...wanted.values()])).toBeCloseTo(1, 9);
  // Rare texts together, so that each cell has some.
  const rare = [...wanted].filter(([, p]) => p * texts.length < 5).map(([text]) => text);
  const cells = [...wanted.keys()].filter((text) => !rare.includes(text));
  const both = (of: Map<string, number>): number[] => [
    ...cells.map((text) => of.get(text)!),
    ...(rare.length > 0 ? [sum(rare.map((text) => of.get(text)!))] : []),
  ];
  expectCounts(both(counts), both(wanted));
}

const draws = (options: Partial<GenerateOptions>, n: number) =>
  complete(model, { prompt: Array.from({ length: n }, () => PROMPT), maxTokens: LENGTH, key: key(23), ...options });

/** The same options for each way of drawing; a loop honours no noRepeat. */
const OPTIONS: readonly SamplingOptions[] = [
  {},
  { greedy: true },
  { greedy: true, repetitionPenalty: 3, frequencyPenalty: 1 },
  { temperature: 1.7 },
  { topK: 2 },
  { topP: 0.75 },
  { minP: 0.3 },
  { typicalP: 0.6 },
  { repetitionPenalty: 1.6 },
  { repetitionPenalty: 0.7 },
  { presencePenalty: 0.8 },
  { presencePenalty: -0.8 },
  { frequencyPenalty: 0.9 },
  { repetitionPenalty: 1.4, presencePenalty: 0.5, frequencyPenalty: 0.3, temperature: 0.8 },
  { frequencyPenalty: 0.6, topK: 3, topP: 0.9 },
  { repetitionPenalty: 2, minP: 0.2, typicalP: 0.9, temperature: 2 },
];
const HOST: readonly SamplingOptions[] = [
  { noRepeat: 3, repetitionPenalty: 1.5 },
  { noRepeat: 2 },
  { noRepeat: 2, frequencyPenalty: 0.5, topP: 0.9, temperature: 2 },
];
const named = (list: readonly SamplingOptions[]) => list.map((o) => [JSON.stringify(o), o] as const);

describe("texts have the probabilities that options give them", () => {
  it.each(named(OPTIONS))("in a loop inside a graph: %s", async (_, o) => {
    expectDrawn(await draws({ ...o, mode: "loop", chunk: LENGTH }, 3000), allTexts(o));
  });

  it.each(named([...OPTIONS, ...HOST]))("by the host: %s", async (_, o) => {
    expectDrawn(await draws({ ...o, mode: "host" }, 3000), allTexts(o));
  });

  it.each([
    ["a[ab]*c?|d{1,2}", {}],
    ["(?:ab|[bd]c?){1,3}", { repetitionPenalty: 1.5, temperature: 1.5 }],
    ["[a-d]d?[ab]", { noRepeat: 2, topP: 0.8, temperature: 2 }],
  ] as const)("constrained by an expression: %s %o", async (expression, o) => {
    const constraint = matching(expression, tokenizer);
    expectDrawn(await draws({ ...o, constraint, tokenizer }, 3000), allTexts(o, new RegExp(`^(?:${expression})$`)));
  });

  it.each([
    [1, { temperature: 1.3, topP: 0.95 }, ""],
    [3, { repetitionPenalty: 1.5, presencePenalty: 0.4, frequencyPenalty: 0.4 }, ""],
    [2, { noRepeat: 2, typicalP: 0.9, temperature: 1.5 }, ""],
    [2, { frequencyPenalty: 0.7, minP: 0.1 }, "(?:ab|[bd]c?){1,3}"],
  ] as const)("guessed %i ahead by another model: %o %s", async (ahead, o, expression) => {
    const constraint = expression === "" ? undefined : matching(expression, tokenizer);
    const texts = [];
    for (let seed = 0; seed < 1000; seed++) {
      const options = { ...o, draft, ahead, maxTokens: LENGTH, key: key(seed), tokenizer };
      const [text] = await complete(model, { prompt: PROMPT, ...options, ...(constraint && { constraint }) });
      texts.push(text!);
    }
    expectDrawn(texts, allTexts(o, expression === "" ? undefined : new RegExp(`^(?:${expression})$`)));
  });
});

it("keeps every guess of a draft that is the model itself, so that it is asked once for each few tokens", async () => {
  const [asked, twin] = [vi.spyOn(model.runtime, "run"), await written(new Bigram(logits))];
  const options = { repetitionPenalty: 1.5, frequencyPenalty: 0.6, temperature: 1.4, topP: 0.9, noRepeat: 5 };
  for (let seed = 0; seed < 5; seed++) {
    asked.mockClear();
    const [text] = await complete(model, {
      ...options,
      prompt: PROMPT,
      draft: twin,
      ahead: 3,
      maxTokens: 12,
      key: key(seed),
    });
    expect(text!.tokens).toHaveLength(12);
    expect(asked).toHaveBeenCalledTimes(1 + 12 / (1 + 3)); // the first reads the prompt
  }
  asked.mockRestore();
});
