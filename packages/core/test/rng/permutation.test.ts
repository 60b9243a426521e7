import { describe, expect, it } from "vitest";
import { key, split, type Key } from "../../src/rng/key.js";
import { permutation, permute } from "../../src/rng/permutation.js";
import { evenness, fairness, suspicions } from "./statistics.js";

/** A keyed shuffle: where it puts `i` among `n`. */
type Shuffle = (key: Key, n: number, i: number) => number;

const KEYS = Array.from({ length: 5000 }, (_, i) => split(key(11), i));

/** What is uneven about shuffles of few places: where each comes, which of two neighbours comes first, whole orders. */
function unevenness(shuffle: Shuffle): string[] {
  const n = 7;
  const places = Array.from({ length: n * n }, () => 0);
  const ascents = Array.from({ length: n - 1 }, () => 0);
  const orders = { 3: new Map<string, number>(), 4: new Map<string, number>() };
  for (const k of KEYS) {
    const order = Array.from({ length: n }, (_, i) => shuffle(k, n, i));
    order.forEach((place, i) => places[n * i + place]!++);
    for (let i = 0; i + 1 < n; i++) if (order[i]! < order[i + 1]!) ascents[i]!++;
    for (const few of [3, 4] as const) {
      const name = Array.from({ length: few }, (_, i) => shuffle(k, few, i)).join("");
      orders[few].set(name, (orders[few].get(name) ?? 0) + 1);
    }
  }
  const padded = (few: 3 | 4, count: number) => [
    ...orders[few].values(),
    ...Array<number>(count - orders[few].size).fill(0),
  ];
  return [
    ...suspicions(
      "places",
      Array.from({ length: n }, (_, i) => evenness(places.slice(n * i, n * (i + 1)))),
    ),
    ...suspicions(
      "ascents",
      ascents.map((count) => fairness(count, KEYS.length)),
    ),
    ...suspicions("orders of 3", [evenness(padded(3, 6))]),
    ...suspicions("orders of 4", [evenness(padded(4, 24))]),
  ];
}

describe("permute", () => {
  it.each([1, 2, 3, 4, 5, 7, 9, 10, 16, 17, 100, 1000, 1024, 65_537])("takes each of %i places once", (n) => {
    for (const seed of [0, 1, 2]) {
      const order = permutation(key(seed), n);
      expect(new Set(order).size).toBe(n);
      expect(order.every((place) => place < n)).toBe(true);
    }
  });

  it("is what permutation gives whole", () => {
    const order = permutation(key(1), 1000);
    expect(Array.from({ length: 1000 }, (_, i) => permute(key(1), 1000, i))).toEqual([...order]);
  });

  it("never changes: the order of a stored run depends on it", () => {
    expect([...permutation(key(0), 10)]).toMatchInlineSnapshot(`
      [
        0,
        9,
        8,
        6,
        5,
        4,
        1,
        3,
        7,
        2,
      ]
    `);
    expect(permute(key(0), 2 ** 48, 123_456_789)).toMatchInlineSnapshot(`112145867666452`);
  });

  it("is even over keys", () => {
    expect(unevenness(permute)).toEqual([]);
  });

  it("would not be if it rotated, or swapped by a few bits: the laws can fail", () => {
    const rotate: Shuffle = (k, n, i) => (i + Number(k % BigInt(n))) % n;
    const reverse: Shuffle = (k, n, i) => (k % 4n === 1n ? i : n - 1 - i);
    expect(unevenness(rotate)).not.toEqual([]);
    expect(unevenness(reverse)).not.toEqual([]);
  });

  it("puts the first of many places anywhere", () => {
    for (const n of [1000, 65_537, 2 ** 31, 2 ** 48]) {
      for (const i of [0, n - 1]) {
        const counts = Array.from({ length: 50 }, () => 0);
        for (const k of KEYS) counts[Math.floor((permute(k, n, i) / n) * 50)]!++;
        expect(suspicions(`${i} of ${n}`, [evenness(counts)])).toEqual([]);
      }
    }
  });

  it("leaves no trace of the old order in the new", () => {
    const n = 65_537;
    const order = permutation(key(9), n);
    const scale = 12 / n / n / Math.sqrt(n);
    const correlation = (lag: number) =>
      order.reduce((sum, place, i) => sum + (place - n / 2) * (order[(i + lag) % n]! - n / 2), 0) * scale;
    const trend = order.reduce((sum, place, i) => sum + (place - n / 2) * (i - n / 2), 0) * scale;
    expect(suspicions("order", [trend, correlation(1), correlation(2), correlation(257)])).toEqual([]);
    // Places that stay are Poisson(1): 11 or more with probability 1e-8.
    expect(order.filter((place, i) => place === i).length).toBeLessThan(11);
  });

  it("differs between keys", () => {
    const [a, b] = [permutation(key(0), 1000), permutation(key(1), 1000)];
    expect(a.filter((place, i) => place === b[i]).length).toBeLessThan(11);
  });

  it.each([
    [0, 0],
    [1.5, 0],
    [NaN, 0],
    [2 ** 49, 0],
    [10, -1],
    [10, 10],
    [10, 0.5],
  ])("refuses %d places, of which the %dth", (n, i) => {
    expect(() => permute(key(0), n, i)).toThrow(/^permute: expected a whole number/);
  });

  it("is whole only where it fits in 32 bits", () => {
    expect(() => permutation(key(0), 2 ** 32)).toThrow(/expected a whole number of places/);
  });
});
