/** @file `tokenizer.json`, the file that libraries of Hugging Face share: written. It is read in `read.ts`. */
import type { Json } from "../json-field.js";
import type { SpecialTokens } from "./special.js";

export interface JsonParts {
  /** Number of each token that is no special one, as the file spells it. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Pairs that are merged, the first first, as the file spells them. @default none */
  readonly merges?: readonly (readonly [string, string])[];
  readonly specials: SpecialTokens;
  /** The fields for what is done before and after. */
  readonly stages: Json;
  /** @default false */
  readonly fallsBack?: boolean;
  /** @default false */
  readonly keepsWords?: boolean;
}

/** A file of a tokenizer by merges of pairs. */
export function tokenizerJson(parts: JsonParts): object {
  const { vocabulary, merges = [], specials, stages, fallsBack = false, keepsWords = false } = parts;
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
      special: !specials.isText(id),
    })),
    ...stages,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: fallsBack,
      ignore_merges: keepsWords,
      vocab: { ...Object.fromEntries(vocabulary), ...Object.fromEntries(specials.entries()) },
      merges,
    },
  };
}
