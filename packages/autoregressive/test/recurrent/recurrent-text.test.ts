import { constant, ndarray } from "@gen/core";
import { describe, expect, it } from "vitest";
import { RecurrentText, type RecurrentTextOptions } from "../../src/index.js";
import { describeLanguageModel, evaluated, someTokens } from "../text/laws.js";

const sizes = { vocabulary: 5, features: 4, layers: 2 };
const quiet = { mode: "eval" } as never;

describeLanguageModel("an LSTM", () => new RecurrentText(sizes));
describeLanguageModel("a GRU, untied", () => new RecurrentText({ ...sizes, cell: "gru", tied: false }));

describe("a recurrent language model", () => {
  it("keeps texts apart that share a row", () => {
    const model = new RecurrentText(sizes);
    const texts = ndarray([0, 0, 0, 1, 1, 1, 1, 1], [1, 8], "i32");
    const { apart, alone } = evaluated(model, someTokens(model, 1, 8), (x) => ({
      apart: model.logits(x, quiet, { texts: constant(texts) }).slice(1, 3),
      alone: model.logits(x.slice(1, 3), quiet),
    }));
    alone!.data.forEach((v, i) => expect(Number(apart!.data[i])).toBeCloseTo(Number(v), 9));
  });

  it.each<[Partial<RecurrentTextOptions>, string]>([
    [{ layers: 0 }, "a whole layers ≥ 1, got 0"],
    [{ cell: "rnn" as never }, '"lstm" or "gru" as cell, got "rnn"'],
  ])("says what does not fit: %o", (wrong, message) => {
    expect(() => new RecurrentText({ ...sizes, ...wrong })).toThrow(message);
  });
});
