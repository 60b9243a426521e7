/**
 * @file Bytes, and pairs of them merged again and again, as tokens: any text has tokens, and frequent words have few.
 * Sennrich et al. 2016, arXiv:1508.07909; of bytes: Radford et al. 2019, §2.2.
 */
import { GenError } from "@gen/core";
import { CHARACTERS } from "./byte-characters.js";
import { tokenizerJson } from "./json.js";
import { mergePairs, SHIFT, type Ranks } from "./merge-pairs.js";
import { specialsFrom, type SpecialTokens } from "./special.js";
import { byteStages, type TextStages } from "./stages.js";
import {
  checkedText,
  checkToken,
  textOf,
  type Around,
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

/** What a tokenizer of pairs is made of, as `tokenizer.json` spells it. */
export interface PairsParts {
  /** Number of each token that is no special one. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Pairs of tokens that become one, the first first. */
  readonly merges: readonly (readonly [string, string])[];
  readonly specials: SpecialTokens;
  /** What is done to text before and after. @default GPT-2's words, by their bytes */
  readonly stages?: TextStages;
  /** Whether a word that is a token stays one, whatever its merges are. @default false */
  readonly keepsWords?: boolean;
  /** Where it was read, which errors name. @default "tokenizer" */
  readonly file?: string;
}

/** Words whose tokens are remembered, and how long such a word is at most. */
const [REMEMBERED, LONGEST] = [100_000, 64];

export class PairTokenizer implements Tokenizer {
  readonly specials: SpecialTokens;
  readonly #parts: PairsParts;
  readonly #stages: TextStages;
  readonly #size: number;
  readonly #bytes: ReadonlyMap<number, Uint8Array>;
  readonly #ranks: Ranks;
  readonly #known = new Map<string, readonly number[]>();

  /** @throws GenError `format` if a byte has no token, or a merge is of tokens that there are none of */
  constructor(parts: PairsParts) {
    const { vocabulary, merges, specials, stages = byteStages(), file = "tokenizer" } = parts;
    [this.#parts, this.#stages, this.specials] = [parts, stages, specials];
    this.#size = 1 + [...vocabulary, ...specials.entries()].reduce((most, [, number]) => Math.max(most, number), -1);
    this.#bytes = new Map(
      [...vocabulary].map(([spelled, number]) => {
        const bytes = stages.bytesOf(spelled);
        if (bytes !== undefined) return [number, bytes];
        throw new GenError(
          "format",
          `${file}: expected tokens of bytes as model.vocab, got ${JSON.stringify(spelled)}`,
        );
      }),
    );
    const lost = Array.from({ length: 256 }, (_, byte) => byte).find((byte) => !vocabulary.has(stages.byte(byte)));
    if (lost !== undefined) {
      throw new GenError("format", `${file}: expected a token for every byte, got none for 0x${lost.toString(16)}`);
    }
    this.#ranks = new Map(
      merges.map(([left, right], rank) => {
        const [a, b, merged] = [left, right, left + right].map((spelled) => {
          const number = vocabulary.get(spelled);
          if (number !== undefined) return number;
          throw new GenError(
            "format",
            `${file}: expected tokens of the vocabulary as model.merges[${rank}], got ${JSON.stringify(spelled)}`,
          );
        }) as [number, number, number];
        return [a * SHIFT + b, { rank, merged }];
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
      for (const word of wordsOf(checkedText(part), WORDS)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    const encoder = new TextEncoder();
    const words = [...counts].map(([word, count]) => ({ tokens: [...encoder.encode(word)], count }));
    const learned = learnMerges(words, { merges, first: 256, least });
    const spelled = [...CHARACTERS];
    for (const [left, right] of learned) spelled.push(spelled[left]! + spelled[right]!);
    return new PairTokenizer({
      vocabulary: new Map(spelled.map((text, number) => [text, number])),
      merges: learned.map(([left, right]) => [spelled[left]!, spelled[right]!]),
      specials: specialsFrom(special, spelled.length),
    });
  }

  get size(): number {
    return this.#size;
  }

  get around(): Around {
    return this.#stages.around;
  }

  encode(text: string, { special = false, whole = false }: EncodeOptions = {}): number[] {
    const parts = special ? this.specials.split(checkedText(text)) : [checkedText(text)];
    const tokens: number[] = whole ? [...this.around.before] : [];
    parts.forEach((part, i) => {
      if (typeof part === "number") tokens.push(part);
      else
        for (const word of this.#stages.words(part, i === 0))
          for (const token of this.#ofWord(word)) tokens.push(token);
    });
    if (whole) tokens.push(...this.around.after);
    return tokens;
  }

  decode(tokens: ArrayLike<number>, { special = true }: DecodeOptions = {}): string {
    const encoder = new TextEncoder();
    const parts = Array.from(tokens, (token) => {
      const bytes = this.bytesOf(token);
      return special && this.specials.has(token) ? encoder.encode(this.specials.textOf(token)) : bytes;
    });
    return this.#stages.stripped(textOf(parts));
  }

  bytesOf(token: number): Uint8Array {
    const text = this.specials.isText(checkToken(token, this.#size)) ? this.specials.textOf(token) : "";
    return this.#bytes.get(token) ?? new TextEncoder().encode(text);
  }

  toJson(): object {
    const { vocabulary, merges, specials, keepsWords = false } = this.#parts;
    const { json: stages, fallsBack } = this.#stages;
    return tokenizerJson({ vocabulary, merges, specials, stages, fallsBack, keepsWords });
  }

  #ofWord(word: string): readonly number[] {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const { vocabulary, keepsWords = false } = this.#parts;
    const spelled = this.#stages.spelled(word);
    const own = keepsWords ? vocabulary.get(spelled) : undefined;
    const tokens = own === undefined ? mergePairs(this.#characters(spelled), this.#ranks) : [own];
    if (this.#known.size < REMEMBERED && word.length <= LONGEST) this.#known.set(word, tokens);
    return tokens;
  }

  /** The token of each character, or those of its bytes. */
  #characters(spelled: string): number[] {
    const { vocabulary } = this.#parts;
    return Array.from(spelled).flatMap((character) => {
      const number = vocabulary.get(character);
      if (number !== undefined) return [number];
      return Array.from(new TextEncoder().encode(character), (byte) => vocabulary.get(this.#stages.byte(byte))!);
    });
  }
}

/** Bytes as tokens: 256 of them, and the special ones. */
export function byteTokenizer({ special = [] }: { readonly special?: readonly string[] } = {}): PairTokenizer {
  return new PairTokenizer({
    vocabulary: new Map(CHARACTERS.map((character, byte) => [character, byte])),
    merges: [],
    specials: specialsFrom(special, 256),
  });
}
