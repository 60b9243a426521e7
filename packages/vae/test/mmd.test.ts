import {
  constant,
  feed,
  key,
  ndarray,
  normalDraws,
  paths,
  reference,
  split,
  traceScope,
  type NdArray,
} from "@gen/core";
import { expectGradients, scalarKey, valuesOf } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import { gaussianKernel, infoVae, inverseMultiquadratic, mmd, waeMmd, type Kernel } from "../src/index.js";
import { boundOf } from "../src/bound.js";
import { elbo } from "../src/objective.js";
import { intensities, tinyVae } from "./pictures.js";

/** n points N(mean, std² I) in Z dimensions. */
function points(n: number, { z, mean = 0, std = 1, seed }: { z: number; mean?: number; std?: number; seed: number }) {
  const draws = normalDraws(key(seed), n * z, "f64");
  return ndarray(
    draws.map((v) => mean + std * v),
    [n, z],
    "f64",
  );
}

const value = (x: ReturnType<typeof points>, y: ReturnType<typeof points>, kernel: Kernel): number =>
  Number(valuesOf([mmd(constant(x), constant(y), kernel)])[0]!.data[0]);

describe("mmd", () => {
  it("is unbiased: that of normal distributions under a gaussian kernel is known", () => {
    // E k(x, y) for x − y ~ N(m, s² I) is (1 + s²/b²)^(−Z/2) exp(−‖m‖² / 2(b² + s²)).
    const [z, mean, std, b] = [2, 0.7, 0.5, 1.3];
    const expected = (m: number, s2: number): number =>
      (1 + s2 / b ** 2) ** (-z / 2) * Math.exp(-(z * m ** 2) / (2 * (b ** 2 + s2)));
    const exact = expected(0, 2) + expected(0, 2 * std ** 2) - 2 * expected(mean, 1 + std ** 2);
    const estimates = Array.from({ length: 40 }, (_, i) =>
      value(
        points(40, { z, seed: 2 * i }),
        points(30, { z, mean, std, seed: 2 * i + 1 }),
        gaussianKernel({ bandwidth: b }),
      ),
    );
    const average = estimates.reduce((a, v) => a + v) / 40;
    const error = Math.sqrt(estimates.reduce((a, v) => a + (v - average) ** 2, 0) / 39 / 40);
    expect(error).toBeLessThan(exact / 5); // so the test can fail
    expect(Math.abs(average - exact)).toBeLessThan(4 * error);
  });

  it("has mean 0 for draws of one distribution, by any kernel", () => {
    const kernel = inverseMultiquadratic({ c: 4 });
    const estimates = Array.from({ length: 40 }, (_, i) =>
      value(points(20, { z: 2, seed: 2 * i }), points(20, { z: 2, seed: 2 * i + 1 }), kernel),
    );
    const average = estimates.reduce((a, v) => a + v) / 40;
    const error = Math.sqrt(estimates.reduce((a, v) => a + (v - average) ** 2, 0) / 39 / 40);
    expect(Math.abs(average)).toBeLessThan(4 * error);
    expect(estimates.some((v) => v < 0)).toBe(true);
    expect(value(points(20, { z: 2, seed: 0 }), points(20, { z: 2, mean: 2, seed: 1 }), kernel)).toBeGreaterThan(0.3);
  });

  it("equals the double sum of its definition, and has the gradient of it", () => {
    const [x, y] = [points(4, { z: 3, seed: 1 }), points(5, { z: 3, mean: 1, seed: 2 })];
    const k = (a: number[], b: number[]): number => {
      const d = a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0);
      return [0.5, 2].reduce((sum, s) => sum + (6 * s) / (6 * s + d), 0);
    };
    const rows = ({ data, shape }: typeof x): number[][] =>
      Array.from({ length: shape[0]! }, (_, i) => [...data.slice(3 * i, 3 * i + 3)] as number[]);
    const mean = (a: number[][], b: number[][], skip: boolean): number => {
      const all = a.flatMap((p, i) => b.flatMap((q, j) => (skip && i === j ? [] : [k(p, q)])));
      return all.reduce((s, v) => s + v) / all.length;
    };
    const exact = mean(rows(x), rows(x), true) + mean(rows(y), rows(y), true) - 2 * mean(rows(x), rows(y), false);
    const kernel = inverseMultiquadratic({ c: 6, scales: [0.5, 2] });
    expect(value(x, y, kernel)).toBeCloseTo(exact, 10);
    const [a, b] = [feed([4, 3]), feed([5, 3])];
    expectGradients(
      [mmd(a, b, kernel)],
      new Map([
        [a, x],
        [b, y],
      ]),
      { order: 1 },
    );
  });

  it("refuses what cannot be", () => {
    expect(() => mmd(feed([1, 2]), feed([3, 2]), gaussianKernel({ bandwidth: 1 }))).toThrow("at least two points");
    expect(() => mmd(feed([3, 2]), feed([3, 1]), gaussianKernel({ bandwidth: 1 }))).toThrow("got [3, 2] and [3, 1]");
    expect(() => gaussianKernel({ bandwidth: 0 })).toThrow("bandwidth > 0, got 0");
    expect(() => inverseMultiquadratic({ c: -1 })).toThrow("numbers > 0, got -1");
    expect(() => inverseMultiquadratic({ c: 1, scales: [] })).toThrow("expected scales, got none");
  });
});

describe("losses that match codes to the prior", () => {
  const vae = tinyVae();
  const x = feed([5, 1, 4, 4]);
  const scope = () => traceScope("eval", feed([], "u64"));
  const evaluate = async (outputs: Parameters<typeof valuesOf>[0], used: ReturnType<typeof scope>) => {
    const store = await reference().init(vae, { key: key(1) });
    const given = new Map<typeof x, NdArray>([
      [x, intensities(5)],
      [used.key!, scalarKey(split(key(0), 1))],
    ]);
    for (const [name, tensor] of paths(vae)) given.set(tensor, await store.read(name));
    return valuesOf(outputs, given).map(({ data }) => Number(data[0]));
  };

  it("are sums of their parts", async () => {
    const used = scope();
    const wae = waeMmd(vae, { lambda: 3 })({ x }, used);
    const info = infoVae(vae, { alpha: 0.25, lambda: 5 })({ x }, used);
    const [a, b, c, d, e, f, g] = await evaluate(
      [wae.loss, wae.reconstruction, wae.mmd, info.loss, info.reconstruction, info.mmd, info["kl"]!],
      used,
    );
    expect(a).toBeCloseTo(3 * c! - b!, 6);
    expect(d).toBeCloseTo(0.75 * g! + 4.25 * f! - e!, 5);
  });

  it("α = 0, λ = 1 is the negative bound", async () => {
    const used = scope();
    const info = infoVae(vae, { alpha: 0, lambda: 1 })({ x }, used);
    const [loss, kl, reconstruction] = await evaluate([info.loss, info["kl"]!, info.reconstruction], used);
    expect(loss).toBeCloseTo(kl! - reconstruction!, 9);
    const other = scope();
    const { kl: closed } = boundOf(vae, { x }, { scope: other, objective: elbo() });
    const [wanted] = await evaluate([closed.mean()], other);
    expect(kl).toBeCloseTo(wanted!, 9);
  });

  it("refuse weights below 0", () => {
    expect(() => waeMmd(vae, { lambda: -1 })).toThrow("lambda ≥ 0, got -1");
    expect(() => infoVae(vae, { alpha: 2 })).toThrow("1 − alpha ≥ 0, got -1");
    expect(() => infoVae(vae, { alpha: 0, lambda: 0 })).toThrow("alpha + lambda − 1 ≥ 0, got -1");
  });
});
