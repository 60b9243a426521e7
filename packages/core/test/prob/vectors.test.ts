import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { ndarray } from "../../src/ndarray.js";
import {
  discretisedLogistic,
  discretisedLogisticMixture,
  mixture,
  multivariateNormal,
  normal,
  oneHotCategorical,
  relaxedCategorical,
} from "../../src/prob.js";
import { feed } from "../../src/tensor/inputs.js";
import { constant, full, type Tensor } from "../../src/tensor/tensor.js";
import { expectGradients } from "../../src/testing/gradients.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { chiSquareDeviation, grid, integrate, kolmogorovSmirnov, numbersGiven, numbersOf, testKey } from "./numbers.js";

const DRAWS = 4000;
const array = (values: readonly number[], shape: readonly number[]): Tensor => constant(ndarray(values, shape, "f64"));
const softmaxOf = (logits: readonly number[]): number[] => {
  const total = logits.reduce((sum, l) => sum + Math.exp(l), 0);
  return logits.map((l) => Math.exp(l) / total);
};

describe("multivariateNormal", () => {
  const L = [
    [1.2, 0],
    [-0.7, 0.5],
  ];
  const make = (n: number): ReturnType<typeof multivariateNormal> =>
    multivariateNormal({ mean: array([0.5, -1], [2]).expand([n, 2]), cholesky: array(L.flat(), [2, 2]) });

  it("integrates to 1", () => {
    const [xs, ys] = [grid(-8, 9, 200), grid(-7, 5, 200)];
    const points = xs.flatMap((x) => ys.flatMap((y) => [x, y]));
    const n = points.length / 2;
    const p = numbersOf(make(n).logProb(array(points, [n, 2]))).map(Math.exp);
    const inner = xs.map((_, i) => integrate(p.slice(i * ys.length, (i + 1) * ys.length), ys[1]! - ys[0]!));
    expect(integrate(inner, xs[1]! - xs[0]!)).toBeCloseTo(1, 6);
  });
  it("draws by its density: L⁻¹(x − μ) is standard normal, and each pair of draws independent", () => {
    const draws = numbersOf(make(DRAWS).sample(testKey(11)));
    const whitened = Array.from({ length: DRAWS }, (_, i) => {
      const a = (draws[2 * i]! - 0.5) / L[0]![0]!;
      return [a, (draws[2 * i + 1]! + 1 - L[1]![0]! * a) / L[1]![1]!];
    });
    const xs = grid(-7, 7, 2000);
    const density = xs.map((x) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI));
    for (const side of [0, 1]) {
      expect(
        kolmogorovSmirnov(
          whitened.map((z) => z[side]!),
          xs,
          density,
        ),
      ).toBeLessThan(1.95);
    }
    const correlation = whitened.reduce((sum, [a, b]) => sum + a! * b!, 0) / DRAWS;
    expect(Math.abs(correlation) * Math.sqrt(DRAWS)).toBeLessThan(4);
  });
  it("is the product of its elements' laws where L is diagonal, over any event", () => {
    const std = array([0.3, 1, 2.5], [3]);
    const x = constant(spread([2, 4, 3], [-2, 2], 1));
    const mean = full([2, 4, 3], 0.25);
    for (const eventDims of [1, 2, 3]) {
      const cholesky = constant(ndarray([0.3, 9, 9, 0, 1, 9, 0, 0, 2.5], [3, 3]));
      const [d, e] = [
        multivariateNormal({ mean, cholesky, eventDims }),
        normal({ mean, std: std.cast("f32"), eventDims }),
      ];
      numbersOf(e.logProb(x)).forEach((w, i) => expect(numbersOf(d.logProb(x))[i]).toBeCloseTo(w, 5));
      numbersOf(e.entropy()).forEach((w, i) => expect(numbersOf(d.entropy())[i]).toBeCloseTo(w, 5));
      expect(d.logProb(x).shape).toEqual([2, 4, 3].slice(0, 3 - eventDims));
    }
  });
  it("takes one matrix for all vectors, or one for each", () => {
    const [mean, x] = [full([2, 4, 2], 0.25), constant(spread([2, 4, 2], [-2, 2], 8))];
    const one = constant(ndarray(L.flat(), [2, 2]));
    const wanted = numbersOf(multivariateNormal({ mean, cholesky: one }).logProb(x));
    const each = multivariateNormal({ mean, cholesky: one.expand([2, 4, 2, 2]) });
    numbersOf(each.logProb(x)).forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 9));
    const rows = multivariateNormal({ mean, cholesky: one.expand([4, 2, 2]) });
    numbersOf(rows.logProb(x)).forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 9));
  });
  it("has gradients that are limits of differences", () => {
    const [mean, cholesky, x] = [feed([3]), feed([3, 3]), feed([2, 3])];
    const raised = spread([3, 3], [-0.5, 0.5], 2);
    [0, 4, 8].forEach((i) => (raised.data[i] = 1 + i / 10));
    const given = new Map([
      [mean, spread([3], [-1, 1], 3)],
      [cholesky, raised],
      [x, spread([2, 3], [-1, 1], 4)],
    ]);
    const d = multivariateNormal({ mean, cholesky });
    expectGradients([d.logProb(x), d.sample(testKey(1)), d.entropy()], given);
  });
  it("refuses a matrix that does not fit", () => {
    expect(() => multivariateNormal({ mean: full([3], 0), cholesky: full([2, 2], 1) })).toThrow(
      "multivariateNormal: expected mean [… D], cholesky [… D, D] and eventDims ≥ 1, got [3], [2, 2] and 1",
    );
  });
});

describe("categories as vectors", () => {
  const row = [0.5, -1, 2];
  const logits = (n: number): Tensor => constant(ndarray(row)).expand([n, 3]);

  it("one-hot draws follow the mass, and impossible ones have none", () => {
    const draws = numbersOf(oneHotCategorical({ logits: logits(DRAWS) }).sample(testKey(13)));
    const indices = Array.from({ length: DRAWS }, (_, i) => draws.slice(3 * i, 3 * i + 3).indexOf(1));
    expect(draws.reduce((a, b) => a + b)).toBe(DRAWS);
    expect(Math.abs(chiSquareDeviation(indices, softmaxOf(row)))).toBeLessThan(4);
    const d = oneHotCategorical({ logits: constant(ndarray([0, -Infinity, 0])) });
    const eye = constant(ndarray([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]));
    expect(numbersOf(d.logProb(eye)).map(Math.exp)).toEqual([0.5, 0, 0.5].map((v): unknown => expect.closeTo(v, 6)));
  });
  it("the largest share of a relaxed draw is distributed as the category, at any temperature", () => {
    for (const temperature of [0.1, 1, 5]) {
      const d = relaxedCategorical({ logits: logits(DRAWS), temperature });
      const index = numbersOf(d.sample(testKey(17)).argMax(-1));
      expect(Math.abs(chiSquareDeviation(index, softmaxOf(row)))).toBeLessThan(4);
    }
  });
  it("a relaxed law of two integrates to 1 over the simplex, and its draws follow it", () => {
    const xs = grid(1e-7, 1 - 1e-7, 20000);
    const pair = xs.flatMap((x) => [x, 1 - x]);
    const make = (n: number): ReturnType<typeof relaxedCategorical> =>
      relaxedCategorical({ logits: array([0.4, -0.3], [2]).expand([n, 2]), temperature: 1.5 });
    const p = numbersOf(make(xs.length).logProb(array(pair, [xs.length, 2]))).map(Math.exp);
    expect(integrate(p, xs[1]! - xs[0]!)).toBeCloseTo(1, 5);
    const draws = numbersOf(make(DRAWS).sample(testKey(19))).filter((_, i) => i % 2 === 0);
    expect(kolmogorovSmirnov(draws, xs, p)).toBeLessThan(1.95);
  });
  it("passes a gradient straight through a hard draw", () => {
    const l = feed([2, 3]);
    const value = spread([2, 3], [-1, 1], 5);
    const d = relaxedCategorical({ logits: l, temperature: 0.7 });
    const weights = constant(spread([2, 3], [0, 1], 6));
    const gradients = [d.sampleHard(testKey(2)), d.sample(testKey(2))].map((y) => grad(y.mul(weights).sum(), [l])[0]!);
    expectSameValues(gradients[0]!, gradients[1]!, new Map([[l, value]]));
    expectGradients([d.sample(testKey(2)), d.logProb(constant(ndarray([0.2, 0.3, 0.5])))], new Map([[l, value]]), {
      tolerance: 1e-5,
    });
    expect(() => relaxedCategorical({ logits: l, temperature: 0 })).toThrow("a temperature above 0, got 0");
  });
});

function expectSameValues(a: Tensor, b: Tensor, given: Parameters<typeof expectGradients>[1]): void {
  const [left, right] = numbersGiven([a, b], given);
  left!.forEach((v, i) => expect(v).toBeCloseTo(right![i]!, 10));
  expect(left!.some((v) => v !== 0)).toBe(true);
}

describe("discretisedLogisticMixture", () => {
  const levels = 4;
  const [N, K, C] = [1, 2, 3];
  const values = Array.from({ length: levels }, (_, i) => i / (levels - 1));
  const parts = (n: number, space: readonly number[] = [1]): Parameters<typeof discretisedLogisticMixture>[0] => {
    const of = (shape: readonly number[], [low, high]: [number, number], seed: number): Tensor =>
      constant(spread([N, ...shape, ...space], [low, high], seed)).expand([n, ...shape, ...space]);
    return {
      logits: of([K], [-0.5, 1], 1),
      mean: of([K, C], [0, 1], 2),
      logScale: of([K, C], [-2, 0], 3),
      coefficients: of([K, 3], [-0.6, 0.6], 4),
      levels,
    };
  };
  const pictures = values.flatMap((r) => values.flatMap((g) => values.map((b) => [r, g, b])));

  it("has mass 1 over all pixels, and draws by it", () => {
    const d = discretisedLogisticMixture(parts(pictures.length));
    const p = numbersOf(d.logProb(array(pictures.flat(), [pictures.length, 3, 1]).cast("f32"))).map(Math.exp);
    expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    const draws = numbersOf(discretisedLogisticMixture(parts(DRAWS)).sample(testKey(23)));
    const codes = Array.from({ length: DRAWS }, (_, i) =>
      [0, 1, 2].reduce((code, c) => code * levels + Math.round(draws[3 * i + c]! * (levels - 1)), 0),
    );
    expect(Math.abs(chiSquareDeviation(codes, p))).toBeLessThan(4);
  });
  it("equals eq. 3 of the paper, in plain numbers", () => {
    const { logits, mean, logScale, coefficients } = parts(1);
    const [l, m, s, a] = [logits, mean, logScale, coefficients!].map(numbersOf) as [
      number[],
      number[],
      number[],
      number[],
    ];
    const w = softmaxOf(l);
    const h = 0.5 / (levels - 1);
    const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
    for (const x of [
      [0, 1, 1 / 3],
      [2 / 3, 0, 1],
    ] as [number, number, number][]) {
      let total = 0;
      for (let k = 0; k < K; k++) {
        const at = [
          m[3 * k]!,
          m[3 * k + 1]! + a[3 * k]! * x[0],
          m[3 * k + 2]! + a[3 * k + 1]! * x[0] + a[3 * k + 2]! * x[1],
        ];
        const mass = at.map((mu, c) => {
          const scale = Math.exp(s[3 * k + c]!);
          const upper = x[c] === 1 ? 1 : sigmoid((x[c]! + h - mu) / scale);
          return upper - (x[c] === 0 ? 0 : sigmoid((x[c]! - h - mu) / scale));
        });
        total += w[k]! * mass.reduce((product, v) => product * v, 1);
      }
      const d = discretisedLogisticMixture(parts(1));
      expect(numbersOf(d.logProb(array(x, [1, 3, 1]).cast("f32")))[0]).toBeCloseTo(Math.log(total), 5);
    }
  });
  it("without coupling, one channel is the mixture of its laws; rows of pictures are events", () => {
    const of = (shape: readonly number[], seed: number): Tensor => constant(spread(shape, [-1, 1], seed));
    const [logits, mean, logScale] = [of([2, 3, 4, 2], 1), of([2, 3, 1, 4, 2], 2), of([2, 3, 1, 4, 2], 3)];
    const whole = discretisedLogisticMixture({ logits, mean, logScale, low: -1 });
    const last = (t: Tensor): Tensor => t.transpose([0, 2, 3, 1]); // [N, H, W, K]
    const each = mixture({
      logits: last(logits),
      components: discretisedLogistic({ mean: last(mean.squeeze(2)), logScale: last(logScale.squeeze(2)), low: -1 }),
    });
    const x = of([2, 1, 4, 2], 4);
    const wanted = numbersOf(each.logProb(x.squeeze(1)).sum([1, 2]));
    numbersOf(whole.logProb(x)).forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 6));
    expect(whole.sample(testKey(1)).shape).toEqual([2, 1, 4, 2]);
    expect(whole.logProb(x).shape).toEqual([2]);
  });
  it("stays finite at the borders and far away, values and gradients", () => {
    for (const extreme of [-1e4, -30, 0, 30, 1e4]) {
      const x = feed([2, 2, 3, 1]);
      const d = discretisedLogisticMixture({ ...parts(2), mean: x, logScale: x.mul(-1).maximum(-6) });
      const log = d.logProb(array([0, 0.5, 1, 1, 0, 1 / 3], [2, 3, 1]).cast("f32"));
      const given = new Map([[x, ndarray(new Float64Array(12).fill(extreme), [2, 2, 3, 1])]]);
      for (const v of numbersGiven([log, grad(log.sum(), [x])[0]!], given).flat()) expect(v).toSatisfy(Number.isFinite);
    }
  });
  it("refuses parameters that disagree", () => {
    expect(() => discretisedLogisticMixture({ ...parts(1), logits: full([1, 3, 1], 0) })).toThrow(
      "got [1, 3, 1], [1, 2, 3, 1], [1, 2, 3, 1]",
    );
  });
});

describe("mixture", () => {
  it("draws components by their weights, each event whole", () => {
    const d = mixture({
      logits: constant(ndarray([0, Math.log(3)])),
      components: normal({
        mean: constant(ndarray([-5, -5, 5, 5], [2, 2])).expand([DRAWS, 2, 2]),
        std: 0.01,
        eventDims: 1,
      }),
    });
    const draws = numbersOf(d.sample(testKey(29)));
    const sides = Array.from({ length: DRAWS }, (_, i) =>
      [draws[2 * i]!, draws[2 * i + 1]!].map((v) => (v > 0 ? 1 : 0)),
    );
    for (const [a, b] of sides) expect(a).toBe(b);
    expect(
      Math.abs(
        chiSquareDeviation(
          sides.map(([a]) => a!),
          [0.25, 0.75],
        ),
      ),
    ).toBeLessThan(5);
  });
  it("gives gradients to weights and components", () => {
    const [logits, mean] = [feed([3]), feed([4, 3])];
    const d = mixture({ logits, components: normal({ mean, std: 0.7 }) });
    const x = constant(spread([4], [-2, 2], 1));
    expectGradients(
      [d.logProb(x), d.mean, d.std!],
      new Map([
        [logits, spread([3], [-1, 1], 2)],
        [mean, spread([4, 3], [-2, 2], 3)],
      ]),
    );
  });
  it("is finite where each component is far away, and −∞ outside of all supports", () => {
    const far = mixture({
      logits: full([2], 0),
      components: [-1e4, 1e4].map((m) => normal({ mean: full([1], m), std: 1 })),
    });
    expect(numbersOf(far.logProb(full([1], 0)))[0]).toBeCloseTo(-5e7 - 0.5 * Math.log(2 * Math.PI), 0);
  });
  it("refuses components that do not fit", () => {
    const part = normal({ mean: full([2], 0), std: 1 });
    expect(() => mixture({ logits: full([3], 0), components: [part, part] })).toThrow(
      "K ≥ 1 components, got f32[3] and 2",
    );
    const event = normal({ mean: full([2], 0), std: 1, eventDims: 1 });
    expect(() => mixture({ logits: full([2], 0), components: [part, event] })).toThrow("got eventDims [0, 1]");
  });
});
