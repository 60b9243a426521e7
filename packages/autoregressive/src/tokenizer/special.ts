/** @file Special tokens: those that are no text, such as the end of one. */
import { GenError } from "@gen/core";
import { literal } from "./pattern.js";

/** Special tokens by their text, each with its number. */
export class SpecialTokens {
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #texts: ReadonlyMap<number, string>;
  readonly #split: RegExp | undefined;
  readonly #asText: ReadonlySet<number>;

  /**
   * @param texts numbers of those that are text all the same, and are shown where others are not
   * @throws GenError `option` for an empty text, or a number that two have
   */
  constructor(numbers: ReadonlyMap<string, number>, { texts = [] }: { readonly texts?: readonly number[] } = {}) {
    this.#numbers = numbers;
    this.#asText = new Set(texts);
    this.#texts = new Map([...numbers].map(([text, number]) => [number, text]));
    if (numbers.has("") || this.#texts.size !== numbers.size) {
      throw new GenError(
        "option",
        "tokenizer: expected special tokens with texts and numbers of their own, got some without",
      );
    }
    const longestFirst = [...numbers.keys()].sort((a, b) => b.length - a.length);
    const escaped = longestFirst.map((text) => literal(text).source);
    this.#split = escaped.length === 0 ? undefined : new RegExp(`(${escaped.join("|")})`, "u");
  }

  get texts(): readonly string[] {
    return [...this.#numbers.keys()];
  }
  entries(): IterableIterator<[string, number]> {
    return this.#numbers.entries();
  }
  has(token: number): boolean {
    return this.#texts.has(token);
  }
  /** Whether it is text all the same. */
  isText(token: number): boolean {
    return this.#asText.has(token);
  }
  textOf(token: number): string | undefined {
    return this.#texts.get(token);
  }

  /** @throws GenError `option` for a text that is none of them */
  numberOf(text: string): number {
    const number = this.#numbers.get(text);
    if (number !== undefined) return number;
    throw new GenError(
      "option",
      `tokenizer: expected one of the special tokens ${this.texts.join(", ") || "(there are none)"}, got ${JSON.stringify(text)}`,
    );
  }

  /** A text in parts: text between them, and their numbers. */
  split(text: string): (string | number)[] {
    if (this.#split === undefined) return text === "" ? [] : [text];
    return text
      .split(this.#split)
      .flatMap((part, i) => (part === "" ? [] : [i % 2 === 1 ? this.#numbers.get(part)! : part]));
  }
}

/** Special tokens with numbers from `first` on. */
export function specialsFrom(texts: readonly string[], first: number): SpecialTokens {
  if (new Set(texts).size !== texts.length) {
    throw new GenError("option", `tokenizer: expected special tokens that differ, got ${texts.join(", ")}`);
  }
  return new SpecialTokens(new Map(texts.map((text, i) => [text, first + i])));
}
