/** @file The tokenizer of Hugging Face's library for JavaScript, typed by what is used of it: its own types do not resolve. */
import * as library from "@huggingface/tokenizers";

export interface Theirs {
  encode(text: string): { readonly ids: number[] };
  decode(tokens: number[], options?: { readonly clean_up_tokenization_spaces: boolean }): string;
}

/** Their tokenizer from the content of a `tokenizer.json`. */
export function theirsOf(json: object): Theirs {
  const { Tokenizer } = library as unknown as { Tokenizer: new (json: object, config: object) => Theirs };
  return new Tokenizer(JSON.parse(JSON.stringify(json)) as object, {});
}
