/**
 * @file Squares, a counter-based generator: draw i is a function of i and a key, so there is no state to carry.
 * Rounds x ← swap(x² + c) on 64 bits need multiplication, addition and halves only, which ONNX has too.
 * Widynski 2020, "Squares: A Fast Counter-Based RNG". arXiv:2004.06278v7
 *
 * Written twice: on BigInt, to be read; as {@link Squares}, on two 32-bit limbs, to be run. Tests hold them equal.
 */

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const swap = (x: bigint): bigint => u64(x << 32n) | (x >> 32n);

/** How the fifth round of squares64 joins the fourth: `xor` in the paper; `sum` where a graph has no bit operators. */
export type Fold = "xor" | "sum";

/** 32 random bits: the high half of four rounds. `counter` and `key` are u64. */
export function squares32(counter: bigint, key: bigint): number {
  return Number(fourRounds(counter, key).t >> 32n);
}

/** 64 random bits: the high half of a fifth round is folded into four rounds. `counter` and `key` are u64. */
export function squares64(counter: bigint, key: bigint, fold: Fold = "xor"): bigint {
  const { y, t } = fourRounds(counter, key);
  const x = swap(t);
  const high = u64(x * x + y) >> 32n;
  return fold === "xor" ? t ^ high : u64(t + high);
}

function fourRounds(counter: bigint, key: bigint): { y: bigint; t: bigint } {
  const y = u64(counter * key);
  const z = u64(y + key);
  let x = swap(u64(y * y + y));
  x = swap(u64(x * x + z));
  x = swap(u64(x * x + y));
  return { y, t: u64(x * x + z) };
}

/** A u64 and its two halves: typed arrays are little-endian wherever JavaScript runs. */
const wide = new BigUint64Array(1);
const halves = new Uint32Array(wide.buffer);

/** What the rounds leave behind, since a function returns one number: swap(t) in 0 (low) and 1 (high), y in 2 and 3. */
const after = new Int32Array(4);

/** The generator of one key, without arithmetic on BigInt. */
export class Squares {
  readonly #low: number;
  readonly #high: number;

  constructor(key: bigint) {
    wide[0] = key;
    this.#low = halves[0]! | 0;
    this.#high = halves[1]! | 0;
  }

  /** {@link squares32} at the counter `high·2³² + low`, in [0, 2³²). */
  draw32(low: number, high = 0): number {
    this.#fourRounds(low, high);
    return after[0]! >>> 0;
  }

  /** {@link squares64} at a u64 counter. */
  draw64(counter: bigint, fold: Fold = "xor"): bigint {
    wide[0] = counter;
    this.#fourRounds(halves[0]!, halves[1]!);
    const xLow = after[0]!;
    const xHigh = after[1]!;
    const sumLow = (Math.imul(xLow, xLow) + after[2]!) | 0;
    const sumHigh = squareHigh(xLow) + (Math.imul(xLow, xHigh) << 1) + after[3]! + carry(sumLow, after[2]!);
    // t has its halves where x has them not: t = (low xHigh, high xLow).
    halves[0] = fold === "xor" ? xHigh ^ sumHigh : xHigh + sumHigh;
    halves[1] = fold === "xor" ? xLow : xLow + carry(halves[0], xHigh);
    return wide[0];
  }

  /** Fills `out` with {@link squares32} at the counters `start`, `start` + 1, …, which stay below 2³². */
  fill32(out: Uint32Array, start = 0): void {
    for (let i = 0; i < out.length; i++) out[i] = this.draw32(start + i);
  }

  #fourRounds(low: number, high: number): void {
    const yLow = Math.imul(low, this.#low);
    const yHigh = (productHigh(low, this.#low) + Math.imul(low, this.#high) + Math.imul(high, this.#low)) | 0;
    const zLow = (yLow + this.#low) | 0;
    const zHigh = (yHigh + this.#high + carry(zLow, yLow)) | 0;
    let xLow = yLow;
    let xHigh = yHigh;
    for (let round = 0; round < 4; round++) {
      const addLow = round & 1 ? zLow : yLow;
      const addHigh = round & 1 ? zHigh : yHigh;
      const sumLow = (Math.imul(xLow, xLow) + addLow) | 0;
      const sumHigh = squareHigh(xLow) + (Math.imul(xLow, xHigh) << 1) + addHigh + carry(sumLow, addLow);
      xLow = sumHigh | 0; // the halves change places
      xHigh = sumLow;
    }
    after[0] = xLow;
    after[1] = xHigh;
    after[2] = yLow;
    after[3] = yHigh;
  }
}

/** 1 if the unsigned 32-bit sum a + b overflowed, judged from the sum and one of the terms. */
function carry(sum: number, term: number): number {
  return sum >>> 0 < term >>> 0 ? 1 : 0;
}

/** The high half of the unsigned product of two 32-bit numbers, from four products of 16-bit halves. */
function productHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // Each sum stays below 2³²: (2¹⁶ − 1)² + (2¹⁶ − 1) < 2³².
  const upper = (Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bLow) >>> 16);
  const lower = (Math.imul(aLow, bHigh) >>> 0) + (upper & 0xffff);
  return (Math.imul(aHigh, bHigh) + (upper >>> 16) + (lower >>> 16)) | 0;
}

/** The high half of the unsigned square of a 32-bit number. */
function squareHigh(a: number): number {
  const low = a & 0xffff;
  const high = a >>> 16;
  const cross = Math.imul(low, high);
  return Math.imul(high, high) + (cross >>> 15) + carry(Math.imul(a, a), cross << 17);
}
