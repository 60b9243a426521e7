/** @file `tokenizer.json`, the file that libraries of Hugging Face share: written. It is read in `read.ts`. */
import type { SpecialTokens } from "./special.js";

export interface JsonParts {
  /** Number of each token that is no special one, as the file spells it. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Pairs that are merged, the first first, as the file spells them. */
  readonly merges: readonly (readonly [string, string])[];
  readonly specials: SpecialTokens;
  /** Tokens are characters, without words; or bytes, of GPT-2's words or of those of a pattern. */
  readonly words: "characters" | "bytes" | RegExp;
  /** Whether text is first brought to NFC. @default false */
  readonly composes?: boolean;
}

/** A file of a tokenizer by merges of pairs. */
export function tokenizerJson({ vocabulary, merges, specials, words, composes = false }: JsonParts): object {
  const level = (useRegex: boolean): object => ({
    type: "ByteLevel",
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: useRegex,
  });
  const cut = (pattern: RegExp): object => ({
    type: "Sequence",
    pretokenizers: [
      { type: "Split", pattern: { Regex: pattern.source }, behavior: "Isolated", invert: false },
      level(false),
    ],
  });
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [...specials.entries()].map(([content, id]) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: composes ? { type: "NFC" } : null,
    pre_tokenizer: words === "characters" ? null : words === "bytes" ? level(true) : cut(words),
    post_processor: null,
    decoder: words === "characters" ? { type: "Fuse" } : level(true),
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: { ...Object.fromEntries(vocabulary), ...Object.fromEntries(specials.entries()) },
      merges: merges.map(([a, b]) => [a, b]),
    },
  };
}
