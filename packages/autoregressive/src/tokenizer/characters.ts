/** @file Characters as tokens: one for each code point that a text has. */
import { GenError } from "@gen/core";
import { tokenizerJson } from "./json.js";
import { specialsFrom, type SpecialTokens } from "./special.js";
import {
  checkedText,
  checkToken,
  type Around,
  type DecodeOptions,
  type EncodeOptions,
  type Tokenizer,
} from "./tokenizer.js";

export interface CharacterOptions {
  /** Special tokens; their numbers come after those of the characters. @default none */
  readonly special?: readonly string[];
}

export class CharacterTokenizer implements Tokenizer {
  readonly characters: readonly string[];
  readonly specials: SpecialTokens;
  readonly around: Around = { before: [], after: [] };
  readonly #numbers: ReadonlyMap<string, number>;

  /** @throws GenError `option` unless the characters are single code points that differ */
  constructor(characters: readonly string[], { special = [] }: CharacterOptions = {}) {
    this.characters = characters;
    this.#numbers = new Map(characters.map((character, i) => [character, i]));
    const isOne = (c: string): boolean => String.fromCodePoint(c.codePointAt(0) ?? 0) === c;
    if (characters.length === 0 || this.#numbers.size !== characters.length || !characters.every(isOne)) {
      throw new GenError(
        "option",
        `tokenizer: expected characters that differ, got ${JSON.stringify(characters.join(""))}`,
      );
    }
    this.specials = specialsFrom(special, characters.length);
  }

  /** The characters of a text, in order of their code points. */
  static of(text: string, options: CharacterOptions = {}): CharacterTokenizer {
    const points = [...new Set(Array.from(checkedText(text), (c) => c.codePointAt(0)!))].sort((a, b) => a - b);
    return new CharacterTokenizer(
      points.map((point) => String.fromCodePoint(point)),
      options,
    );
  }

  get size(): number {
    return this.characters.length + this.specials.texts.length;
  }

  encode(text: string, { special = false }: EncodeOptions = {}): number[] {
    const whole = checkedText(text);
    const parts = special ? this.specials.split(whole) : [whole];
    return parts.flatMap((part) => (typeof part === "number" ? [part] : Array.from(part, (c) => this.#numberOf(c))));
  }

  decode(tokens: ArrayLike<number>, { special = true }: DecodeOptions = {}): string {
    return Array.from(tokens, (token) => {
      checkToken(token, this.size);
      return this.characters[token] ?? (special ? this.specials.textOf(token)! : "");
    }).join("");
  }

  bytesOf(token: number): Uint8Array {
    return new TextEncoder().encode(this.characters[checkToken(token, this.size)] ?? "");
  }

  #numberOf(character: string): number {
    const number = this.#numbers.get(character);
    if (number !== undefined) return number;
    const point = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    throw new GenError(
      "data",
      `encode: expected one of ${this.characters.length} characters, got ${JSON.stringify(character)} (U+${point})`,
      {
        fix: "train on text that has it, or use a tokenizer of bytes",
      },
    );
  }

  toJson(): object {
    return tokenizerJson({
      vocabulary: new Map(this.characters.map((c, i) => [c, i])),
      specials: this.specials,
      stages: { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: { type: "Fuse" } },
    });
  }
}
