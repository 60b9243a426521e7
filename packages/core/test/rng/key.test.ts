import { describe, expect, it } from "vitest";
import { isGenError } from "../../src/error.js";
import { GOLDEN, key, keyFrom, ROOT_KEY, split, type Key } from "../../src/rng/key.js";
import { randomBits } from "../../src/rng/random.js";
import { squares64 } from "../../src/rng/squares.js";
import { brokenLaws } from "./laws.js";
import { fairness, suspicions } from "./statistics.js";

const SEEDS = Array.from({ length: 1000 }, (_, seed) => seed);
const CHILDREN = Array.from({ length: 16 }, (_, i) => i);

/** Draws per stream. */
const WORDS = 128;

/** The keys of the first thousand seeds, each followed by its first sixteen children. */
const family = (
  make: (seed: number) => bigint,
  child: (parent: bigint, i: number) => bigint,
  seeds = SEEDS,
): bigint[] => seeds.flatMap((seed) => [make(seed), ...CHILDREN.map((i) => child(make(seed), i))]);

const streams = (keys: readonly bigint[]): Uint32Array[] => keys.map((k) => randomBits(k as Key, WORDS));

const keys = family(key, (parent, i) => split(parent as Key, i));

describe("key and split", () => {
  it("are the formulas of their docstrings", () => {
    const formula = (x: bigint) => 2n * (squares64(BigInt.asUintN(64, x), ROOT_KEY, "sum") / 2n) + 1n;
    for (const seed of [0n, 1n, 42n, 2n ** 53n + 1n, 2n ** 63n - 1n]) {
      expect(key(seed)).toBe(formula((seed + 1n) * GOLDEN));
      for (const i of [0n, 1n, 2n ** 63n - 1n])
        expect(split(key(seed), i)).toBe(formula(key(seed) + (i + 1n) * GOLDEN));
    }
  });

  it("never change: a stored run depends on them", () => {
    expect(key(0)).toBe(0x1cac36234cfcb4c9n);
    expect(split(key(0), 0)).toBe(0x76b545d6db21b225n);
  });

  it("take numbers and bigints alike", () => {
    expect(key(7n)).toBe(key(7));
    expect(split(key(7), 3n)).toBe(split(key(7), 3));
  });

  it("give distinct odd numbers", () => {
    expect(keys.every((k) => k % 2n === 1n && k < 2n ** 64n)).toBe(true);
    expect(new Set(keys).size).toBe(17_000);
  });

  it.each([-1, 0.5, NaN, Infinity, 2 ** 53, -1n, 2n ** 63n])("refuse %s", (bad) => {
    for (const run of [() => key(bad), () => split(key(0), bad)]) {
      expect(run).toThrow(/expected a whole number in \[0, 2\^63\), got .*\n {2}fix: /);
    }
  });
});

describe("keyFrom", () => {
  it("takes back a key that was written as a number", () => {
    expect(keyFrom(BigInt(String(key(5))))).toBe(key(5));
  });

  it.each([0n, 42n, -1n, 2n ** 64n + 1n])("refuses %s, which is no key", (bits) => {
    const run = () => keyFrom(bits);
    expect(run).toThrow(/expected an odd number/);
    try {
      run();
    } catch (thrown) {
      expect(isGenError(thrown)).toBe(true);
    }
  });
});

describe("the streams of the keys of seeds 0…999 and of their first 16 children", () => {
  it("are even, uncorrelated in themselves, and with each other", () => {
    expect(brokenLaws(streams(keys))).toEqual([]);
  });

  it("would not be if seeds were keys, or children near their parents: the laws can fail", () => {
    const few = SEEDS.slice(0, 100);
    const wrap = (x: bigint) => BigInt.asUintN(64, x);
    const raw = family(BigInt, (parent, i) => parent + BigInt(i), few);
    const odd = family(
      (seed) => BigInt(2 * seed + 1),
      (parent, i) => 64n * parent + BigInt(2 * i + 1),
      few,
    );
    // Spread over all 64 bits, but not mixed: (s + 1)G + (i + 1)G is also (s + i + 2)G.
    const unmixed = family(
      (seed) => wrap(BigInt(seed + 1) * GOLDEN) | 1n,
      (parent, i) => wrap(parent + BigInt(i + 1) * GOLDEN) | 1n,
      few,
    );
    for (const bad of [raw, odd, unmixed]) expect(brokenLaws(streams(bad))).not.toEqual([]);
    expect(brokenLaws(streams(keys.slice(0, 1700)))).toEqual([]);
  });
});

describe("the bits of a key", () => {
  /** Of each pair of bits, one of the argument and one of the key: how fairly flipping the one flips the other. */
  function avalanche(of: (x: bigint) => bigint): number[] {
    const trials = 300;
    const flips = new Float64Array(63 * 63);
    for (let t = 0; t < trials; t++) {
      const x = BigInt.asUintN(63, BigInt(t) * 0x2545f4914f6cdd1dn);
      const before = of(x);
      for (let a = 0; a < 63; a++) {
        const changed = (before ^ of(x ^ (1n << BigInt(a)))) >> 1n; // bit 0 of a key is always 1
        const [low, high] = [Number(changed & 0xffffffffn), Number(changed >> 32n)];
        for (let b = 0; b < 63; b++) flips[63 * a + b]! += ((b < 32 ? low : high) >>> (b % 32)) & 1;
      }
    }
    return Array.from(flips, (count) => fairness(count, trials));
  }

  it("each change with probability ½ when any bit of the seed or of the index changes", () => {
    expect(suspicions("seed", avalanche(key))).toEqual([]);
    const parent = key(3);
    expect(
      suspicions(
        "index",
        avalanche((i) => split(parent, i)),
      ),
    ).toEqual([]);
  });

  it("would not if they were only multiplied", () => {
    expect(
      suspicions(
        "product",
        avalanche((x) => BigInt.asUintN(64, x * GOLDEN) | 1n),
      ),
    ).not.toEqual([]);
  });

  it("are ones and zeros equally often", () => {
    const ones = new Float64Array(64);
    for (const k of keys) for (let bit = 1; bit < 64; bit++) ones[bit]! += Number((k >> BigInt(bit)) & 1n);
    expect(
      suspicions(
        "ones",
        Array.from(ones.subarray(1), (count) => fairness(count, keys.length)),
      ),
    ).toEqual([]);
  });
});
