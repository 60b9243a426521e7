/** @file Numbers as JSON writes them, between bounds: digit by digit, as comparing decimals goes. */
import { languageOf } from "./expression.js";
import { between, characters, literal, NONE, oneOf, optional, repeat, sequence, type Language } from "./language.js";

export interface Bound {
  /** Finite. */
  readonly value: number;
  /** Whether the value itself is no longer inside. */
  readonly isOpen: boolean;
}

export interface Bounds {
  readonly least?: Bound | undefined;
  readonly most?: Bound | undefined;
}

/** Digits before the point, and after it. */
const [WHOLE, PART] = [18, 17];
const digit = characters([[0x30, 0x39]]);
const plainInteger = languageOf(`-?(?:0|[1-9][0-9]{0,${WHOLE - 1}})`);
const plainNumber = sequence(plainInteger, languageOf(`(?:\\.[0-9]{1,${PART}})?(?:[eE][+-]?[0-9]{1,3})?`));

/** Whole numbers. @returns a language without texts if no number is inside */
export function integers(bounds: Bounds): Language {
  if (bounds.least === undefined && bounds.most === undefined) return plainInteger;
  return signed(bounds, (least, most) => wholes(atLeast(least), atMost(most)));
}

/** Numbers; between bounds without exponents. @returns a language without texts if no number is inside */
export function numbers(bounds: Bounds): Language {
  if (bounds.least === undefined && bounds.most === undefined) return plainNumber;
  return signed(bounds, magnitudes);
}

/** Those from 0 on, and those below with their sign. */
function signed({ least, most }: Bounds, of: (least: Decimal, most: Decimal) => Language): Language {
  const zero = (isOpen: boolean): Decimal => ({ whole: 0n, part: "", isOpen });
  const end: Decimal = { whole: 10n ** BigInt(WHOLE), part: "", isOpen: true };
  const [low, high] = [least, most].map((bound) => (bound === undefined ? undefined : decimalOf(bound)));
  const [isLowBelow, isHighBelow] = [least === undefined || least.value < 0, most !== undefined && most.value < 0];
  const positive = isHighBelow ? NONE : of(isLowBelow ? zero(false) : low!, high ?? end);
  const negative = isLowBelow ? of(isHighBelow ? high! : zero(true), low ?? end) : NONE;
  return oneOf(positive, sequence(literal("-"), negative));
}

/** How far a number is from 0: digits before the point, and after it without zeros at their end. */
interface Decimal extends Pick<Bound, "isOpen"> {
  readonly whole: bigint;
  readonly part: string;
}

function decimalOf({ value, isOpen }: Bound): Decimal {
  const [, whole = "", part = "", exponent = "0"] = /^(\d+)(?:\.(\d+))?(?:e(.+))?$/.exec(String(Math.abs(value)))!;
  const shift = Number(exponent);
  const digits = shift < 0 ? "0".repeat(-shift) + whole + part : whole + part.padEnd(shift, "0");
  const at = shift < 0 ? whole.length : whole.length + shift;
  return { whole: BigInt(digits.slice(0, at)), part: digits.slice(at).replace(/0+$/, ""), isOpen };
}

/** The least whole number that is inside. */
function atLeast({ whole, part, isOpen }: Decimal): bigint {
  return part !== "" || isOpen ? whole + 1n : whole;
}
function atMost({ whole, part, isOpen }: Decimal): bigint {
  return part === "" && isOpen ? whole - 1n : whole;
}

/** Whole numbers from a to b, both included. */
function wholes(a: bigint, b: bigint): Language {
  const parts: Language[] = [];
  for (let length = 1; length <= WHOLE; length++) {
    const [first, last] = [length === 1 ? 0n : 10n ** BigInt(length - 1), 10n ** BigInt(length) - 1n];
    const [from, to] = [a > first ? a : first, b < last ? b : last];
    if (from > to) continue;
    const points = (value: bigint): number[] => Array.from(String(value), (c) => c.codePointAt(0)!);
    for (const row of between(points(from), points(to), [0x30, 0x39])) {
      parts.push(sequence(...row.map((range) => characters([range]))));
    }
  }
  return oneOf(...parts);
}

function magnitudes(least: Decimal, most: Decimal): Language {
  const [from, to] = [least.whole, atMost(most)];
  const high = to < most.whole ? undefined : most;
  if (from > to) return NONE;
  if (from === to) return sequence(literal(String(from)), fraction(least, high));
  return oneOf(
    sequence(literal(String(from)), fraction(least, undefined)),
    sequence(wholes(from + 1n, high === undefined ? to : to - 1n), fraction(undefined, undefined)),
    high === undefined ? NONE : sequence(literal(String(to)), fraction(undefined, high)),
  );
}

/** Digits after a point that are still to come of a bound; without one, what came is inside already. */
type Rest = Omit<Decimal, "whole"> | undefined;

/** A point and digits between two rows of digits, or nothing where 0 is. */
function fraction(low: Rest, high: Rest): Language {
  const some = sequence(literal("."), digits(low, high, PART));
  return isIn(low, high) ? optional(some) : some;
}

/** Whether zeros are between. */
function isIn(low: Rest, high: Rest): boolean {
  const isAbove = low === undefined || (low.part === "" && !low.isOpen);
  return isAbove && (high === undefined || high.part !== "" || !high.isOpen);
}

/** Rows of at least one digit and at most `room` between two of them. */
function digits(low: Rest, high: Rest, room: number): Language {
  const least = low?.part === "" && !low.isOpen ? undefined : low;
  if (room === 0 || (high?.part === "" && high.isOpen)) return NONE;
  if (least === undefined && high === undefined) return repeat(digit, 1, room);
  const [first, last] = [Number(least?.part[0] ?? 0), high === undefined ? 9 : Number(high.part[0] ?? 0)];
  const from = (d: number): Language => {
    const next = (bound: Rest, edge: number): Rest =>
      bound === undefined || d !== edge ? undefined : { ...bound, part: bound.part.slice(1) };
    const [below, above] = [next(least, first), next(high, last)];
    const more = digits(below, above, room - 1);
    const shown = characters([[0x30 + d, 0x30 + d]]);
    return sequence(shown, isIn(below, above) ? optional(more) : more);
  };
  if (first >= last) return first === last ? from(first) : NONE;
  const [a, b] = [least === undefined ? first : first + 1, high === undefined ? last : last - 1];
  const middle = sequence(
    characters(a > b ? [] : [[0x30 + a, 0x30 + b]]),
    optional(digits(undefined, undefined, room - 1)),
  );
  return oneOf(least === undefined ? NONE : from(first), middle, high === undefined ? NONE : from(last));
}
