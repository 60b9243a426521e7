import { describe, expect, it } from "vitest";
import { ndarray } from "../../src/ndarray.js";
import { bernoulli } from "../../src/prob/bernoulli.js";
import { categorical } from "../../src/prob/categorical.js";
import type { Law } from "../../src/prob/distribution.js";
import { klDivergence, klMonteCarlo } from "../../src/prob/divergence.js";
import { klBernoulli, klCategorical, klNormal, klStandardNormal } from "../../src/prob/kl.js";
import { laplace } from "../../src/prob/laplace.js";
import { mixture } from "../../src/prob/mixture.js";
import { multivariateNormal } from "../../src/prob/multivariate-normal.js";
import { normal } from "../../src/prob/normal.js";
import { oneHotCategorical } from "../../src/prob/one-hot.js";
import { uniform } from "../../src/prob/uniform.js";
import { feed } from "../../src/tensor/inputs.js";
import { constant, full, iota, scalar, type Tensor } from "../../src/tensor/tensor.js";
import { expectGradients } from "../../src/testing/gradients.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { grid, integrate, mapNumbers, numbersOf, testKey } from "./numbers.js";

/** Σ or ∫ of p (log p − log q). */
const divergence = (p: readonly number[], q: readonly number[]): number[] =>
  p.map((lp, i) => Math.exp(lp) * (lp - q[i]!));

describe("closed forms equal their integrals", () => {
  const xs = grid(-12, 12, 4000);
  const step = xs[1]! - xs[0]!;
  const p = normal({ mean: scalar(0.5), std: 0.75 });
  const lp = mapNumbers((x) => p.logProb(x), xs);

  it("normal", () => {
    const q = normal({ mean: scalar(-1), logStd: scalar(0.5) });
    const lq = mapNumbers((x) => q.logProb(x), xs);
    expect(numbersOf(klNormal(p, q))[0]).toBeCloseTo(integrate(divergence(lp, lq), step), 6);
  });
  it("standard normal", () => {
    const q = normal({ mean: scalar(0), std: 1 });
    const lq = mapNumbers((x) => q.logProb(x), xs);
    expect(numbersOf(klStandardNormal(p))[0]).toBeCloseTo(integrate(divergence(lp, lq), step), 6);
    expect(numbersOf(klStandardNormal(p))[0]).toBeCloseTo(numbersOf(klNormal(p, q))[0]!, 7);
  });
  it("Bernoulli", () => {
    const [a, b] = [bernoulli({ logits: full([2], 0.7) }), bernoulli({ logits: full([2], -1.5) })];
    const [la, lb] = [a, b].map((d) => mapNumbers((x) => d.logProb(x), [0, 1])) as [number[], number[]];
    expect(numbersOf(klBernoulli(a, b))[0]).toBeCloseTo(
      divergence(la, lb).reduce((s, t) => s + t),
      12,
    );
  });
  it("categorical", () => {
    const rows = [
      [0.5, -1, 2],
      [1, 1, -2],
    ].map((row) => categorical({ logits: constant(ndarray(row)).expand([3, 3]) }));
    const [la, lb] = rows.map((d) => numbersOf(d.logProb(iota(3, "i32")))) as [number[], number[]];
    expect(numbersOf(klCategorical(rows[0]!, rows[1]!))[0]).toBeCloseTo(
      divergence(la, lb).reduce((s, t) => s + t),
      12,
    );
  });
});

it("sums over events, and is 0 from a distribution to itself", () => {
  const p = normal({ mean: full([2, 3], 0.3), std: full([3], 2), eventDims: 1 });
  expect(klNormal(p, p).shape).toEqual([2]);
  expect(klStandardNormal(p).shape).toEqual([2]);
  numbersOf(klNormal(p, p)).forEach((kl) => expect(kl).toBeCloseTo(0, 12));
  const b = bernoulli({ logits: full([2, 3], 1000), eventDims: 1 });
  expect(numbersOf(klBernoulli(b, b))).toEqual([0, 0]);
});

describe("the table of closed forms", () => {
  const p = normal({ mean: scalar(0.5), std: 0.75 });
  const wide = laplace({ mean: scalar(-1), logScale: scalar(0.3) });
  const near = laplace({ mean: scalar(0.25), logScale: scalar(-0.5) });
  const box = uniform({ low: scalar(-1), high: 2 });
  const integral = (a: Law, b: Law, [low, high] = [-40, 40]): number => {
    const inside = grid(low, high, 16_000);
    const [la, lb] = [a, b].map((d) => mapNumbers((x) => d.logProb(x), inside)) as [number[], number[]];
    return integrate(divergence(la, lb), inside[1]! - inside[0]!);
  };
  it.each<[string, Tensor, number]>([
    ["normal, laplace", klDivergence(p, wide), integral(p, wide)],
    ["laplace, laplace", klDivergence(wide, near), integral(wide, near)],
    ["laplace, normal", klDivergence(near, p), integral(near, p)],
    ["uniform, normal", klDivergence(box, p), integral(box, p, [-1, 2])],
    [
      "uniform, uniform",
      klDivergence(box, uniform({ low: scalar(-1.5), high: 2 })),
      integral(box, uniform({ low: scalar(-1.5), high: 2 }), [-1, 2]),
    ],
  ])("%s", (_, kl, wanted) => {
    expect(numbersOf(kl)[0]).toBeCloseTo(wanted, 5);
  });

  it("is ∞ where p reaches beyond q, and 0 from a law to itself", () => {
    expect(numbersOf(klDivergence(box, uniform({ low: scalar(0), high: 3 })))).toEqual([Infinity]);
    const vector = multivariateNormal({ mean: full([2, 2], 1), cholesky: constant(ndarray([1, 0, 0.5, 2], [2, 2])) });
    numbersOf(klDivergence(vector, vector)).forEach((kl) => expect(kl).toBeCloseTo(0, 6));
    const hot = oneHotCategorical({ logits: full([2, 3], 1) });
    expect(klDivergence(hot, hot).shape).toEqual([2]);
  });

  it("refuses, at compile time and at run time, pairs that have none, and names the way out", () => {
    // @ts-expect-error KL(uniform‖bernoulli) is not in the table
    expect(() => klDivergence(box, bernoulli({ logits: scalar(0) }))).toThrow(
      /expected a pair with a closed form, got uniform and bernoulli\n {2}fix: klMonteCarlo/,
    );
    // @ts-expect-error KL(normal‖uniform) is not in the table: it is ∞
    expect(() => klDivergence(p, box)).toThrow("got normal and uniform");
    const event = normal({ mean: full([2], 0), std: 1, eventDims: 1 });
    expect(() => klDivergence(event, normal({ mean: full([2], 0), std: 1 }))).toThrow("got eventDims 1 and 0");
  });

  it("is what draws give on average", () => {
    const many = normal({ mean: full([2000], 0.5), std: 0.75 });
    const other = mixture({
      logits: full([2], 0),
      components: [-1, 1].map((m) => normal({ mean: full([2000], m), std: 1 })),
    });
    const exactly = integral(
      p,
      mixture({ logits: full([2], 0), components: [-1, 1].map((m) => normal({ mean: scalar(m), std: 1 })) }),
    );
    for (const draws of [1, 5]) {
      const own = numbersOf(
        klMonteCarlo(many, normal({ mean: full([2000], -1), std: 2 }), { key: testKey(41), draws }),
      );
      const exact = numbersOf(klDivergence(p, normal({ mean: scalar(-1), std: 2 })))[0]!;
      const mean = own.reduce((a, b) => a + b) / own.length;
      const spread = Math.sqrt(own.reduce((sum, v) => sum + (v - mean) ** 2, 0) / own.length / own.length);
      expect(Math.abs(mean - exact)).toBeLessThan(4 * spread);
      const estimate = numbersOf(klMonteCarlo(many, other, { key: testKey(43), draws }));
      expect(estimate.reduce((a, b) => a + b) / estimate.length).toBeCloseTo(exactly, 1);
    }
    expect(() => klMonteCarlo(many, other, { key: testKey(1), draws: 0 })).toThrow(
      "a whole number of draws ≥ 1, got 0",
    );
  });

  it("has gradients that are limits of differences", () => {
    const [a, b] = [feed([3]), feed([3])];
    const given = new Map([
      [a, spread([3], [-1, 1], 1)],
      [b, spread([3], [-0.5, 0.5], 2)],
    ]);
    const [n, l] = [normal({ mean: a, logStd: b }), laplace({ mean: b, logScale: a })];
    const m = multivariateNormal({
      mean: a,
      cholesky: b
        .exp()
        .unsqueeze(1)
        .mul(constant(ndarray([1, 0, 0, 0.5, 1, 0, -1, 2, 1], [3, 3]))),
    });
    const standard = multivariateNormal({
      mean: full([3], 0),
      cholesky: constant(ndarray([1, 0, 0, 1, 2, 0, 1, 1, 1], [3, 3])),
    });
    expectGradients(
      [klDivergence(n, l), klDivergence(l, n), klDivergence(m, standard), klDivergence(standard, m)],
      given,
    );
    expectGradients([klMonteCarlo(n, l, { key: testKey(3), draws: 3 })], given, { order: 1 });
  });
});
