import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { beamSearch, complete, readTokenizer } from "../../src/index.js";
import { promptTokens } from "../../src/tokenizer/tokenizer.js";
import { Bigram, written } from "../decoding/bigram.js";
import { theirsOf } from "./theirs.js";

interface Row {
  readonly ids: number[];
  readonly bare: number[];
  readonly shown: string;
  readonly text: string;
}
type Json = Record<string, unknown>;
const { bases, texts, tokenizers } = JSON.parse(
  readFileSync(new URL("./fixtures/published.json", import.meta.url), "utf8"),
) as {
  bases: Record<string, Json>;
  texts: string[];
  tokenizers: Record<string, { base: string; file: Json & { model: Json }; rows: Row[] }>;
};

/** The whole file, whose large parts several share. */
function fileOf(name: string, change: Json = {}): Json & { readonly model: Json } {
  const { base, file } = tokenizers[name]!;
  return { ...file, model: { ...file.model, ...bases[base] }, ...change };
}
const read = (name: string, change?: Json) => readTokenizer(JSON.stringify(fileOf(name, change)), { file: "t.json" });

describe.each(Object.entries(tokenizers))("a tokenizer of others, %s", (name, { rows }) => {
  const tokenizer = read(name);

  it("gives the tokens that their library gives, with and without what stands around a text", () => {
    rows.forEach(({ ids, bare }, i) => {
      expect(tokenizer.encode(texts[i]!, { special: true, whole: true }), texts[i]).toEqual(ids);
      expect(tokenizer.encode(texts[i]!, { special: true }), texts[i]).toEqual(bare);
    });
  });

  it("gives the texts that their library gives", () => {
    rows.forEach(({ ids, shown, text }) => {
      expect(tokenizer.decode(ids)).toBe(shown);
      expect(tokenizer.decode(ids, { special: false })).toBe(text);
    });
  });

  it("is written so that it, and their library, give the same", () => {
    const again = readTokenizer(JSON.stringify(tokenizer.toJson()));
    expect(again.toJson()).toEqual(tokenizer.toJson());
    const other = theirsOf(tokenizer.toJson());
    rows.forEach(({ ids }, i) => {
      expect(again.encode(texts[i]!, { special: true, whole: true })).toEqual(ids);
      if (!name.startsWith("digits"))
        // its version in JavaScript does not merge what it finds with what is beside it
        expect(other.encode(texts[i]!).ids, texts[i]).toEqual(ids);
    });
  });
});

describe("a text to go on with", () => {
  it("gets the token that texts begin with, once, and not the one that ends them", () => {
    const [gemma, qwen] = [read("Gemma"), read("Qwen")];
    expect(gemma.around).toEqual({ before: [1], after: [2] });
    expect(promptTokens(gemma, "the")).toEqual([1, ...gemma.encode("the")]);
    expect(promptTokens(gemma, "<s>the")).toEqual([1, ...gemma.encode("the")]);
    expect(promptTokens(gemma, "")).toEqual([1]);
    expect(promptTokens(qwen, "the")).toEqual(qwen.encode("the"));
  });

  it("goes on with the space that a word has before it, by beams too", async () => {
    const tokenizer = read("Llama 2");
    const prompt = promptTokens(tokenizer, "the");
    const next = tokenizer.encode("cat").filter((token) => tokenizer.decode([token]) !== "");
    const chain = [prompt.at(-1)!, ...next]; // each is followed by the one after it
    const logits = Array.from({ length: tokenizer.size }, (_, from) =>
      Array.from({ length: tokenizer.size }, (__, to) => (chain[chain.indexOf(from) + 1] === to ? 9 : 0)),
    );
    const [model, asked] = [await written(new Bigram(logits)), { prompt: "the", tokenizer, maxTokens: next.length }];
    const [drawn] = await complete(model, { ...asked, greedy: true });
    const [best] = await beamSearch(model, { ...asked, beams: 2 });
    expect([drawn!.text, best!.text]).toEqual([" cat", " cat"]);
  });
});

describe("a long text without words", () => {
  it("is merged in about the time that its length asks for", () => {
    const text = texts[0]!.repeat(500);
    const tokens = read("Llama 2").encode(text);
    expect(read("Llama 2").decode(tokens)).toBe(text);
    expect(tokens.length).toBeLessThan(text.length / 1.5);
  });
});

describe("what of a tokenizer.json is not known", () => {
  const model = (name: string, change: Json): Json => ({ model: { ...fileOf(name).model, ...change } });
  const added = (change: Json): Json => ({
    added_tokens: (fileOf("Llama 2")["added_tokens"] as Json[]).map((entry) => ({ ...entry, ...change })),
  });
  const without = (base: string, lost: string): Json => {
    const vocab = Object.entries(bases[base]!["vocab"] as Json).filter(([spelled]) => spelled !== lost);
    return { vocab: Object.fromEntries(vocab) };
  };
  const sequence = (...stages: Json[]): Json => ({ type: "Sequence", pretokenizers: stages });

  it.each<[string, string, Json, string]>([
    [
      "a normalizer",
      "Llama 2",
      { normalizer: { type: "Lowercase" } },
      '"Sequence" as normalizer.type, got "Lowercase"',
    ],
    [
      "a normalizer within",
      "Llama 2",
      { normalizer: { type: "Sequence", normalizers: [{ type: "NFC" }, { type: "Nmt" }] } },
      'as normalizer.normalizers[1].type, got "Nmt"',
    ],
    ["a cut", "Qwen", { pre_tokenizer: { type: "Whitespace" } }, 'as pre_tokenizer.type, got "Whitespace"'],
    [
      "bytes before the last stage",
      "Qwen",
      { pre_tokenizer: sequence({ type: "ByteLevel" }, { type: "Digits" }) },
      "ByteLevel as the last stage as pre_tokenizer.pretokenizers[0]",
    ],
    ["bytes twice", "Mistral", { pre_tokenizer: { type: "ByteLevel" } }, "none of bytes beside model.byte_fallback"],
    [
      "no bytes",
      "Mistral",
      model("Mistral", { byte_fallback: false }),
      "expected ByteLevel, or one that ends with it,",
    ],
    [
      "an expression",
      "Qwen",
      { pre_tokenizer: sequence({ type: "Split", pattern: { Regex: "a++" }, behavior: "Isolated" }) },
      "an expression that JavaScript has too as pre_tokenizer.pretokenizers[0].pattern.Regex",
    ],
    [
      "a behavior",
      "Qwen",
      { pre_tokenizer: { type: "Split", pattern: { String: "a" }, behavior: "Doubled" } },
      'as pre_tokenizer.behavior, got "Doubled"',
    ],
    ["a decoder", "Llama 2", { decoder: { type: "ByteLevel" } }, "Replace, ByteFallback, Fuse and perhaps Strip"],
    ["no decoder", "Qwen", { decoder: null }, "ByteLevel, as the pre_tokenizer is, as decoder, got nothing"],
    [
      "what stands around",
      "Llama 2",
      { post_processor: { type: "BertProcessing" } },
      'as post_processor.type, got "BertProcessing"',
    ],
    [
      "a template without its text",
      "Llama 2",
      { post_processor: { type: "TemplateProcessing", single: [] } },
      "a template with one text as post_processor.single, got []",
    ],
    [
      "a template of a token that it does not name",
      "Llama 2",
      {
        post_processor: {
          type: "TemplateProcessing",
          single: [{ SpecialToken: { id: "<x>" } }, { Sequence: { id: "A" } }],
          special_tokens: {},
        },
      },
      "expected an object as post_processor.special_tokens.<x>, got nothing",
    ],
    ["a token that takes spaces", "Llama 2", added({ rstrip: true }), "false as added_tokens[0].rstrip, got true"],
    [
      "a token in normalised text",
      "Llama 2",
      added({ normalized: true }),
      "false beside such a normalizer as added_tokens[0].normalized",
    ],
    [
      "a byte without token",
      "Llama 2",
      model("Llama 2", without("characters", "<0x0A>")),
      "t.json: expected a token for every byte, got none for 0xa",
    ],
  ])("is an error that names it: %s", (_, name, change, message) => {
    expect(() => read(name, change)).toThrow(message);
  });
});
