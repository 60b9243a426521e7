/**
 * @file What happens to text before its pairs are merged, and to tokens that become text again: the fields `normalizer`,
 * `pre_tokenizer`, `post_processor` and `decoder` of a `tokenizer.json`, which is written again as it was read.
 */
import { CHARACTERS, shown } from "./byte-characters.js";
import { byteDecoding, fallbackDecoding } from "./decoder.js";
import { Field, type Json } from "../json-field.js";
import { normaliserOf } from "./normalizer.js";
import { aroundOf } from "./post-processor.js";
import { cuttingOf, type Cut } from "./pre-tokenizer.js";
import type { Around } from "./tokenizer.js";

export const STAGES = ["normalizer", "pre_tokenizer", "post_processor", "decoder"] as const;

export class TextStages {
  /** The fields themselves. */
  readonly json: Json;
  /** Whether characters without tokens are spelled as their bytes, `<0x0A>`; otherwise all text is spelled by its bytes. */
  readonly fallsBack: boolean;
  readonly around: Around;
  readonly normalise: (text: string) => string;
  /** The bytes of a token as it is spelled; undefined for what stands for none. */
  readonly bytesOf: (spelled: string) => Uint8Array | undefined;
  readonly #stripped: number;
  readonly #cuts: readonly Cut[];

  /** @throws GenError `format` naming a stage that is not known, or does not fit the others */
  constructor(root: Field, { fallsBack = false }: { readonly fallsBack?: boolean } = {}) {
    this.json = Object.fromEntries(STAGES.map((name) => [name, root.at(name).value ?? null]));
    this.fallsBack = fallsBack;
    this.normalise = normaliserOf(root.at("normalizer"));
    this.around = aroundOf(root.at("post_processor"));
    const cutting = root.at("pre_tokenizer");
    const { cuts, isOfBytes } = cuttingOf(cutting);
    if (isOfBytes === fallsBack)
      throw cutting.wrong(
        fallsBack ? "none of bytes beside model.byte_fallback" : "ByteLevel, or one that ends with it,",
      );
    this.#cuts = cuts;
    const { bytesOf, stripped } = (fallsBack ? fallbackDecoding : byteDecoding)(root.at("decoder"));
    [this.bytesOf, this.#stripped] = [bytesOf, stripped];
  }

  /** @param isFirst whether the part begins the text */
  words(part: string, isFirst: boolean): readonly string[] {
    return this.#cuts.reduce<readonly string[]>(
      (pieces, cut) => pieces.flatMap((piece, i) => cut(piece, isFirst && i === 0)),
      [this.normalise(part)],
    );
  }

  /** The characters of which tokens of a word are made. */
  spelled(word: string): string {
    return this.fallsBack ? word : shown(new TextEncoder().encode(word));
  }

  /** How a byte is spelled by itself. */
  byte(byte: number): string {
    return this.fallsBack ? `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>` : CHARACTERS[byte]!;
  }

  /** A text as its tokens give it, without what was put before it. */
  stripped(text: string): string {
    let start = 0;
    while (start < this.#stripped && text[start] === " ") start++;
    return text.slice(start);
  }
}

/** GPT-2's words, spelled by their bytes. */
export function byteStages(): TextStages {
  const level = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return new TextStages(new Field({ pre_tokenizer: level, decoder: level }, { file: "tokenizer" }));
}
