import { constant, type NdArray, type Rows } from "@gen/core";
import { describe, expect, it } from "vitest";
import { CharacterTokenizer, gpt2, instructions, packed, textLoss, type TextBatch } from "../../src/index.js";
import { evaluated, someTokens } from "./laws.js";

const list = ({ data }: NdArray | { data: ArrayLike<number | bigint> }): number[] => Array.from(data, Number);

describe("packed texts", () => {
  it("are rows end to end, each token once to be predicted", async () => {
    const data = packed(
      [
        [1, 2, 3],
        [4, 5],
        [6, 7],
      ],
      { length: 3, end: 0 },
    );
    expect(data.length).toBe(3);
    const { x } = await data.rows([0, 1, 2]);
    expect(list(x!)).toEqual([1, 2, 3, 0, 0, 4, 5, 0, 0, 6, 7, 0]);
    expect(packed([[1, 2, 3, 4, 5]], { length: 2, stride: 1 }).length).toBe(3);
  });

  it("may be kept apart, and then count only what their own text tells", async () => {
    const data = packed(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { length: 5, apart: true },
    );
    const { x, texts } = await data.rows([0]);
    expect(list(texts!)).toEqual([0, 0, 0, 1, 1, 1]);
    const model = gpt2({ vocabulary: 8, context: 8, layers: 1, heads: 2, features: 8 });
    const quiet = { mode: "eval" } as never;
    const { together, first, second } = evaluated(model, x!, (tokens) => ({
      together: textLoss(model, { x: tokens, texts: constant(texts!) }, quiet),
      first: textLoss(model, { x: tokens.slice(1, 0, 3) }, quiet),
      second: textLoss(model, { x: tokens.slice(1, 3) }, quiet),
    }));
    expect(list(together!)[0]).toBeCloseTo((list(first!)[0]! + list(second!)[0]!) / 2, 9);
  });

  it("say what is wrong", () => {
    expect(() => packed([[1, 2]], { length: 2 })).toThrow("at least 3 tokens, got 2");
    expect(() => packed([[1, 2, 3]], { length: 2, stride: 0 })).toThrow("stride ≥ 1, got 0");
  });
});

describe("instructions", () => {
  const tokenizer = CharacterTokenizer.of("abc?", { special: ["<end>"] });

  it("count the answer and its end alone", async () => {
    const data = instructions(
      [
        { prompt: "ab?", answer: "ba" },
        { prompt: "c?", answer: "c" },
      ],
      { tokenizer, length: 6, end: "<end>" },
    );
    const { x, counts } = (await data.rows([0, 1])) as Rows & { x: NdArray; counts: NdArray };
    expect(tokenizer.decode(list(x).slice(0, 7))).toBe("ab?ba<end><end>");
    expect(list(counts)).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0]);
    const model = gpt2({ vocabulary: tokenizer.size, context: 8, layers: 1, heads: 2, features: 8 });
    const quiet = { mode: "eval" } as never;
    const loss = (batch: TextBatch) => textLoss(model, batch, quiet);
    const { masked, all } = evaluated(model, someTokens(model, 2, 7), (tokens) => ({
      masked: loss({ x: tokens, counts: constant(counts) }),
      all: loss({ x: tokens }),
    }));
    expect(list(masked!)).not.toEqual(list(all!));
  });

  it("name one that is too long", () => {
    const options = { tokenizer, length: 3, end: "<end>" };
    expect(() => instructions([{ prompt: "ab?", answer: "ba" }], options)).toThrow(
      "at most 4 tokens in number 0, got 6",
    );
  });
});
