/**
 * @file Shuffling without a table: a keyed bijection of [0, n) that is asked for one place at a time.
 * A Feistel network on a square grid of a·a ≥ n cells, walked again from cells outside [0, n).
 * Black & Rogaway 2002, "Ciphers with Arbitrary Finite Domains", §4 (their "generalised Feistel"), with a = b.
 */
import { GenError } from "../error.js";
import type { Key } from "./key.js";
import { Squares } from "./squares.js";

/** With ideal round functions, the 24 orders of four places are then equally likely to 1.6 %, the 6 of three to 0.4 %. */
const ROUNDS = 8;

/** Beyond this, √n needs more bits than a float64 has. */
const LARGEST = 2 ** 48;

/**
 * Where a keyed shuffle of [0, n) puts `i`, in constant time and memory.
 *
 *     cell = (l, r) = (⌊i/a⌋, i mod a), a = ⌈√n⌉;   each round (l, r) ← (r, l + f(r) mod a);   until cell < n
 *
 * @param n how many places there are, in [1, 2⁴⁸]
 * @param i a place, in [0, n)
 * @returns a place in [0, n); over all `i` each place once
 * @throws GenError `range` if n or i is outside its range
 */
export function permute(key: Key, n: number, i: number): number {
  return permuter(key, n)(i);
}

/** `permute` for a caller who asks for many places of one shuffle. */
export function permuter(key: Key, n: number): (i: number) => number {
  checkSize(n, LARGEST);
  const squares = new Squares(key);
  return (i) => {
    if (!Number.isInteger(i) || i < 0 || i >= n) {
      throw new GenError("range", `permute: expected a whole number in [0, ${n}), got ${i}`);
    }
    return walk(squares, n, i);
  };
}

/**
 * The whole shuffle: element i is `permute(key, n, i)`.
 *
 * @throws GenError `range` if n is not a whole number in [1, 2³²)
 */
export function permutation(key: Key, n: number): Uint32Array {
  checkSize(n, 2 ** 32 - 1);
  const squares = new Squares(key);
  return Uint32Array.from({ length: n }, (_, i) => walk(squares, n, i));
}

function walk(squares: Squares, n: number, i: number): number {
  const side = Math.ceil(Math.sqrt(n));
  let cell = i;
  do {
    let right = cell % side;
    let left = (cell - right) / side;
    for (let round = 1; round <= ROUNDS; round++) {
      // The high half of the counter is the round, so these draws are none of randomBits(key, …), where it is 0.
      const f = Math.floor((squares.draw32(right, round) / 2 ** 32) * side);
      const sum = left + f;
      left = right;
      right = sum < side ? sum : sum - side;
    }
    cell = left * side + right;
  } while (cell >= n);
  return cell;
}

function checkSize(n: number, largest: number): void {
  if (!Number.isInteger(n) || n < 1 || n > largest) {
    throw new GenError("range", `permute: expected a whole number of places in [1, ${largest}], got ${n}`);
  }
}
