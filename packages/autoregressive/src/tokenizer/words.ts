/**
 * @file How a text is cut into words before pairs are merged: no merge crosses their ends. A word keeps the space before it,
 * and letters, digits and signs are apart.
 * Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", §2.2.
 */

/** GPT-2's: endings of English contractions, letters, digits, other signs, white space; the last space goes with its word. */
export const WORDS = /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** What becomes of what a pattern finds, by the names that files of tokenizers have for it. */
export const BEHAVIORS = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"] as const;

export interface WordsOptions {
  /** @default "Isolated", a word by itself */
  readonly behavior?: (typeof BEHAVIORS)[number];
  /** Whether what the pattern passes over is what counts as found. @default false */
  readonly invert?: boolean;
}

interface Part {
  readonly text: string;
  readonly isFound: boolean;
}

/** The words of a text in order; end to end they are the text, unless what is found is removed. */
export function wordsOf(text: string, pattern: RegExp, options: WordsOptions = {}): string[] {
  const { behavior = "Isolated", invert = false } = options;
  const parts = partsOf(text, pattern, invert);
  switch (behavior) {
    case "Isolated":
      return parts.map((part) => part.text);
    case "Removed":
      return parts.flatMap((part) => (part.isFound ? [] : [part.text]));
    case "MergedWithPrevious":
      return joined(parts, (before, part) => part.isFound && !before.isFound);
    case "MergedWithNext":
      return joined(parts, (before, part) => before.isFound && !part.isFound);
    case "Contiguous":
      return joined(parts, (before, part) => before.isFound === part.isFound);
  }
}

function partsOf(text: string, pattern: RegExp, invert: boolean): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(pattern)) {
    if (index > end) parts.push({ text: text.slice(end, index), isFound: invert });
    if (found !== "") parts.push({ text: found, isFound: !invert });
    end = index + found.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), isFound: invert });
  return parts;
}

/** Texts of parts, each joined to that of the part before it where the two say so. */
function joined(parts: readonly Part[], belongs: (before: Part, part: Part) => boolean): string[] {
  const words: string[] = [];
  parts.forEach((part, i) => {
    if (i > 0 && belongs(parts[i - 1]!, part)) words.push(words.pop()! + part.text);
    else words.push(part.text);
  });
  return words;
}
