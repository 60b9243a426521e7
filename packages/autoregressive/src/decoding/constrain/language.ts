/** @file Regular languages as trees, and what is built from them: sets of characters, one after the other, one of, repeated. */

/** A regular set of texts. */
export type Language =
  | { readonly kind: "characters"; readonly ranges: readonly Range[] }
  | { readonly kind: "sequence"; readonly parts: readonly Language[] }
  | { readonly kind: "oneOf"; readonly parts: readonly Language[] }
  | { readonly kind: "repeat"; readonly part: Language; readonly least: number; readonly most: number };

/** Code points from the first to the last, both included. */
export type Range = readonly [number, number];

export const LAST = 0x10ffff;
/** Halves of pairs in UTF-16, which no text has. */
const SURROGATES: Range = [0xd800, 0xdfff];

/** The language without texts. */
export const NONE: Language = { kind: "oneOf", parts: [] };

export function characters(ranges: readonly Range[]): Language {
  const own = without(ranges, [SURROGATES]);
  return own.length === 0 ? NONE : { kind: "characters", ranges: own };
}
export function sequence(...parts: readonly Language[]): Language {
  return parts.includes(NONE) ? NONE : { kind: "sequence", parts };
}
export function oneOf(...parts: readonly Language[]): Language {
  const some = parts.filter((part) => part !== NONE);
  return some.length === 0 ? NONE : some.length === 1 ? some[0]! : { kind: "oneOf", parts: some };
}
export function repeat(part: Language, least: number, most = Infinity): Language {
  if (part !== NONE) return { kind: "repeat", part, least, most };
  return least === 0 ? sequence() : NONE;
}
/** That text and no other. */
export function literal(text: string): Language {
  return sequence(...Array.from(text, (c) => characters([[c.codePointAt(0)!, c.codePointAt(0)!]])));
}
export function optional(part: Language): Language {
  return repeat(part, 0, 1);
}

/** All code points but these. */
export function allBut(ranges: readonly Range[]): Range[] {
  return without([[0, LAST]], ranges);
}

/** The code points of some ranges that are in none of others. */
export function without(ranges: readonly Range[], others: readonly Range[]): Range[] {
  const sorted = [...others].sort(([a], [b]) => a - b);
  return ranges.flatMap(([first, last]) => {
    const rest: Range[] = [];
    let next = first;
    for (const [from, to] of sorted) {
      if (from > next) rest.push([next, Math.min(from - 1, last)]);
      next = Math.max(next, to + 1);
      if (next > last) return rest;
    }
    return [...rest, [next, last] as const];
  });
}

/**
 * All rows of digits of one length from `a` to `b`, as rows of ranges, few of them; digits after the first go from the least
 * to the most of `digit`.
 */
export function between(a: readonly number[], b: readonly number[], digit: Range): Range[][] {
  const [[x, ...restA], [y, ...restB]] = [a, b] as [[number, ...number[]], [number, ...number[]]];
  if (restA.length === 0) return [[[x, y]]];
  const [low, high] = digit.map((v) => restA.map(() => v)) as [number[], number[]];
  if (x === y) return between(restA, restB, digit).map((rest) => [[x, x], ...rest]);
  const isWhole = restA.every((v) => v === digit[0]);
  const isWholeEnd = restB.every((v) => v === digit[1]);
  const [from, to] = [isWhole ? x : x + 1, isWholeEnd ? y : y - 1];
  return [
    ...(isWhole ? [] : between(restA, high, digit).map((rest): Range[] => [[x, x], ...rest])),
    ...(from <= to ? [[[from, to], ...restA.map(() => digit)] as Range[]] : []),
    ...(isWholeEnd ? [] : between(low, restB, digit).map((rest): Range[] => [[y, y], ...rest])),
  ];
}
