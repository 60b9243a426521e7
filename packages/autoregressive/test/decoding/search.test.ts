import { key } from "@gen/core";
import { describe, expect, it } from "vitest";
import {
  beamSearch,
  byteTokenizer,
  CharacterTokenizer,
  complete,
  jsonOf,
  matching,
  type Tokenizer,
} from "../../src/index.js";
import { Bigram, softmax, someLogits, written } from "./bigram.js";

describe("beam search", () => {
  const V = 4;
  const logits = someLogits(V);
  const p = logits.map((row) => softmax(row));

  /** log p of every text of at most `most` tokens after token 1: those that end with 0, and the longest. */
  function all(most: number): { tokens: number[]; sum: number }[] {
    const grow = (tokens: number[], sum: number, last: number): { tokens: number[]; sum: number }[] =>
      p[last]!.flatMap((v, next) => {
        const text = { tokens: [...tokens, next], sum: sum + Math.log(v) };
        return next === 0 || text.tokens.length === most ? [text] : grow(text.tokens, text.sum, next);
      });
    return grow([], 0, 1);
  }

  it.each([0, 0.8, 2])(
    "finds the best texts of all when it follows all, with a length penalty of %f",
    async (lengthPenalty) => {
      const scored = all(4).map(({ tokens, sum }) => ({
        tokens,
        score: sum / ((5 + tokens.length) / 6) ** lengthPenalty,
      }));
      const best = scored.sort((a, b) => b.score - a.score).slice(0, 5);
      const found = await beamSearch(await written(new Bigram(logits)), {
        prompt: [1],
        endTokens: [0],
        maxTokens: 4,
        beams: 64,
        count: 5,
        lengthPenalty,
      });
      found.forEach(({ score, tokens }, i) => {
        expect(score).toBeCloseTo(best[i]!.score, 5);
        expect(tokens).toEqual(best[i]!.tokens.filter((v) => v !== 0));
      });
    },
  );

  it("is greedy with one beam, and says what it cannot honour", async () => {
    const model = await written(new Bigram(logits));
    const [greedy] = await complete(model, { prompt: [1], greedy: true, maxTokens: 6 });
    const [one] = await beamSearch(model, { prompt: [1], beams: 1, maxTokens: 6 });
    expect(one!.tokens).toEqual(greedy!.tokens);
    const wrong = { prompt: [1], temperature: 2 } as never;
    await expect(beamSearch(model, wrong)).rejects.toThrow("none of what draws or streams, got temperature");
    await expect(beamSearch(model, { prompt: [1], beams: 2, count: 3 })).rejects.toThrow(
      "count from 1 to beams, got 2 and 3",
    );
  });
});

describe("a constraint", () => {
  const letters = CharacterTokenizer.of('{}[]":, .-0123456789abcdefghijklmnopqrstuvwxyzE+\\/\n', {
    special: ["<end>"],
  });
  const any = async (tokenizer: Tokenizer) => written(new Bigram(someLogits(tokenizer.size, 0.7), 512));
  const end = letters.specials.numberOf("<end>");

  it("lets only texts of its language come, and their end", async () => {
    const constraint = matching("[a-c]{2,4}(?:-[0-9]{1,8})?", letters);
    const prompt = Array.from({ length: 60 }, (_, i) => [i % 40]);
    const texts = await complete(await any(letters), {
      prompt,
      tokenizer: letters,
      constraint,
      endTokens: [end],
      maxTokens: 60,
      key: key(3),
    });
    for (const { text, finish } of texts) {
      expect(["end", "complete"]).toContain(finish);
      expect(text).toMatch(/^[a-c]{2,4}(?:-[0-9]{1,8})?$/);
    }
    expect(new Set(texts.map(({ text }) => text)).size).toBeGreaterThan(20);
  });

  it("gives JSON that its schema takes, by bytes too", async () => {
    const schema = {
      type: "object",
      required: ["name", "tags"],
      properties: {
        name: { type: "string", maxLength: 8 },
        age: { type: "integer" },
        tags: { type: "array", items: { enum: ["a", "b", 3, null] }, maxItems: 3 },
        at: { $ref: "#/$defs/point" },
      },
      $defs: {
        point: {
          type: "object",
          required: ["x"],
          properties: { x: { type: "number" }, y: { type: ["boolean", "null"] } },
        },
      },
    };
    for (const tokenizer of [letters, byteTokenizer()]) {
      const model = await any(tokenizer);
      const constraint = jsonOf(schema, tokenizer);
      const prompt = Array.from({ length: 25 }, (_, i) => [i]);
      for (const { text, finish } of await complete(model, {
        prompt,
        tokenizer,
        constraint,
        maxTokens: 300,
        key: key(2),
      })) {
        expect(finish).toBe("complete");
        const value = JSON.parse(text) as Record<string, unknown>;
        expect(Object.keys(value).filter((name) => !["name", "age", "tags", "at"].includes(name))).toEqual([]);
        expect(typeof value["name"]).toBe("string");
        expect(Array.from(value["name"] as string).length).toBeLessThanOrEqual(16);
        for (const tag of value["tags"] as unknown[]) expect(["a", "b", 3, null]).toContain(tag);
        if ("age" in value) expect(Number.isInteger(value["age"])).toBe(true);
        if ("at" in value) expect(typeof (value["at"] as { x: number }).x).toBe("number");
      }
    }
  });

  it("that no tokens meet is refused before the first token", () => {
    expect(() => matching("A+", CharacterTokenizer.of("abc"))).toThrow(
      'a constraint that none meets: "A" has "A", which is in no token',
    );
    expect(() => matching("ab*X|ac", CharacterTokenizer.of("abc"))).not.toThrow();
  });

  it("never runs into a dead end", async () => {
    const tokenizer = CharacterTokenizer.of("abc");
    const constraint = matching("(?:ab*X)|(?:ac)", tokenizer); // there is no X: b leads nowhere
    const texts = await complete(await any(tokenizer), {
      prompt: Array.from({ length: 20 }, () => [0]),
      tokenizer,
      constraint,
      maxTokens: 5,
    });
    expect(new Set(texts.map(({ text }) => text))).toEqual(new Set(["ac"]));
  });
});
