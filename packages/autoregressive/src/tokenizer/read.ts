/**
 * @file `tokenizer.json` read, of whatever origin: merges of pairs of bytes, as GPT-2's and its successors', and characters.
 * What would encode otherwise than the file means is an error that names the field.
 */
import { GenError, messageOf } from "@gen/core";
import { hiddenIn } from "./byte-characters.js";
import { CharacterTokenizer } from "./characters.js";
import { PairTokenizer } from "./pairs.js";
import { patternOf } from "./pattern.js";
import { SpecialTokens } from "./special.js";
import type { Tokenizer } from "./tokenizer.js";
import { DIGITS_APART } from "./words.js";

/** Any JSON object. */
type Json = Readonly<Record<string, unknown>>;

/**
 * A tokenizer from the text of a `tokenizer.json`. A template that adds special tokens to whole texts is left to the caller:
 * `encode` gives the tokens of the text.
 *
 * @throws GenError `format` naming the field that is missing, malformed or of a kind that is not known
 */
export function readTokenizer(text: string, { file = "tokenizer.json" }: { readonly file?: string } = {}): Tokenizer {
  const reader = new Reader(file);
  const root = reader.parse(text);
  const model = reader.object(root, "model");
  if (model["type"] !== "BPE") throw reader.wrong("model.type", '"BPE"', model["type"]);
  for (const name of ["unk_token", "dropout", "continuing_subword_prefix", "end_of_word_suffix"]) {
    if (model[name] !== undefined && model[name] !== null && model[name] !== "")
      throw reader.wrong(`model.${name}`, "nothing", model[name]);
  }
  if (model["byte_fallback"] === true) throw reader.wrong("model.byte_fallback", "false", true);
  const composes = reader.composes(root["normalizer"]);
  const specials = new SpecialTokens(reader.added(root));
  const vocabulary = reader.vocabulary(model, specials);
  const merges = reader.merges(model);
  if (root["pre_tokenizer"] === undefined || root["pre_tokenizer"] === null) {
    if (composes) throw reader.wrong("pre_tokenizer", "ByteLevel beside a normalizer", null);
    return charactersOf(reader, { vocabulary, merges, specials });
  }
  const words = reader.words(root["pre_tokenizer"]);
  const tokens = new Map<number, Uint8Array>();
  for (const [spelled, number] of vocabulary) {
    const bytes = hiddenIn(spelled);
    if (bytes === undefined) throw reader.wrong("model.vocab", "tokens of bytes", spelled);
    tokens.set(number, bytes);
  }
  const numberOf = (spelled: string, rank: number): number => {
    const number = vocabulary.get(spelled);
    if (number === undefined) throw reader.wrong(`model.merges[${rank}]`, "tokens of the vocabulary", spelled);
    return number;
  };
  return new PairTokenizer({
    tokens,
    merges: merges.map(([a, b], rank) => ({
      left: numberOf(a, rank),
      right: numberOf(b, rank),
      merged: numberOf(a + b, rank),
    })),
    specials,
    ...(words === undefined ? {} : { words }),
    composes,
  });
}

interface Found {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
  readonly specials: SpecialTokens;
}

function charactersOf(reader: Reader, { vocabulary, merges, specials }: Found): CharacterTokenizer {
  if (merges.length > 0) throw reader.wrong("pre_tokenizer", "ByteLevel beside merges", null);
  const characters = [...vocabulary].sort(([, a], [, b]) => a - b);
  const misplaced = characters.find(([, number], i) => number !== i);
  if (misplaced !== undefined) throw reader.wrong("model.vocab", "characters numbered from 0", misplaced);
  const tokenizer = new CharacterTokenizer(
    characters.map(([character]) => character),
    { special: specials.texts },
  );
  const moved = [...specials.entries()].find(([text, number]) => tokenizer.specials.numberOf(text) !== number);
  if (moved !== undefined) throw reader.wrong("added_tokens", "numbers after those of the characters", moved);
  return tokenizer;
}

/** The fields of one file. */
class Reader {
  constructor(private readonly file: string) {}

  wrong(field: string, wanted: string, got: unknown): GenError {
    const shown = got === undefined ? "nothing" : JSON.stringify(got).slice(0, 60);
    return new GenError("format", `${this.file}: expected ${wanted} as ${field}, got ${shown}`);
  }

  parse(text: string): Json {
    try {
      const json: unknown = JSON.parse(text);
      if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Json;
      throw this.wrong("the file", "an object", json);
    } catch (cause) {
      if (cause instanceof SyntaxError)
        throw new GenError("format", `${this.file}: expected JSON, got ${messageOf(cause)}`, { cause });
      throw cause;
    }
  }

  object(from: Json, name: string): Json {
    const value = from[name];
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.wrong(name, "an object", value);
    return value as Json;
  }

  added(root: Json): Map<string, number> {
    const list = root["added_tokens"] ?? [];
    if (!Array.isArray(list)) throw this.wrong("added_tokens", "a list", list);
    return new Map(
      list.map((entry: unknown, i) => {
        const { content, id } = (entry ?? {}) as { content?: unknown; id?: unknown };
        if (typeof content !== "string" || !Number.isSafeInteger(id) || Number(id) < 0)
          throw this.wrong(`added_tokens[${i}]`, "a text and a number", entry);
        return [content, Number(id)];
      }),
    );
  }

  vocabulary(model: Json, specials: SpecialTokens): Map<string, number> {
    const found = new Map<string, number>();
    const taken = new Set<number>();
    for (const [spelled, number] of Object.entries(this.object(model, "vocab"))) {
      if (!Number.isSafeInteger(number) || Number(number) < 0 || taken.has(Number(number)))
        throw this.wrong(`model.vocab[${JSON.stringify(spelled)}]`, "a number of its own, from 0 on", number);
      taken.add(Number(number));
      if (!specials.has(Number(number))) found.set(spelled, Number(number));
    }
    return found;
  }

  merges(model: Json): (readonly [string, string])[] {
    const list = model["merges"];
    if (!Array.isArray(list)) throw this.wrong("model.merges", "a list", list);
    return list.map((entry: unknown, i) => {
      const pair: unknown = typeof entry === "string" ? entry.split(" ") : entry;
      if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((part) => typeof part === "string" && part !== ""))
        throw this.wrong(`model.merges[${i}]`, "two tokens", entry);
      return pair as [string, string];
    });
  }

  /** Whether text is brought to NFC. */
  composes(given: unknown): boolean {
    if (given === undefined || given === null) return false;
    if (isObject(given) && given["type"] === "NFC") return true;
    throw this.wrong("normalizer", "none, or NFC", given);
  }

  /** How text is cut into words; undefined for GPT-2's way. */
  words(given: unknown): RegExp | undefined {
    const stages = isObject(given) && given["type"] === "Sequence" ? given["pretokenizers"] : [given];
    if (!Array.isArray(stages)) throw this.wrong("pre_tokenizer.pretokenizers", "a list", stages);
    const level: unknown = stages.at(-1);
    if (!isObject(level) || level["type"] !== "ByteLevel") throw this.wrong("pre_tokenizer", '"ByteLevel"', level);
    if (level["add_prefix_space"] === true) throw this.wrong("pre_tokenizer.add_prefix_space", "false", true);
    if (stages.length === 1) {
      if (level["use_regex"] === false)
        throw this.wrong("pre_tokenizer.use_regex", "true, or a Split before it", false);
      return undefined;
    }
    const [split] = stages as unknown[];
    if (stages.length === 2 && isObject(split) && split["type"] === "Digits") {
      if (split["individual_digits"] !== true || level["use_regex"] === false)
        throw this.wrong("pre_tokenizer", "each digit by itself, and ByteLevel with its pattern", given);
      return DIGITS_APART;
    }
    if (stages.length !== 2 || !isObject(split) || split["type"] !== "Split" || level["use_regex"] !== false)
      throw this.wrong("pre_tokenizer", "a Split and then ByteLevel without a pattern", given);
    const pattern = isObject(split["pattern"]) ? split["pattern"]["Regex"] : undefined;
    if (typeof pattern !== "string" || split["behavior"] !== "Isolated" || split["invert"] === true)
      throw this.wrong("pre_tokenizer.pretokenizers[0]", 'a Regex that cuts out ("Isolated")', split);
    const words = patternOf(pattern);
    if (words === undefined)
      throw this.wrong("pre_tokenizer.pretokenizers[0].pattern", "an expression that JavaScript has too", pattern);
    return words;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
