import { describe, expect, it } from "vitest";
import { key, split } from "../../src/rng/key.js";
import { normal, normalOf, randomBits, uniform, uniformOf } from "../../src/rng/random.js";
import { squares32 } from "../../src/rng/squares.js";
import { evenness, kolmogorov, KOLMOGOROV_LIMIT, normalCdf, suspicions } from "./statistics.js";

const N = 100_000;

describe("randomBits", () => {
  it("counts: element i is squares32(i)", () => {
    const k = key(1);
    expect([...randomBits(k, 1000)]).toEqual(Array.from({ length: 1000 }, (_, i) => squares32(BigInt(i), k)));
  });

  it("begins alike, however many are drawn", () => {
    expect(randomBits(key(2), 100).subarray(0, 7)).toEqual(randomBits(key(2), 7));
    expect(randomBits(key(2), 0)).toEqual(new Uint32Array(0));
  });

  it.each([-1, 0.5, NaN, 2 ** 32])("refuses %s draws", (n) => {
    expect(() => randomBits(key(0), n)).toThrow(/expected a whole number of draws/);
  });
});

describe("uniform", () => {
  it("lies inside (0, 1), exactly in f32, symmetric about ½", () => {
    for (const bits of [0, 511, 512, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
      const u = uniformOf(bits);
      expect(u).toBeGreaterThan(0);
      expect(u).toBeLessThan(1);
      expect(Math.fround(u)).toBe(u);
      expect(uniformOf(2 ** 32 - 1 - bits)).toBe(1 - u);
    }
    expect(uniformOf(0)).toBe(2 ** -24);
    expect(uniform(key(3), 100, "f64")).toEqual(Float64Array.from(uniform(key(3), 100)));
  });

  it("is uniform", () => {
    const u = uniform(key(4), N, "f64");
    expect(kolmogorov(u, (x) => x)).toBeLessThan(KOLMOGOROV_LIMIT);
    const counts = new Uint32Array(1000);
    for (const x of u) counts[Math.floor(x * 1000)]!++;
    expect(suspicions("bins", [evenness(counts)])).toEqual([]);
  });

  it("would not be if it leaned by four in a hundred: the test can fail", () => {
    const u = uniform(key(4), N, "f64").map((x) => x ** 1.04);
    expect(kolmogorov(u, (x) => x)).toBeGreaterThan(KOLMOGOROV_LIMIT);
  });
});

describe("normal", () => {
  it("inverts Φ to a relative error of 4e-7, over all that uniform can give", () => {
    let worst = 0;
    const check = (u: number) => {
      const z = normalOf(u);
      const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
      worst = Math.max(worst, Math.abs((normalCdf(z) - u) / density / z));
    };
    for (let bits = 0; bits < 2 ** 31; bits += 2 ** 31 / 4096 + 512) check(uniformOf(bits));
    for (let k = 0; k < 4096; k++) check(uniformOf(k * 512)); // the tail, one by one
    expect(worst).toBeLessThan(4e-7);
    expect(worst).toBeGreaterThan(1e-8); // it is an approximation: otherwise this measures nothing
  });

  it("is symmetric, and zero in the middle", () => {
    for (const bits of [0, 12345, 2 ** 30, 2 ** 31]) {
      expect(normalOf(uniformOf(2 ** 32 - 1 - bits))).toBe(-normalOf(uniformOf(bits)));
    }
    expect(normalOf(0.5)).toBe(0);
    expect(normalOf(2 ** -24)).toBeCloseTo(-5.2947, 4);
  });

  it("is computed in float64 and rounded", () => {
    expect(normal(key(5), 100)).toEqual(Float32Array.from(normal(key(5), 100, "f64")));
    expect(normal(key(5), 100, "f64")).toEqual(uniform(key(5), 100, "f64").map(normalOf));
  });

  it("has the distribution and the moments of N(0, 1)", () => {
    const z = normal(key(6), N, "f64");
    expect(kolmogorov(z, normalCdf)).toBeLessThan(KOLMOGOROV_LIMIT);
    // E zᵏ is 0, 1, 0, 3, 0, 15; the variance of zᵏ is E z²ᵏ − (E zᵏ)².
    const moments = [0, 1, 0, 3, 0, 15, 0, 105, 0, 945, 0, 10_395];
    const scores = [1, 2, 3, 4, 5, 6].map((k) => {
      const mean = z.reduce((sum, x) => sum + x ** k, 0) / N;
      const [expected, square] = [moments[k - 1]!, moments[2 * k - 1]!];
      return ((mean - expected) * Math.sqrt(N)) / Math.sqrt(square - expected ** 2);
    });
    for (const score of scores) expect(suspicions("moment", [score])).toEqual([]);
  });

  it("would not if it were wider by four in a hundred: the test can fail", () => {
    expect(
      kolmogorov(
        normal(key(6), N, "f64").map((x) => 1.04 * x),
        normalCdf,
      ),
    ).toBeGreaterThan(KOLMOGOROV_LIMIT);
  });

  it("is independent between the children of a key", () => {
    const scores = Array.from({ length: 1000 }, (_, i) => {
      const [a, b] = [normal(split(key(7), i), 100), normal(split(key(7), i + 1), 100)];
      return a.reduce((sum, x, j) => sum + x * b[j]!, 0) / 10;
    });
    expect(suspicions("children", scores)).toEqual([]);
  });
});
