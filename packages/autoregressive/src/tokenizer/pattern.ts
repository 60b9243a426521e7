/** @file Regular expressions of tokenizers' files, which are those of another language, as JavaScript's. */

/**
 * The same expression; a group that ignores case, `(?i:…)`, gets both cases of its letters.
 *
 * @returns undefined for what JavaScript has not, as possessive quantifiers
 */
export function patternOf(source: string): RegExp | undefined {
  const spelled = source.replace(/\(\?i:([^()\\]*)\)/g, (_, inside: string) => {
    const both = inside.replace(/[a-z]/gi, (c) => `[${c.toLowerCase()}${c.toUpperCase()}]`);
    return `(?:${both})`;
  });
  if (/[*+?}]\+/.test(spelled.replace(/\\[pP]\{[^}]*\}|\\./g, "x").replace(/\[[^\]]*\]/g, "x"))) return undefined;
  try {
    return new RegExp(spelled.replace(/\\([^\w\s^$\\.*+?()[\]{}|/-])/g, "$1"), "gu");
  } catch {
    return undefined;
  }
}
