import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { ndarray } from "../../src/ndarray.js";
import { bernoulli } from "../../src/prob/bernoulli.js";
import { categorical } from "../../src/prob/categorical.js";
import { discretisedLogistic } from "../../src/prob/discretised-logistic.js";
import type { Distribution } from "../../src/prob/distribution.js";
import { laplace } from "../../src/prob/laplace.js";
import { logistic } from "../../src/prob/logistic.js";
import { mixture } from "../../src/prob/mixture.js";
import { normal } from "../../src/prob/normal.js";
import { uniform } from "../../src/prob/uniform.js";
import { constant, full, iota, scalar, type Tensor } from "../../src/tensor/tensor.js";
import { chiSquareDeviation, grid, integrate, kolmogorovSmirnov, mapNumbers, numbersOf, testKey } from "./numbers.js";

const DRAWS = 4000;

const WEIGHTS = constant(ndarray([0.2, -1, 0.7]));
/** [n, 3]: three laws for each of n elements. */
const rowsOf = (n: number): { mean: Tensor; std: Tensor } => ({
  mean: constant(ndarray([-2, 0.5, 3])).expand([n, 3]),
  std: constant(ndarray([1, 0.5, 0.25])),
});

/** Each with parameters of shape [n], all elements alike, and a range that holds all but 1e-9 of its mass. */
const continuous: [string, (n: number) => Distribution, [number, number]][] = [
  ["normal", (n) => normal({ mean: full([n], 0.5), std: 1.5 }), [-10, 11]],
  ["normal by its logarithm", (n) => normal({ mean: full([n], -2), logStd: full([n], -1) }), [-5, 1]],
  ["laplace", (n) => laplace({ mean: full([n], 0.5), logScale: 0.25 }), [-27.5, 28.5]],
  ["logistic", (n) => logistic({ mean: full([n], 0.5), logScale: -0.5 }), [-19.5, 20.5]],
  ["uniform", (n) => uniform({ low: full([n], -1), high: 3 }), [-1, 3]],
  ["mixture of a family", (n) => mixture({ logits: WEIGHTS, components: normal(rowsOf(n)) }), [-12, 9]],
  [
    "mixture of different ones",
    (n) =>
      mixture({
        logits: WEIGHTS,
        components: [
          normal({ mean: full([n], -2), std: 0.5 }),
          laplace({ mean: full([n], 0.5), logScale: -1 }),
          logistic({ mean: full([n], 3), logScale: -1.5 }),
        ],
      }),
    [-9.5, 10.5],
  ],
];

describe.each(continuous)("%s", (name, make, [low, high]) => {
  const xs = grid(low, high, 4000);
  const step = xs[1]! - xs[0]!;
  const logP = mapNumbers((x) => make(xs.length).logProb(x), xs);
  const p = logP.map(Math.exp);

  it("has a density that integrates to 1", () => {
    expect(integrate(p, step)).toBeCloseTo(1, 7);
  });
  it("has the moments and entropy of its density", () => {
    const d = make(1);
    const mean = integrate(
      p.map((v, i) => v * xs[i]!),
      step,
    );
    const variance = integrate(
      p.map((v, i) => v * (xs[i]! - mean) ** 2),
      step,
    );
    expect(numbersOf(d.std!)[0]).toBeCloseTo(Math.sqrt(variance), 6);
    expect(numbersOf(d.mean)[0]).toBeCloseTo(mean, 6);
    const entropy = -integrate(
      p.map((v, i) => (v === 0 ? 0 : v * logP[i]!)),
      step,
    );
    if (d.entropy !== undefined) expect(numbersOf(d.entropy())[0]).toBeCloseTo(entropy, 6);
    expect(d.entropy === undefined).toBe(name.startsWith("mixture"));
  });
  it("draws by its density", () => {
    const draws = numbersOf(make(DRAWS).sample(testKey(3)));
    expect(draws).toHaveLength(DRAWS);
    expect(kolmogorovSmirnov(draws, xs, p)).toBeLessThan(1.95);
  });
});

it("uniform gives nothing to what lies outside", () => {
  expect(mapNumbers((x) => uniform({ low: full([2], -1), high: 3 }).logProb(x), [-1.01, 3.01])).toEqual([
    -Infinity,
    -Infinity,
  ]);
});

describe("bernoulli", () => {
  it.each([-2, 0, 0.7])("from logit %f: mass, mean, entropy, draws", (logit) => {
    const d = bernoulli({ logits: full([2], logit) });
    const p = mapNumbers((x) => d.logProb(x), [0, 1]).map(Math.exp);
    expect(p[0]! + p[1]!).toBeCloseTo(1, 12);
    expect(numbersOf(d.mean)[0]).toBeCloseTo(p[1]!, 12);
    expect(numbersOf(d.entropy())[0]).toBeCloseTo(-p[0]! * Math.log(p[0]!) - p[1]! * Math.log(p[1]!), 12);
    expect(
      Math.abs(chiSquareDeviation(numbersOf(bernoulli({ logits: full([DRAWS], logit) }).sample(testKey(5))), p)),
    ).toBeLessThan(5);
  });
});

describe("categorical", () => {
  const row = [0.5, -1, 2, -Infinity, 1];
  const d = categorical({ logits: constant(ndarray(row)).expand([5, 5]) });
  const p = numbersOf(d.logProb(iota(5, "i32"))).map(Math.exp);

  it("has mass 1, and its mean holds the probabilities", () => {
    expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(p[3]).toBe(0);
    numbersOf(d.mean)
      .slice(0, 5)
      .forEach((m, k) => expect(m).toBeCloseTo(p[k]!, 12));
  });
  it("draws by its mass, and never what is impossible", () => {
    const draws = numbersOf(categorical({ logits: constant(ndarray(row)).expand([DRAWS, 5]) }).sample(testKey(7)));
    expect(draws).not.toContain(3);
    expect(Math.abs(chiSquareDeviation(draws, p))).toBeLessThan(4);
  });
  it("has the entropy of its mass", () => {
    const logits = constant(ndarray([0.5, -1, 2]));
    const q = numbersOf(categorical({ logits: logits.expand([3, 3]) }).logProb(iota(3, "i32")));
    expect(numbersOf(categorical({ logits }).entropy())[0]).toBeCloseTo(
      -q.reduce((sum, l) => sum + Math.exp(l) * l, 0),
      12,
    );
  });
});

describe("discretisedLogistic", () => {
  const levels = 16;
  const values = Array.from({ length: levels }, (_, k) => k / (levels - 1));
  const make = (mu: number, logScale: number, n = levels): Distribution =>
    discretisedLogistic({ mean: full([n], mu), logScale, levels });

  it.each([
    [0.5, -3],
    [0, -7],
    [1.5, -1],
    [-4, 0],
    [0.03, -2],
    [0.5, 4],
  ])("mass 1 at μ = %f, log s = %f", (mu, logScale) => {
    const p = mapNumbers((x) => make(mu, logScale).logProb(x), values).map(Math.exp);
    expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 6); // constants such as half a step are f32
  });
  it("is the difference of the distribution function at the ends of each interval", () => {
    const cdf = (y: number): number => 1 / (1 + Math.exp(-(y - 0.375) / Math.exp(-2)));
    const h = 0.5 / (levels - 1);
    const wanted = values.map((v, k) => (k === levels - 1 ? 1 : cdf(v + h)) - (k === 0 ? 0 : cdf(v - h)));
    mapNumbers((x) => make(0.375, -2).logProb(x), values).forEach((l, k) =>
      expect(Math.exp(l)).toBeCloseTo(wanted[k]!, 6),
    );
  });
  it("draws levels by their mass, and has their mean to within half a step", () => {
    const p = mapNumbers((x) => make(0.7, -2).logProb(x), values).map(Math.exp);
    const draws = numbersOf(make(0.7, -2, DRAWS).sample(testKey(9))).map((v) => Math.round(v * (levels - 1)));
    expect(Math.abs(chiSquareDeviation(draws, p))).toBeLessThan(4);
    const mean = p.reduce((sum, pk, k) => sum + pk * values[k]!, 0);
    expect(Math.abs(numbersOf(make(0.7, -2, 1).mean)[0]! - mean)).toBeLessThan(0.5 / (levels - 1));
  });
});

describe("events", () => {
  it("sums over the trailing axes that make an event", () => {
    const parts = (eventDims: number): Distribution[] => [
      normal({ mean: full([2, 3, 4], 0), std: 1, eventDims }),
      normal({ mean: full([3, 4], 0), std: full([2, 1, 1], 1), eventDims }),
      bernoulli({ logits: full([2, 3, 4], 0), eventDims }),
      laplace({ mean: full([2, 3, 4], 0), logScale: 0, eventDims }),
      discretisedLogistic({ mean: full([2, 3, 4], 0), logScale: 0, eventDims }),
      logistic({ mean: full([2, 3, 4], 0), logScale: 0, eventDims }),
      mixture({
        logits: full([2], 0),
        components: [0, 1].map((m) => normal({ mean: full([2, 3, 4], m), std: 1, eventDims })),
      }),
    ];
    for (const eventDims of [0, 1, 2, 3]) {
      for (const d of parts(eventDims)) {
        expect(d.sample(testKey(1)).shape).toEqual([2, 3, 4]);
        expect(d.logProb(full([2, 3, 4], 0)).shape).toEqual([2, 3, 4].slice(0, 3 - eventDims));
        expect((d.entropy?.() ?? d.logProb(full([2, 3, 4], 0))).shape).toEqual([2, 3, 4].slice(0, 3 - eventDims));
      }
    }
    expect(() => normal({ mean: full([2], 0), std: 1, eventDims: 2 })).toThrow("eventDims in [0, 1]");
  });
});

describe("gradients at the extremes are finite", () => {
  const finite = (loss: Tensor, wrt: Tensor): void => {
    for (const value of numbersOf(grad(loss.sum(), [wrt])[0]!)) expect(value).toSatisfy(Number.isFinite);
    expect(numbersOf(loss.sum())[0]).toSatisfy(Number.isFinite);
  };
  // e^±1000 overflows the reference's float64 as e^±100 does f32.
  it.each([-1000, -100, 0, 100, 1000])("%f", (extreme) => {
    const x = full([3], extreme);
    const bit = constant(ndarray([0, 1, 1]));
    finite(bernoulli({ logits: x }).logProb(bit), x);
    const rows = full([3, 2], 1)
      .mul(x.unsqueeze(-1))
      .mul(constant(ndarray([1, -1])));
    finite(categorical({ logits: rows }).logProb(constant(ndarray([0, 1, 1], undefined, "i32"))), x);
    const levels = constant(ndarray([0, 0.5, 1]));
    finite(discretisedLogistic({ mean: x, logScale: -20, minLogScale: -20 }).logProb(levels), x);
    finite(discretisedLogistic({ mean: scalar(0.3), logScale: x }).logProb(levels), x);
  });
});
