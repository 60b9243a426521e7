import { constant, ndarray, scalar, traceScope, type Tensor } from "@gen/core";
import { valuesOf } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  classifierGuided,
  coupled,
  ddim,
  ddpm,
  guided,
  inpainting,
  karras,
  linearBeta,
  schedule,
  SPACINGS,
  straight,
  thresholded,
  type Spacing,
} from "../src/index.js";
import { numbers, oracle } from "./gaussian.js";

const array = (data: readonly number[], shape: readonly number[]): Tensor => constant(ndarray([...data], [...shape]));
const read = (t: Tensor): number[] => numbers(valuesOf([t])[0]!);
const key = constant({ dtype: "u64", shape: [], data: BigUint64Array.of(0x9e3779b97f4a7c15n) });

describe("guidance", () => {
  const [conditional, unconditional] = [array([1, 2, 0, 4], [2, 2]), array([0, 1, 1, 0], [2, 2])];
  const estimates = { conditional, unconditional };

  it.each([
    [0, [0, 1, 1, 0]],
    [1, [1, 2, 0, 4]],
    [3, [3, 4, -2, 12]],
  ])("by weight %d", (weight, wanted) => {
    read(guided(estimates, scalar(1), { weight })).forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 6));
  });

  it("acts inside its interval alone", () => {
    const at = (sigma: number): number[] => read(guided(estimates, scalar(sigma), { weight: 3, interval: [0.5, 2] }));
    expect(at(1)).toEqual([3, 4, -2, 12]);
    expect(at(0.5)).toEqual([1, 2, 0, 4]);
    expect(at(2.5)).toEqual([1, 2, 0, 4]);
  });

  it("rescaled gives each row the spread of the conditional estimate", () => {
    const rows = read(guided(estimates, scalar(1), { weight: 3, rescale: 1 }));
    const spread = (a: number, b: number): number => Math.abs(a - b) / 2;
    expect(spread(rows[0]!, rows[1]!)).toBeCloseTo(0.5, 5);
    expect(spread(rows[2]!, rows[3]!)).toBeCloseTo(2, 5);
  });

  it("by a classifier moves a normal distribution to its posterior", () => {
    // x ~ N(0, 1); log p(c | x₀) = −(x₀ − 2)²/2 makes it N(1, ½). What the classifier sees of noisy x: E over x₀ | x.
    const sigma = 0.7;
    const logProb = (x: Tensor, s: Tensor): Tensor => {
      const shrink = s.square().add(1).reciprocal(); // x₀ | x ~ N(x·shrink, σ²·shrink)
      const variance = s.square().mul(shrink).add(1);
      return x.mul(shrink).sub(2).square().div(variance).mul(-0.5).sum(1);
    };
    const denoise = classifierGuided(oracle({ mean: 0, std: 1 }), { logProb });
    const wanted = oracle({ mean: 1, std: Math.SQRT1_2 });
    const x = array([0.3, -1.2], [2, 1]);
    const [got, truth] = [read(denoise(x, scalar(sigma))), read(wanted(x, scalar(sigma)))];
    got.forEach((v, i) => expect(v).toBeCloseTo(truth[i]!, 5));
  });

  it("thresholds each row by its own percentile, and never widens", () => {
    const x = array([0.5, -0.2, 0.1, 0.9, 4, -2, 1, 0.5], [2, 4]);
    const rows = read(thresholded(x, 0.75));
    rows.slice(0, 4).forEach((v, i) => expect(v).toBeCloseTo([0.5, -0.2, 0.1, 0.9][i]!, 6));
    rows.slice(4).forEach((v, i) => expect(v).toBeCloseTo([1, -1, 0.5, 0.25][i]!, 6));
  });
});

describe("a schedule", () => {
  it.each<[string, Spacing]>(Object.entries(SPACINGS))("%s has n + 1 levels that fall to 0", (_, spacing) => {
    for (const steps of [1, 2, 7]) {
      const sigmas = read(schedule(spacing, { process: straight(), steps }));
      expect(sigmas).toHaveLength(steps + 1);
      expect(sigmas.at(-1)).toBe(0);
      sigmas.slice(1).forEach((sigma, i) => expect(sigma).toBeLessThan(sigmas[i]!));
    }
  });

  it("of Karras et al. is the paper's", () => {
    const [high, low] = [linearBeta().levels.at(-1)!, linearBeta().levels[0]!];
    const sigmas = read(schedule(karras({ rho: 7 }), { process: linearBeta(), steps: 5 }));
    const wanted = (i: number): number => (high ** (1 / 7) + (i / 4) * (low ** (1 / 7) - high ** (1 / 7))) ** 7;
    [0, 1, 2, 3, 4].forEach((i) => expect(sigmas[i]! / wanted(i)).toBeCloseTo(1, 4));
  });

  it("begins below its top for a strength below 1", () => {
    const all = read(schedule("exponential", { process: straight(), steps: 4 }));
    const part = read(schedule("exponential", { process: straight(), steps: 4, strength: 0.5 }));
    expect(part[0]).toBeLessThan(all[0]!);
    expect(part[3]! / all[3]!).toBeCloseTo(1, 5);
  });
});

it("pairs noise with rows so that less is moved, and keeps each one's distribution", () => {
  const scope = traceScope("train", key);
  const n = 64;
  const values = (shift: number): number[] =>
    Array.from({ length: 2 * n }, (_, i) => Math.sin(i * 12.9898 + shift) * 2);
  const [x, noise] = [array(values(0), [n, 2]), array(values(5), [n, 2])];
  const paired = coupled(x, noise, scope);
  const cost = (other: Tensor): number => read(x.sub(other).square().sum(1).mean())[0]!;
  expect(cost(paired)).toBeLessThan(0.25 * cost(noise));
  const used = new Set(read(paired).filter((_, i) => i % 2 === 0));
  expect(used.size).toBeGreaterThan(n / 2);
});

it("pairs noise with numbers of one axis in their order, as optimal transport does there", () => {
  const n = 32;
  const shuffled = (seed: number): number[] => Array.from({ length: n }, (_, i) => Math.sin((i + 1) * seed) * 2);
  const x = shuffled(12.9898);
  const paired = read(coupled(array(x, [n, 1]), array(shuffled(78.233), [n, 1]), traceScope("train", key)));
  const ranks = (values: readonly number[]): number[] => values.map((v) => values.filter((w) => w < v).length);
  const [a, b] = [ranks(x), ranks(paired)];
  a.forEach((rank, i) => expect(Math.abs(rank - b[i]!)).toBeLessThan(n / 5));
});

describe("bad input", () => {
  it("names what is wrong", () => {
    const known = array([0, 0], [1, 2]);
    expect(() => inpainting({ sampler: ddpm(), known, mask: array([1], [1, 1]) })).toThrow(
      "inpainting: expected a mask [1, 2], got [1, 1]",
    );
    expect(() => schedule("karras", { process: straight(), steps: 0 })).toThrow(
      "expected steps, a whole number of at least 1, got 0",
    );
    expect(() => schedule("karras", { process: straight(), steps: 4, strength: 0 })).toThrow("strength");
    expect(() => ddim({ eta: 2 })).toThrow("η in [0, 1], got 2");
    expect(() => schedule("nothing" as never, { process: straight(), steps: 4 })).toThrow("expected one of trailing");
  });
});
