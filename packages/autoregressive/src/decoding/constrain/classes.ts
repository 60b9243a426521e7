/** @file Classes of characters that expressions name: digits, words, white space, properties of Unicode. */
import { allBut, LAST, type Range } from "./language.js";

const DIGIT: Range[] = [[0x30, 0x39]];
const WORD: Range[] = [...DIGIT, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const SPACE: Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
export const NEW_LINES: Range[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];

/** What stands behind a backslash for a class. */
export const CLASSES: Readonly<Record<string, readonly Range[]>> = {
  d: DIGIT,
  w: WORD,
  s: SPACE,
  D: allBut(DIGIT),
  W: allBut(WORD),
  S: allBut(SPACE),
};

const properties = new Map<string, readonly Range[]>();

/** The code points that have a property, such as "L" or "Script=Greek"; undefined for one that Unicode has not. */
export function havingProperty(name: string): readonly Range[] | undefined {
  const known = properties.get(name);
  if (known !== undefined) return known;
  let one: RegExp;
  try {
    one = new RegExp(`\\p{${name}}`, "u");
  } catch {
    return undefined;
  }
  const found: Range[] = [];
  let first = -1;
  for (let point = 0; point <= LAST + 1; point++) {
    const has = point <= LAST && one.test(String.fromCodePoint(point));
    if (has && first < 0) first = point;
    if (has || first < 0) continue;
    found.push([first, point - 1]);
    first = -1;
  }
  properties.set(name, found);
  return found;
}
