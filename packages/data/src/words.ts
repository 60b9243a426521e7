/** @file Words that belong to rows, such as the names of pictures, as numbers for a model. */
import { GenError, ndarray, type Dataset, type NdArray } from "@gen/core";

/** The words of a text, in small letters; what is neither letter nor digit stands between them. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The words that occur in at least `least` texts, the most frequent first. @param least @default 2 */
export function vocabularyOf(texts: readonly string[], { least = 2 }: { readonly least?: number } = {}): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of new Set(wordsOf(text))) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= least)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([word]) => word);
}

export interface WordNumberOptions {
  readonly vocabulary: readonly string[];
  /** K: words that are kept of a text. */
  readonly length: number;
}

/**
 * Words by their numbers: 1 is the first word of the vocabulary. Those that it lacks are passed over, and 0 fills up.
 *
 * @returns [texts, length] i32
 * @throws GenError `range` for a length below 1
 */
export function wordNumbers(texts: readonly string[], { vocabulary, length }: WordNumberOptions): NdArray {
  if (!Number.isInteger(length) || length < 1)
    throw new GenError("range", `wordNumbers: expected a length of at least 1, got ${length}`);
  const numbers = new Map(vocabulary.map((word, i) => [word, i + 1]));
  const data = new Int32Array(texts.length * length);
  texts.forEach((text, row) => {
    const known = wordsOf(text).flatMap((word) => numbers.get(word) ?? []);
    data.set(known.slice(0, length), row * length);
  });
  return ndarray(data, [texts.length, length], "i32");
}

/** A data set with a further field `words`, i32 [length]: those of the text of each row. */
export function withWords(dataset: Dataset, texts: readonly string[], options: WordNumberOptions): Dataset {
  if (texts.length !== dataset.length)
    throw new GenError("shape", `withWords: expected a text for each of ${dataset.length} rows, got ${texts.length}`);
  const { length } = options;
  const all = wordNumbers(texts, options).data as Int32Array;
  return {
    length: dataset.length,
    fields: { ...dataset.fields, words: { dtype: "i32", shape: [length] } },
    async rows(indices) {
      const words = new Int32Array(indices.length * length);
      indices.forEach((row, i) => words.set(all.subarray(row * length, (row + 1) * length), i * length));
      return { ...(await dataset.rows(indices)), words: ndarray(words, [indices.length, length], "i32") };
    },
  };
}
