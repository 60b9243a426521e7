/** @file Regular expressions of tokenizers' files, which are those of another language, as JavaScript's. */
import type { Field } from "../json-field.js";

/** A field that holds a text as it is, or an expression. @throws GenError `format` for an expression that JavaScript has not */
export function patternIn(field: Field): RegExp {
  const [text, expression] = [field.at("String"), field.at("Regex")];
  if (!text.isMissing) return literal(text.text());
  const found = patternOf(expression.text());
  if (found === undefined) throw expression.wrong("an expression that JavaScript has too");
  return found;
}

/** Every place of a text. */
export function literal(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "gu");
}

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
