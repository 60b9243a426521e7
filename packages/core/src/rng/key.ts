/** @file Keys: where randomness comes from. A key is split, never mutated, so no draw depends on another. */
import { GenError } from "../error.js";
import { Squares } from "./squares.js";

declare const brand: unique symbol;

/** An odd u64, made by {@link key}, {@link split} or {@link keyFrom}. A seed is not a key: keys 0 and 1 give zeros. */
export type Key = bigint & { readonly [brand]: true };

/** K₀, the key that makes keys. */
export const ROOT_KEY = 0xc8e4fd154ce32f6dn;

/** G, the odd number nearest to 2⁶⁴ divided by the golden ratio: it spreads small integers over all 64 bits. */
export const GOLDEN = 0x9e3779b97f4a7c15n;

const root = new Squares(ROOT_KEY);

/**
 * The key of a seed.
 *
 *     key(s) = 2·⌊squares64((s + 1)·G; K₀) / 2⌋ + 1   mod 2⁶⁴, squares64 folded by addition
 *
 * @param seed a whole number in [0, 2⁶³); above 2⁵³ a bigint, as a number would be rounded
 * @throws GenError `range` for anything else
 */
export function key(seed: number | bigint): Key {
  return mix((checkCounter(seed, "key") + 1n) * GOLDEN);
}

/**
 * Child i of a key. Children are independent of each other and of what is drawn from the parent.
 *
 *     split(k, i) = 2·⌊squares64(k + (i + 1)·G; K₀) / 2⌋ + 1   mod 2⁶⁴, squares64 folded by addition
 *
 * @param i a whole number in [0, 2⁶³)
 * @throws GenError `range` for anything else
 */
export function split(parent: Key, i: number | bigint): Key {
  return mix(parent + (checkCounter(i, "split") + 1n) * GOLDEN);
}

/**
 * A key from the number that it is, as read from a checkpoint.
 *
 * @throws GenError `range` unless it is an odd u64
 */
export function keyFrom(bits: bigint): Key {
  if (bits !== BigInt.asUintN(64, bits) || bits % 2n === 0n) {
    throw new GenError("range", `keyFrom: expected an odd number below 2^64, got ${bits}`, {
      fix: "a seed becomes a key by key(seed)",
    });
  }
  return bits as Key;
}

/** `x` is taken modulo 2⁶⁴. */
function mix(x: bigint): Key {
  return (root.draw64(x, "sum") | 1n) as Key;
}

function checkCounter(value: number | bigint, where: string): bigint {
  const whole = typeof value === "bigint" || Number.isSafeInteger(value);
  if (!whole || value < 0 || value >= 1n << 63n) {
    throw new GenError("range", `${where}: expected a whole number in [0, 2^63), got ${value}`, {
      fix: "numbers above 2^53 are given as bigint, for example 2n ** 60n",
    });
  }
  return BigInt(value);
}
