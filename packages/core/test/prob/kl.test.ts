import { describe, expect, it } from "vitest";
import { ndarray } from "../../src/ndarray.js";
import { bernoulli } from "../../src/prob/bernoulli.js";
import { categorical } from "../../src/prob/categorical.js";
import { klBernoulli, klCategorical, klNormal, klStandardNormal } from "../../src/prob/kl.js";
import { normal } from "../../src/prob/normal.js";
import { constant, full, iota, scalar } from "../../src/tensor/tensor.js";
import { grid, integrate, mapNumbers, numbersOf } from "./numbers.js";

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
