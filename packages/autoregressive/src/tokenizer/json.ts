/** @file `tokenizer.json`, the file that libraries of Hugging Face share: written here, read in `read.ts`. */
import type { SpecialTokens } from "./special.js";

export interface JsonParts {
  /** Number of each token that is no special one, as the file spells it. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Pairs that are merged, the first first, as the file spells them. */
  readonly merges: readonly (readonly [string, string])[];
  readonly specials: SpecialTokens;
  /** Whether tokens are bytes, and text is cut into words first; otherwise they are characters. */
  readonly byteLevel: boolean;
}

/** A file of a tokenizer by merges of pairs. */
export function tokenizerJson({ vocabulary, merges, specials, byteLevel }: JsonParts): object {
  const level = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
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
    normalizer: null,
    pre_tokenizer: byteLevel ? level : null,
    post_processor: null,
    decoder: byteLevel ? level : { type: "Fuse" },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary),
      merges: merges.map(([a, b]) => [a, b]),
    },
  };
}
