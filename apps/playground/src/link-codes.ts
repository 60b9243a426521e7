/** @file Pictures and lines that one draws, as words that a link can hold: bytes in base64url. */
import type { Setting } from "./url-state.js";

/** Levels of grey, from 0 to 15, and pixels of one run at most. */
const [DARKEST, LONGEST] = [15, 16];

/** A picture of values in [0, 1], a byte for each run of equal ones: its grey, of 16, and its length. "" is a blank one. */
export function pictureCode(picture: ArrayLike<number>): string {
  const greys = Array.from(picture, (v) => Math.round(DARKEST * v));
  const bytes: number[] = [];
  for (let from = 0, to = 0; from < greys.length; from = to) {
    while (to < greys.length && to - from < LONGEST && greys[to] === greys[from]) to++;
    bytes.push(16 * greys[from]! + (to - from - 1));
  }
  return greys.every((grey) => grey === 0) ? "" : wordsOf(bytes);
}

/** The picture of a code. @returns undefined if it is none of so many pixels */
export function pictureOf(code: string, size: number): Float32Array | undefined {
  if (code === "") return new Float32Array(size);
  const runs = bytesOf(code)?.map((byte) => ({ grey: byte >> 4, length: (byte & 15) + 1 }));
  if (runs === undefined || runs.reduce((sum, { length }) => sum + length, 0) !== size) return undefined;
  return Float32Array.from(runs.flatMap(({ grey, length }) => new Array<number>(length).fill(grey / DARKEST)));
}

/** A code of a picture in an address. */
export function pictureSetting(size: number): Setting<string> {
  return codeSetting(
    (code) => pictureOf(code, size) !== undefined,
    `a picture of ${size} pixels, as this page writes it`,
  );
}

/** Points that a line may have: a link holds no more. */
export const MOST_POINTS = 400;
/** Steps from one end of the plane to the other. */
const STEPS = 4095;

/** [x, y] after [x, y] in [−reach, reach]², three bytes for each point. */
export function pointsCode(points: ArrayLike<number>, reach: number): string {
  const steps = Array.from(points, (v) => Math.round((STEPS * (v / reach + 1)) / 2)).slice(0, 2 * MOST_POINTS);
  const bytes: number[] = [];
  for (let i = 0; i + 1 < steps.length; i += 2) {
    const both = steps[i]! * (STEPS + 1) + steps[i + 1]!;
    bytes.push(both >> 16, (both >> 8) & 255, both & 255);
  }
  return wordsOf(bytes);
}

/** The points of a code. @returns undefined if it is none, or of too many */
export function pointsOf(code: string, reach: number): number[] | undefined {
  const bytes = bytesOf(code);
  if (bytes === undefined || bytes.length % 3 !== 0 || bytes.length > 3 * MOST_POINTS) return undefined;
  const at = (step: number): number => ((2 * step) / STEPS - 1) * reach;
  return Array.from({ length: bytes.length / 3 }, (_, i) => {
    const both = bytes[3 * i]! * 65536 + bytes[3 * i + 1]! * 256 + bytes[3 * i + 2]!;
    return [at(Math.floor(both / (STEPS + 1))), at(both % (STEPS + 1))];
  }).flat();
}

/** A code of points in an address. */
export function pointsSetting(reach: number): Setting<string> {
  return codeSetting(
    (code) => pointsOf(code, reach) !== undefined,
    `at most ${MOST_POINTS} points, as this page writes them`,
  );
}

function codeSetting(isCode: (code: string) => boolean, expected: string): Setting<string> {
  return { start: "", parse: (code) => (isCode(code) ? code : undefined), print: (code) => code, expected };
}

function wordsOf(bytes: readonly number[]): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function bytesOf(words: string): number[] | undefined {
  if (!/^[\w-]*$/.test(words) || words.length % 4 === 1) return undefined;
  return Array.from(atob(words.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}
