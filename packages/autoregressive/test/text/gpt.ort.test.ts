import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arrays, batches, fit, inference, key, ndarray, trainStep, type Runtime, type Store } from "@gen/core";
import { exportFolder, node } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CharacterTokenizer,
  complete,
  llama,
  scoreText,
  stream,
  textFields,
  textFiles,
  textLoss,
  type GenerateOptions,
  type Gpt,
  type TextScore,
} from "../../src/index.js";

const TEXT = "the cat sat on the mat. the dog sat on the log. ".repeat(8);
const tokenizer = CharacterTokenizer.of(TEXT);
const context = 32;

const rows = (() => {
  const tokens = tokenizer.encode(TEXT);
  const starts = Array.from({ length: tokens.length - context - 1 }, (_, i) => i);
  const all = starts.flatMap((start) => tokens.slice(start, start + context + 1));
  return arrays({ x: ndarray(all, [starts.length, context + 1], "i32") });
})();

let runtime: Runtime;
let folder: string;
let store: Store;
let before: TextScore;
let last = 0;
const gpt: Gpt = llama({ vocabulary: tokenizer.size, context, layers: 2, heads: 2, features: 32 });
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "text-"));
  store = await runtime.init(gpt, { key: key(0) });
  before = await scoreText(gpt, rows, { runtime, store });
  const step = trainStep({
    model: gpt,
    batch: textFields({ n: 16, length: context }),
    loss: ({ x }, scope) => textLoss(gpt, { x }, scope),
    optimizer: adam({ learningRate: 1e-2 }),
  });
  const data = batches(rows, { size: 16, key: key(1) });
  for await (const { loss } of fit(step, { runtime, store, data, steps: 150, key: key(2) })) last = loss;
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

describe("a GPT of characters", () => {
  it("learns a text by heart, and writes it", async () => {
    const after = await scoreText(gpt, rows, { runtime, store, bytes: rows.length * context });
    expect(before.nats).toBeCloseTo(Math.log(tokenizer.size), 0);
    expect(last).toBeLessThan(0.3);
    expect(after.nats).toBeLessThan(0.3);
    expect(after.bitsPerByte).toBeCloseTo(after.bitsPerToken, 9);
    const [text] = await complete(
      { model: gpt, runtime, store },
      { prompt: "the cat ", tokenizer, greedy: true, maxTokens: 16 },
    );
    expect(text!.text).toBe("sat on the mat. ");
  });

  const draw = async (options: Partial<GenerateOptions>) =>
    complete(
      { model: gpt, runtime, store },
      { prompt: ["the c", "dog sat on the l"], tokenizer, maxTokens: 14, key: key(5), ...options },
    );

  it.each<[string, Partial<GenerateOptions>]>([
    ["as it is", {}],
    ["cooler, of the likeliest", { temperature: 0.7, topK: 5, topP: 0.9 }],
    ["hot, but not too unlikely", { temperature: 3, minP: 0.05 }],
    ["typical", { temperature: 2, typicalP: 0.8 }],
    ["penalised", { temperature: 2, repetitionPenalty: 1.3, presencePenalty: 0.2, frequencyPenalty: 0.4 }],
    ["through a context that slides", { maxTokens: 50, overflow: "slide", temperature: 1.5 }],
  ])("writes the same in a loop inside a graph as by the host: %s", async (_, options) => {
    const [loop, host] = [await draw({ mode: "loop", chunk: 5, ...options }), await draw({ mode: "host", ...options })];
    expect(loop.map(({ text }) => text)).toEqual(host.map(({ text }) => text));
    loop.forEach(({ logProbs }, r) => logProbs.forEach((v, t) => expect(v).toBeCloseTo(host[r]!.logProbs[t]!, 3)));
    expect(loop[0]!.tokens).toHaveLength(options.maxTokens ?? 14);
  });

  it("writes each of many texts as it would alone", async () => {
    const alone = await complete(
      { model: gpt, runtime, store },
      { prompt: "the c", tokenizer, maxTokens: 14, greedy: true },
    );
    const many = await draw({ greedy: true });
    expect(many[0]!.text).toBe(alone[0]!.text);
  });

  it("stops at a text, at a token, at a signal; and tells pieces as they come", async () => {
    const stopped = await draw({ greedy: true, stop: ["n the"], maxTokens: 14 });
    expect(stopped[0]).toMatchObject({ text: "at sat o", finish: "stop" });
    const [dot] = tokenizer.encode(".");
    const ended = await draw({ greedy: true, endTokens: [dot!], maxTokens: 16 });
    expect(ended[1]).toMatchObject({ text: "og", finish: "end" });
    const pieces: string[] = [];
    const abort = new AbortController();
    const reading = (async () => {
      for await (const { text, row } of stream(
        { model: gpt, runtime, store },
        { prompt: ["the c", "the d"], tokenizer, maxTokens: 20, greedy: true, chunk: 4, signal: abort.signal },
      )) {
        pieces.push(`${row}${text}`);
        if (pieces.length === 8) abort.abort();
      }
    })();
    await expect(reading).rejects.toThrow();
    expect(pieces).toEqual(["0a", "1o", "0t", "1g", "0 ", "1 ", "0s", "1s"]);
    expect(store.names().filter((name) => name.startsWith("memory"))).toEqual([]);
  });

  it("agrees with itself without a cache, to 1e-4, over its context", async () => {
    const model = { model: gpt, runtime, store };
    const [text] = await complete(model, { prompt: [[0]], maxTokens: context - 1, alternatives: tokenizer.size });
    const program = inference(gpt, { x: { shape: [1, context], dtype: "i32" } }, ({ x }, scope) => ({
      l: gpt.logits(x, scope),
    }));
    const tokens = [0, ...text!.tokens];
    const { l } = await runtime.run(program, { store, feeds: { x: ndarray(tokens, [1, context], "i32") } });
    const v = tokenizer.size;
    for (let t = 0; t < context - 1; t++) {
      const row = [...(l!.data as Float32Array).slice(t * v, (t + 1) * v)];
      const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
      for (const { token, logProb } of text!.alternatives![t]!) {
        expect(Math.abs(row[token]! - total - logProb)).toBeLessThan(1e-4 * (1 + Math.abs(row[token]!)));
      }
    }
  });

  it("is exported, and runs on ONNX Runtime alone", async () => {
    const files = textFiles(gpt, { start: 0 });
    await exportFolder(join(folder, "model"), { family: "autoregressive", name: "cats", files }, { runtime, store });
    const tokens = tokenizer.encode("the dog sat on the ");
    const request = { tokens, steps: 9, seed: 3, n: 2 };
    const script = new URL("./alone.mjs", import.meta.url).pathname;
    const output = execFileSync(process.execPath, [script, join(folder, "model"), JSON.stringify(request)], {
      encoding: "utf8",
    });
    const got = JSON.parse(output) as {
      logits: number[];
      logprob: number;
      samples: number[];
      shape: number[];
      after: number[];
    };
    expect(got.logits).toHaveLength(tokens.length * tokenizer.size);
    expect(got.logprob).toBeGreaterThan(-10);
    expect(got.shape).toEqual([2, 9]);
    const [written] = await complete({ model: gpt, runtime, store }, { prompt: tokens, maxTokens: 9, key: key(3) });
    expect(got.after).toEqual(written!.tokens);
    const { samples } = await runtime.run(files["sampler"]!.trace({ n: 2, steps: 9 }), {
      store,
      feeds: files["sampler"]!.example({ n: 2, steps: 9 }),
    });
    expect(samples!.shape).toEqual([2, 9]);
  });
});
