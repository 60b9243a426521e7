import { describe, expect, it } from "vitest";
import { LruCache } from "../src/lru.js";

describe("LruCache", () => {
  const make = () => new LruCache<number, string>({ limit: 6, sizeOf: (value) => value.length });

  it("drops what was unused for longest", () => {
    const cache = make();
    for (const [key, value] of [
      [1, "aa"],
      [2, "bb"],
      [3, "cc"],
    ] as const)
      cache.set(key, value);
    cache.get(1);
    cache.set(4, "dd");
    expect([1, 2, 3, 4].map((key) => cache.get(key))).toEqual(["aa", undefined, "cc", "dd"]);
    expect(cache.size).toBe(6);
  });

  it("counts a replaced value once and keeps nothing that is too large", () => {
    const cache = make();
    cache.set(1, "aaa");
    cache.set(1, "b");
    expect(cache.size).toBe(1);
    cache.set(1, "much too long");
    expect(cache.get(1)).toBeUndefined();
    expect(cache.size).toBe(0);
  });
});
