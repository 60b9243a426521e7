import { describe, expect, it } from "vitest";
import { ndarray } from "../../src/ndarray.js";
import { key, split } from "../../src/rng/key.js";
import { normal, randomBits as hostBits, uniform } from "../../src/rng/random.js";
import {
  keyFromSeed,
  randomBits,
  randomInteger,
  randomNormal,
  randomUniform,
  splitKey,
} from "../../src/tensor/random.js";
import { constant, scalar, type Tensor } from "../../src/tensor/tensor.js";
import { scalarKey, valuesOf } from "../../src/testing/run-reference.js";

const root = key(12);
const k = constant(scalarKey(root));
const values = (t: Tensor): (number | bigint)[] => [...valuesOf([t])[0]!.data];

describe("in a graph as on the host", () => {
  it("keys", () => {
    for (const seed of [0n, 1n, 42n, 2n ** 60n])
      expect(values(keyFromSeed(constant(ndarray([seed], [], "u64"))))).toEqual([key(seed)]);
    for (const i of [0, 1, 7, 1e9]) {
      expect(values(splitKey(k, i))).toEqual([split(root, i)]);
      expect(values(splitKey(k, scalar(i, "i32")))).toEqual([split(root, i)]);
    }
  });

  it("bits and uniforms, exactly; normals, but for rounding", () => {
    expect(values(randomBits(k, [3, 5]))).toEqual([...hostBits(root, 15)]);
    expect(values(randomUniform(k, [100]))).toEqual([...uniform(root, 100, "f64")]);
    const wanted = normal(root, 500, "f64");
    // The coefficients in the graph are f32.
    values(randomNormal(k, [500])).forEach((z, i) => expect(Math.abs(Number(z) - wanted[i]!)).toBeLessThan(1e-5));
  });
});

it("whole numbers are spread evenly below their bound", () => {
  const draws = values(randomInteger(k, [6000], 6)).map(Number);
  const counts = [0, 1, 2, 3, 4, 5].map((face) => draws.filter((d) => d === face).length);
  const chi2 = counts.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  expect(counts.reduce((a, b) => a + b)).toBe(6000);
  expect(chi2).toBeLessThan(20.5); // once in a thousand, with 5 degrees of freedom
});

it("nothing can be drawn too", () => {
  expect(values(randomNormal(k, [0, 3]))).toEqual([]);
});

it("normals may be kept within bounds: the rest of the distribution, and not a heap at its ends", () => {
  const draws = values(randomNormal(k, [20_000], { within: 1 })).map(Number);
  expect(Math.max(...draws.map(Math.abs))).toBeLessThan(1 + 1e-5);
  const square = draws.reduce((sum, z) => sum + z * z, 0) / draws.length;
  expect(square).toBeCloseTo(1 - (2 * 0.2419707) / 0.6826895, 2); // 1 − 2τφ(τ) / (2Φ(τ) − 1)
  expect(draws.filter((z) => Math.abs(z) < 0.5).length / draws.length).toBeCloseTo(0.3829249 / 0.6826895, 2);
  expect(values(randomNormal(k, [3], { within: 0 }))).toEqual([0, 0, 0]);
  expect(values(randomNormal(k, [20_000], { within: scalar(1) })).map(Number)).toEqual(draws); // or a number of the graph
});
