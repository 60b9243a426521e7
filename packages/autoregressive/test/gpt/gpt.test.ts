import { constant, feed, ndarray } from "@gen/core";
import { describe, expect, it } from "vitest";
import { Gpt, gpt1, gpt2, llama, slidingGpt, type GptOptions } from "../../src/index.js";
import { describeLanguageModel, evaluated, someTokens } from "../text/laws.js";

const sizes = { vocabulary: 7, context: 12, layers: 2, heads: 4, features: 8 };
const quiet = { mode: "eval" } as never;

describeLanguageModel("gpt1", () => gpt1(sizes));
describeLanguageModel("gpt2", () => gpt2(sizes));
describeLanguageModel("llama with shared heads", () => llama({ ...sizes, keyHeads: 2 }));
describeLanguageModel("a GPT through a window, with normalised queries and keys", () =>
  slidingGpt({ ...sizes, window: 3 }),
);
describeLanguageModel(
  "a GPT without positions or biases, untied",
  () => new Gpt({ ...sizes, positions: "none", bias: false, tied: false }),
);

describe("a GPT", () => {
  it("sees no further back than its window, layer by layer", () => {
    const model = slidingGpt({ ...sizes, layers: 1, window: 3 });
    const [a, b] = [someTokens(model, 1, 9), someTokens(model, 1, 9)];
    (b.data as Int32Array)[0] = ((b.data[0] as number) + 1) % 7;
    const [x, y] = [a, b].map((tokens) => evaluated(model, tokens, (t) => ({ l: model.logits(t, quiet) }))["l"]!.data);
    expect([...x!.slice(2 * 7, 3 * 7)]).not.toEqual([...y!.slice(2 * 7, 3 * 7)]);
    expect([...x!.slice(3 * 7)]).toEqual([...y!.slice(3 * 7)]);
  });

  it("keeps texts apart that share a row", () => {
    const model = gpt2(sizes);
    const tokens = someTokens(model, 1, 8);
    const texts = ndarray([0, 0, 0, 1, 1, 1, 1, 1], [1, 8], "i32");
    const { apart, alone } = evaluated(model, tokens, (x) => ({
      apart: model.logits(x, quiet, { texts: constant(texts) }).slice(1, 3),
      alone: model.logits(x.slice(1, 3), quiet),
    }));
    alone!.data.forEach((v, i) => expect(Number(apart!.data[i])).toBeCloseTo(Number(v), 9));
  });

  it.each<[string, Partial<GptOptions>, string]>([
    ["heads", { heads: 3 }, "expected heads that divide 8 features"],
    ["keyHeads", { keyHeads: 3 }, "keyHeads that divide the heads, got 4 and 3"],
    ["layers", { layers: 0 }, "a whole layers ≥ 1, got 0"],
    ["rotaryBase", { rotaryBase: 5 }, 'only beside positions: "rotary"'],
    [
      "rotaryScaling",
      { rotaryScaling: { type: "linear", factor: 2 } },
      'rotaryScaling only beside positions: "rotary"',
    ],
    ["rotary", { heads: 8, positions: "rotary" }, "an even width for rotary positions, got 1"],
  ])("says what does not fit: %s", (_, wrong, message) => {
    expect(() => new Gpt({ ...sizes, ...wrong })).toThrow(message);
  });

  it("refuses more tokens than its context", () => {
    expect(() => gpt2(sizes).logits(feed([1, 13], "i32"), quiet)).toThrow("at most 12 tokens, its context, got 13");
  });
});
