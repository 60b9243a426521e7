import { key, uniformDraws } from "@gen/core";
import { describe, expect, it } from "vitest";
import { byteTokenizer, CharacterTokenizer, PairTokenizer, readTokenizer, type Tokenizer } from "../../src/index.js";
import { theirsOf, type Theirs } from "./theirs.js";

const TEXT = `The cat's whiskers weren't wet; they're "dry", I'd say.   Two  spaces,\ttabs\n\nand 1234 numbers, 12.5 %.
Größe, naïveté, Ελληνικά, русский язык, 日本語の文字, 한국어, हिन्दी, עברית, العربية, 👩‍👩‍👧‍👦 🇩🇪 ✊🏽. `;

/** Where libraries of strings differ: white space, marks, cases, pairs, tags, ends of lines, halves of special tokens. */
const HARD = [
  ...[
    "",
    " ",
    "  a",
    "\r\n\r\n x",
    "x   \n  y",
    "\u0000\u0001",
    "a\u000bb\u001cd",
    "\u0085 a\u0085b",
    "\uFEFFa \uFEFF",
  ],
  ...[
    "\u200b\u00a0x\u3000y\u2028\u2029\u180e",
    "e\u0301\u0327",
    "\u0300 \u0300a",
    "\u1100\u1161\u11a8",
    "ﬁ ①²½ Ⅳ",
    "𝒜𝟘",
    "٣٤",
  ],
  ...[
    "İıſK ǅ ʰ ª",
    "'S 'LL don'T",
    "👩‍👩‍👧‍👦🏳️‍🌈🇩",
    "\u202e\u061c",
    "ก็",
    "\uffff\ufffe\u{10ffff}",
    "\u{30000}\u{2fa1d}\u{1e900}",
    "<|end",
    "<|end|>",
  ],
];

/** Any text: code points of all planes, now and then long runs of one. */
function anyText(seed: number): string {
  const u = uniformDraws(key(seed), 200);
  const point = (v: number, w: number): number => {
    const most = [0x7f, 0xff, 0x7ff, 0xffff, 0x10ffff][Math.floor(5 * v)]!;
    const found = Math.floor(w * (most + 1));
    return found >= 0xd800 && found < 0xe000 ? 0xe000 + (found - 0xd800) : found;
  };
  return Array.from({ length: 100 }, (_, i) => String.fromCodePoint(point(u[2 * i]!, u[2 * i + 1]!))).join("");
}

const theirs = (tokenizer: Tokenizer): Theirs => theirsOf(tokenizer.toJson());

const trained = PairTokenizer.train(TEXT.repeat(3), { size: 420, special: ["<|end|>", "<|user|>"] });

describe.each<[string, Tokenizer]>([
  ["bytes", byteTokenizer({ special: ["<|end|>"] })],
  ["pairs of bytes", trained],
])("a tokenizer of %s", (_, tokenizer) => {
  it("gives back every text of Unicode", () => {
    for (let seed = 0; seed < 200; seed++) {
      const text = anyText(seed);
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
    for (const text of [...HARD, TEXT]) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it("writes a tokenizer.json with which others give the same tokens", () => {
    const other = theirs(tokenizer);
    for (const text of [TEXT, ...HARD, ...Array.from({ length: 40 }, (_, seed) => anyText(seed + 500))]) {
      expect(tokenizer.encode(text, { special: true })).toEqual(other.encode(text).ids);
    }
    const special = "one<|end|>two<|end|>";
    expect(tokenizer.encode(special, { special: true })).toEqual(other.encode(special).ids);
    expect(tokenizer.encode(special)).not.toEqual(tokenizer.encode(special, { special: true }));
    const tokens = tokenizer.encode(TEXT);
    expect(other.decode(tokens, { clean_up_tokenization_spaces: false })).toBe(TEXT);
  });

  it("is read from its tokenizer.json again", () => {
    const again = readTokenizer(JSON.stringify(tokenizer.toJson()));
    expect(again.toJson()).toEqual(tokenizer.toJson());
    expect(again.encode(TEXT)).toEqual(tokenizer.encode(TEXT));
    expect(again.size).toBe(tokenizer.size);
  });
});

describe("pairs", () => {
  it("are merged from the most frequent on, by hand", () => {
    const tokenizer = PairTokenizer.train("aaab aaab ab", { size: 300 });
    // "aa" comes 2 times in each "aaab" but does not overlap; then "ab" 3 times, then "aa" + "ab" twice, then nothing.
    expect([256, 257, 258].map((token) => tokenizer.decode([token]))).toEqual(["aa", "ab", "aaab"]);
    expect(tokenizer.size).toBe(259);
    expect(tokenizer.encode("aaab aab")).toEqual([258, 32, 256, 98]);
  });

  it("save tokens, and end where no pair comes twice", () => {
    expect(trained.encode(TEXT).length).toBeLessThan(new TextEncoder().encode(TEXT).length / 2);
    expect(PairTokenizer.train("abc", { size: 1000 }).size).toBe(256);
    expect(trained.specials.numberOf("<|user|>")).toBe(trained.size - 1);
    expect(trained.decode([trained.size - 1, 65])).toBe("<|user|>A");
    expect(trained.decode([trained.size - 1, 65], { special: false })).toBe("A");
  });

  it("say what is wrong", () => {
    expect(() => trained.decode([trained.size])).toThrow(`a token from 0 to ${trained.size - 1}, got ${trained.size}`);
    expect(() => trained.encode("a\ud800b")).toThrow("half of a pair (U+D800) at 1");
    expect(() => PairTokenizer.train("a", { size: 200 })).toThrow("at least 256 tokens, got 200");
    expect(() => trained.specials.numberOf("<eos>")).toThrow('the special tokens <|end|>, <|user|>, got "<eos>"');
  });
});

describe("characters", () => {
  const tokenizer = CharacterTokenizer.of("hello, wörld 👋", { special: ["<end>"] });

  it("are tokens in order of their code points", () => {
    expect(tokenizer.characters.join("")).toBe(" ,dehlorwö👋");
    expect(tokenizer.decode(tokenizer.encode("wöll 👋"))).toBe("wöll 👋");
    expect(() => tokenizer.encode("hex")).toThrow('one of 11 characters, got "x" (U+0078)');
  });

  it("are written so that others give the same tokens, and read", () => {
    const other = theirs(tokenizer);
    const tokens = tokenizer.encode("hello 👋 wörld<end>", { special: true });
    expect(other.encode("hello 👋 wörld<end>").ids).toEqual(tokens);
    expect(other.decode(tokenizer.encode("hello, wörld"))).toBe("hello, wörld");
    expect(readTokenizer(JSON.stringify(tokenizer.toJson())).encode("hello")).toEqual(tokenizer.encode("hello"));
  });
});

describe("a tokenizer.json", () => {
  const good = trained.toJson() as Record<string, object>;
  const read = (change: object): Tokenizer => readTokenizer(JSON.stringify({ ...good, ...change }), { file: "t.json" });
  const model = good["model"]!;

  it.each<[string, object, string]>([
    ["another model", { model: { ...model, type: "WordPiece" } }, 'expected "BPE" as model.type, got "WordPiece"'],
    [
      "a merge of nothing",
      { model: { ...model, merges: [["zz", "qq"]] } },
      'tokens of the vocabulary as model.merges[0], got "zz"',
    ],
    ["a bad merge", { model: { ...model, merges: ["a b c"] } }, 'expected two tokens as model.merges[0], got "a b c"'],
    [
      "a missing byte",
      { model: { ...model, vocab: { a: 0 }, merges: [] } },
      "a token for every byte, got none for 0x0",
    ],
    [
      "a token twice",
      { model: { ...model, vocab: { a: 0, b: 0 } } },
      "a number of its own, from 0 on as model.vocab.b, got 0",
    ],
  ])("says what is wrong: %s", (_, change, message) => {
    expect(() => read(change)).toThrow(message);
  });

  it("is no JSON", () => {
    expect(() => readTokenizer("{", { file: "t.json" })).toThrow("t.json: expected JSON");
    expect(() => readTokenizer("[]", { file: "t.json" })).toThrow("an object as the file, got []");
  });

  it("may cut words by a pattern of its own, of both cases", () => {
    const pattern = "(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+|\\s+";
    const cut = {
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
          { type: "ByteLevel", add_prefix_space: false, use_regex: false },
        ],
      },
    };
    const tokenizer = read(cut);
    const other = theirsOf({ ...good, ...cut });
    for (const text of [TEXT, "IT'S 12345"]) expect(tokenizer.encode(text)).toEqual(other.encode(text).ids);
  });

  it("may take digits one by one, and bring text to NFC", () => {
    const digits = { type: "Digits", individual_digits: true };
    const cut = {
      normalizer: { type: "NFC" },
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [digits, { type: "ByteLevel", add_prefix_space: false, use_regex: true }],
      },
    };
    const tokenizer = read(cut);
    const [other, again] = [theirsOf({ ...good, ...cut }), theirs(tokenizer)];
    for (const text of [TEXT, TEXT.normalize("NFD"), "a  12 3\n\n45.6 \t7", "1234 12"]) {
      expect(tokenizer.encode(text)).toEqual(other.encode(text).ids);
      expect(again.encode(text).ids).toEqual(other.encode(text).ids);
    }
    expect(tokenizer.encode("12")).toHaveLength(2);
    expect(tokenizer.decode(tokenizer.encode("e\u0301"))).toBe("\u00e9");
  });
});
