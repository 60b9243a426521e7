/**
 * @file Bytes, and pairs of them merged again and again, as tokens: any text has tokens, and frequent words have few.
 * Sennrich et al. 2016, arXiv:1508.07909; of bytes: Radford et al. 2019, §2.2.
 */
import { GenError } from "@gen/core";
import { CHARACTERS, hiddenIn, shown } from "./byte-characters.js";
import { tokenizerJson } from "./json.js";
import { specialsFrom, type SpecialTokens } from "./special.js";
import {
  checkedText,
  checkToken,
  textOf,
  type DecodeOptions,
  type EncodeOptions,
  type Tokenizer,
} from "./tokenizer.js";
import { learnMerges } from "./train-pairs.js";
import { wordsOf, WORDS } from "./words.js";

export interface TrainPairsOptions {
  /** V: tokens in all, the 256 bytes and the special ones included. Fewer if the text has no more pairs. */
  readonly size: number;
  /** Special tokens; they come last. @default none */
  readonly special?: readonly string[];
  /** A pair is merged only if it comes so often. @default 2 */
  readonly least?: number;
}

/** What a tokenizer of pairs is made of. */
export interface PairsParts {
  /** The bytes of each token that is no special one, by its number. */
  readonly tokens: ReadonlyMap<number, Uint8Array>;
  /** Pairs of tokens to merge, the first first, and what each becomes. */
  readonly merges: readonly { readonly left: number; readonly right: number; readonly merged: number }[];
  readonly specials: SpecialTokens;
  /** How text is cut into words. @default {@link WORDS} */
  readonly words?: RegExp;
  /** Whether text is first brought to NFC, in which characters and their marks are one where they can. @default false */
  readonly composes?: boolean;
}

/** Words whose tokens are remembered. */
const REMEMBERED = 100_000;

export class PairTokenizer implements Tokenizer {
  readonly specials: SpecialTokens;
  readonly #parts: PairsParts;
  readonly #size: number;
  /** The token of each byte. */
  readonly #bytes: readonly number[];
  /** By both numbers of a pair: its rank, and what it becomes. */
  readonly #ranks: ReadonlyMap<number, { readonly rank: number; readonly merged: number }>;
  readonly #known = new Map<string, readonly number[]>();

  /** @throws GenError `format` if a byte has no token, or a merge is of tokens that there are none of */
  constructor(parts: PairsParts) {
    const { tokens, merges, specials } = parts;
    this.#parts = parts;
    this.specials = specials;
    this.#size = Math.max(...tokens.keys(), ...[...specials.entries()].map(([, number]) => number)) + 1;
    const ofBytes = new Map(
      [...tokens].flatMap(([number, bytes]) => (bytes.length === 1 ? [[bytes[0]!, number]] : [])),
    );
    this.#bytes = Array.from({ length: 256 }, (_, byte) => {
      const token = ofBytes.get(byte);
      if (token !== undefined) return token;
      throw new GenError("format", `tokenizer: expected a token for every byte, got none for 0x${byte.toString(16)}`);
    });
    this.#ranks = new Map(
      merges.map(({ left, right, merged }, rank) => {
        if (!tokens.has(left) || !tokens.has(right) || !tokens.has(merged)) {
          throw new GenError(
            "format",
            `tokenizer: expected merges of its tokens, got ${left} and ${right} in merge ${rank}`,
          );
        }
        return [left * SHIFT + right, { rank, merged }];
      }),
    );
  }

  /**
   * Learns merges from a text.
   *
   * @throws GenError `range` for a size below that of the bytes and the special tokens
   */
  static train(text: string | Iterable<string>, { size, special = [], least = 2 }: TrainPairsOptions): PairTokenizer {
    const merges = size - 256 - special.length;
    if (!Number.isInteger(size) || merges < 0) {
      throw new GenError("range", `tokenizer: expected at least ${256 + special.length} tokens, got ${size}`);
    }
    const counts = new Map<string, number>();
    for (const part of typeof text === "string" ? [text] : text) {
      for (const word of wordsOf(checkedText(part))) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    const encoder = new TextEncoder();
    const words = [...counts].map(([word, count]) => ({ tokens: [...encoder.encode(word)], count }));
    const learned = learnMerges(words, { merges, first: 256, least });
    const tokens = new Map<number, Uint8Array>(Array.from({ length: 256 }, (_, byte) => [byte, Uint8Array.of(byte)]));
    learned.forEach(([a, b], i) => tokens.set(256 + i, joined(tokens.get(a)!, tokens.get(b)!)));
    return new PairTokenizer({
      tokens,
      merges: learned.map(([left, right], i) => ({ left, right, merged: 256 + i })),
      specials: specialsFrom(special, tokens.size),
    });
  }

  get size(): number {
    return this.#size;
  }

  encode(text: string, { special = false }: EncodeOptions = {}): number[] {
    const whole = checkedText(text);
    const parts = special ? this.specials.split(whole) : [whole];
    const tokens: number[] = [];
    for (const part of parts) {
      if (typeof part === "number") tokens.push(part);
      else for (const word of this.#words(part)) for (const token of this.#ofWord(word)) tokens.push(token);
    }
    return tokens;
  }

  decode(tokens: ArrayLike<number>, { special = true }: DecodeOptions = {}): string {
    const encoder = new TextEncoder();
    return textOf(
      Array.from(tokens, (token) => {
        checkToken(token, this.#size);
        return this.#parts.tokens.get(token) ?? encoder.encode(special ? (this.specials.textOf(token) ?? "") : "");
      }),
    );
  }

  bytesOf(token: number): Uint8Array {
    return this.#parts.tokens.get(checkToken(token, this.#size)) ?? new Uint8Array(0);
  }

  toJson(): object {
    const { tokens, merges, specials, words = WORDS, composes = false } = this.#parts;
    const spelled = new Map([...tokens].map(([number, bytes]) => [number, shown(bytes)]));
    return tokenizerJson({
      vocabulary: new Map([...spelled].map(([number, text]) => [text, number])),
      merges: merges.map(({ left, right }) => [spelled.get(left)!, spelled.get(right)!]),
      specials,
      words: words.source === WORDS.source ? "bytes" : words,
      composes,
    });
  }

  #words(text: string): readonly string[] {
    const { words, composes = false } = this.#parts;
    return wordsOf(composes ? text.normalize("NFC") : text, words);
  }

  #ofWord(word: string): readonly number[] {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const tokens = this.#merged(Array.from(new TextEncoder().encode(word), (byte) => this.#bytes[byte]!));
    if (this.#known.size < REMEMBERED) this.#known.set(word, tokens);
    return tokens;
  }

  /** Merges the pair of the lowest rank, wherever it is, until there is none. */
  #merged(tokens: number[]): number[] {
    let now = tokens;
    while (now.length > 1) {
      let best: { readonly rank: number; readonly merged: number } | undefined;
      let [left, right] = [0, 0];
      for (let i = 1; i < now.length; i++) {
        const found = this.#ranks.get(now[i - 1]! * SHIFT + now[i]!);
        if (found === undefined || (best !== undefined && found.rank >= best.rank)) continue;
        [best, left, right] = [found, now[i - 1]!, now[i]!];
      }
      if (best === undefined) return now;
      const next: number[] = [];
      for (let i = 0; i < now.length; i++) {
        const isPair = now[i] === left && now[i + 1] === right;
        next.push(isPair ? best.merged : now[i]!);
        if (isPair) i++;
      }
      now = next;
    }
    return now;
  }
}

/** Bytes as tokens: 256 of them, and the special ones. */
export function byteTokenizer({ special = [] }: { readonly special?: readonly string[] } = {}): PairTokenizer {
  return new PairTokenizer({
    tokens: new Map(CHARACTERS.map((character, byte) => [byte, hiddenIn(character)!])),
    merges: [],
    specials: specialsFrom(special, 256),
  });
}

/** Two numbers below 2²⁶ as one. */
const SHIFT = 2 ** 26;

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
