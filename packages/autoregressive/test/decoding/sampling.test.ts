import { describe, expect, it } from "vitest";
import { complete, type GenerateOptions } from "../../src/index.js";
import { Bigram, someLogits, written } from "./bigram.js";

const model = await written(new Bigram(someLogits(6)));

describe("sampling", () => {
  it("never repeats so many tokens in a row", async () => {
    const prompt = [4, 4, 5, 2];
    const texts = await complete(model, {
      prompt: Array.from({ length: 30 }, () => prompt),
      noRepeat: 2,
      temperature: 0.2,
      maxTokens: 20,
    });
    for (const { tokens } of texts) {
      const pairs = [...prompt, ...tokens].map((v, i, all) => `${all[i - 1]} ${v}`).slice(1);
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
