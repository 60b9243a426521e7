/** @file A recurrent language model, the whole way: learned, written with, its memory used again, exported, run alone. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batches, fit, key, ndarray, trainStep, type Runtime } from "@gen/core";
import { exportFolder, node } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  beamSearch,
  CharacterTokenizer,
  complete,
  packed,
  RecurrentText,
  scoreText,
  textFields,
  textFiles,
  textLoss,
} from "../../src/index.js";
import { alone } from "../alone.js";

const TEXT = "the cat sat on the mat. the dog sat on the log. ".repeat(12);
const tokenizer = CharacterTokenizer.of(TEXT);
const rows = packed([tokenizer.encode(TEXT)], { length: 24, stride: 1 });

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "recurrent-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

it("an LSTM learns, writes, and runs on ONNX Runtime alone", async () => {
  const model = new RecurrentText({ vocabulary: tokenizer.size, features: 40, layers: 2 });
  const store = await runtime.init(model, { key: key(0) });
  const step = trainStep({
    model,
    batch: textFields({ n: 16, length: 24 }),
    loss: ({ x }, scope) => textLoss(model, { x }, scope),
    optimizer: adam({ learningRate: 2e-2 }),
  });
  const data = batches(rows, { size: 16, key: key(1) });
  let last = Infinity;
  for await (const { loss } of fit(step, { runtime, store, data, steps: 70 })) last = loss;
  expect(last).toBeLessThan(0.7);
  const { nats } = await scoreText(model, rows, { runtime, store });
  expect(nats).toBeLessThan(0.7);

  const of = { model, runtime, store };
  const prompt = ["the cat ", "sat on the mat. the dog "];
  const options = { prompt, tokenizer, maxTokens: 40, temperature: 1.4, key: key(5) };
  const loop = await complete(of, { ...options, mode: "loop", chunk: 7 });
  const again = await complete(of, { ...options, mode: "host" });
  expect(again.map(({ text }) => text)).toEqual(loop.map(({ text }) => text));
  const [greedy] = await complete(of, { prompt: prompt[0]!, tokenizer, maxTokens: 10, greedy: true });
  expect(greedy!.text).toBe("sat on the");
  const [best] = await beamSearch(of, { prompt: prompt[0]!, tokenizer, maxTokens: 10, beams: 3 });
  expect(best!.text).toBe("sat on the");
  await expect(complete(of, { prompt: "the", tokenizer, draft: of })).rejects.toThrow("models that can go back");

  const { complete: file } = textFiles(model, { start: 0 });
  await exportFolder(
    folder,
    { family: "autoregressive", name: "lstm", files: { complete: file! } },
    { runtime, store },
  );
  const tokens = ndarray(tokenizer.encode("the cat "), [1, 8], "i32");
  const whole = (v: number) => ndarray([BigInt(v)], [], "i64");
  const inputs = { seed: whole(3), tokens, steps: whole(10), temperature: ndarray([0.01], []) };
  const [written] = await alone(folder, [{ file: "complete.onnx", inputs }]);
  expect(tokenizer.decode(written!["samples"]!)).toBe("sat on the");
});
