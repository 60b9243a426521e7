/**
 * @file How a text is cut into words before pairs are merged: no merge crosses their ends. A word keeps the space before it,
 * and letters, digits and signs are apart.
 * Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", §2.2.
 */

/** GPT-2's: endings of English contractions, letters, digits, other signs, white space; the last space goes with its word. */
export const WORDS = /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** The same with each digit by itself. */
export const DIGITS_APART = /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?=\p{N})|\s+(?!\S)|\s+/gu;

/** The words of a text in order; end to end they are the text. */
export function wordsOf(text: string, pattern: RegExp = WORDS): string[] {
  const words: string[] = [];
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > end) words.push(text.slice(end, found.index)); // what the pattern passes over is a word too
    if (found[0] !== "") words.push(found[0]);
    end = found.index + found[0].length;
  }
  if (end < text.length) words.push(text.slice(end));
  return words;
}
