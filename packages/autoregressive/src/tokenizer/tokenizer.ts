/** @file What every tokenizer offers: text to numbers and back, without loss. */
import { GenError } from "@gen/core";
import { type SpecialTokens } from "./special.js";

export interface EncodeOptions {
  /** Whether the texts of special tokens stand for them; otherwise they are text like any other. @default false */
  readonly special?: boolean;
  /** Whether it is a whole text, which gets the tokens of {@link Tokenizer.around}. @default false */
  readonly whole?: boolean;
}

/** Tokens that stand before and after a whole text. */
export interface Around {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export interface DecodeOptions {
  /** Whether special tokens are shown. @default true */
  readonly special?: boolean;
}

export interface Tokenizer {
  /** V: how many tokens there are, special ones included. */
  readonly size: number;
  readonly specials: SpecialTokens;
  /** What a whole text has around it, as a model saw it in training. */
  readonly around: Around;
  /** @throws GenError `data` for text that is no Unicode (a lone surrogate), or has what no token stands for */
  encode(text: string, options?: EncodeOptions): number[];
  /** Bytes that are no whole character become U+FFFD. @throws GenError `range` for a number that is no token */
  decode(tokens: ArrayLike<number>, options?: DecodeOptions): string;
  /** The bytes of UTF-8 that a token adds to a text. */
  bytesOf(token: number): Uint8Array;
  /** What stands in a `tokenizer.json`. */
  toJson(): object;
}

/**
 * The tokens of a text that a model goes on with: those that stand before whole texts, unless it begins with them, and its
 * own, special ones by their texts.
 */
export function promptTokens(tokenizer: Tokenizer, text: string): number[] {
  const tokens = tokenizer.encode(text, { special: true });
  const { before } = tokenizer.around;
  return before.every((token, i) => tokens[i] === token) ? tokens : [...before, ...tokens];
}

/** The text itself. @throws GenError `data` for a surrogate without its other half */
export function checkedText(text: string): string {
  const lone = /\p{Surrogate}/u.exec(text);
  if (lone === null) return text;
  throw new GenError(
    "data",
    `encode: expected Unicode, got half of a pair (U+${lone[0].charCodeAt(0).toString(16).toUpperCase()}) at ${lone.index}`,
  );
}

/** @throws GenError `range` for a number that is no token */
export function checkToken(token: number, size: number): number {
  if (Number.isInteger(token) && token >= 0 && token < size) return token;
  throw new GenError("range", `decode: expected a token from 0 to ${size - 1}, got ${token}`, {
    fix: "use the tokenizer that the model was trained with",
  });
}

/** The text of bytes end to end. */
export function textOf(parts: readonly Uint8Array[]): string {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(all);
}
