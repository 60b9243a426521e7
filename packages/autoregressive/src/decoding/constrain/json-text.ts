/** @file Texts as JSON writes them: between quotes, each character in the one way in which JSON.stringify writes it. */
import {
  allBut,
  characters,
  literal,
  oneOf,
  repeat,
  sequence,
  without,
  type Language,
  type Range,
} from "./language.js";

/** What stands for itself nowhere: control characters, quotes and backslashes. */
const ESCAPED: Range[] = [
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
];

const written = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The texts of a language, each as JSON writes it, without its quotes. */
export function inJson(language: Language): Language {
  if (language.kind === "repeat") return { ...language, part: inJson(language.part) };
  if (language.kind !== "characters") return { ...language, parts: language.parts.map(inJson) };
  const { ranges } = language;
  const escapes = ESCAPED.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((point) =>
      ranges.some(([from, to]) => point >= from && point <= to),
    ),
  );
  return oneOf(
    characters(without(ranges, ESCAPED)),
    ...escapes.map((point) => literal(written(String.fromCodePoint(point)))),
  );
}

const anyCharacter = characters(allBut([]));

/** Any text of so many characters, as JSON writes it. */
export function anyText(least = 0, most = Infinity): Language {
  return repeat(inJson(anyCharacter), least, most);
}

/** Any text but some. */
export function otherThan(texts: readonly string[]): Language {
  const tails = new Map<string, string[]>();
  for (const text of new Set(texts)) {
    const [head, ...tail] = Array.from(text);
    if (head !== undefined) tails.set(head, [...(tails.get(head) ?? []), tail.join("")]);
  }
  const pointOf = (c: string): Range => [c.codePointAt(0)!, c.codePointAt(0)!];
  return oneOf(
    ...(texts.includes("") ? [] : [sequence()]),
    sequence(characters(allBut([...tails.keys()].map(pointOf))), repeat(anyCharacter, 0)),
    ...[...tails].map(([head, rest]) => sequence(literal(head), otherThan(rest))),
  );
}

export function quoted(inside: Language): Language {
  return sequence(literal('"'), inside, literal('"'));
}
