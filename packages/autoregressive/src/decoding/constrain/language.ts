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

export function characters(ranges: readonly Range[]): Language {
  return { kind: "characters", ranges };
}
export function sequence(...parts: readonly Language[]): Language {
  return { kind: "sequence", parts };
}
export function oneOf(...parts: readonly Language[]): Language {
  return { kind: "oneOf", parts };
}
export function repeat(part: Language, least: number, most = Infinity): Language {
  return { kind: "repeat", part, least, most };
}
/** That text and no other. */
export function literal(text: string): Language {
  return sequence(...Array.from(text, (c) => characters([[c.codePointAt(0)!, c.codePointAt(0)!]])));
}
export function optional(part: Language): Language {
  return repeat(part, 0, 1);
}

/** All code points but these; surrogates are none. */
export function allBut(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges, [0xd800, 0xdfff] as const].sort(([a], [b]) => a - b);
  const rest: Range[] = [];
  let next = 0;
  for (const [from, to] of sorted) {
    if (from > next) rest.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= LAST) rest.push([next, LAST]);
  return rest;
}
