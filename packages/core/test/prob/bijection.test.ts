import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { ndarray } from "../../src/ndarray.js";
import {
  affineBijection,
  chainBijections,
  expBijection,
  invertBijection,
  logistic,
  normal,
  sigmoidBijection,
  softplusBijection,
  tanhBijection,
  transformed,
  type Bijection,
  type Law,
} from "../../src/prob.js";
import { feed } from "../../src/tensor/inputs.js";
import { constant, full } from "../../src/tensor/tensor.js";
import { grid, integrate, kolmogorovSmirnov, mapNumbers, numbersGiven, numbersOf, testKey } from "./numbers.js";

const DRAWS = 4000;
const affine = affineBijection({ shift: constant(ndarray([0.25], [])), logScale: 0.5 });

/** Each with a range of y that holds all but 1e-9 of the mass of N(0.3, 0.6²) through it. */
const maps: [string, Bijection, [number, number]][] = [
  ["affine", affine, [-6, 8]],
  ["exp", expBijection, [1e-9, 60]],
  ["sigmoid", sigmoidBijection, [1e-9, 1 - 1e-9]],
  ["tanh", tanhBijection, [-1 + 1e-9, 1 - 1e-9]],
  ["softplus", softplusBijection, [1e-9, 6]],
  ["a chain of three", chainBijections(affine, tanhBijection, expBijection), [Math.exp(-1) + 1e-9, Math.E - 1e-9]],
  [
    "the inverse of the sigmoid of exp",
    invertBijection(invertBijection(chainBijections(sigmoidBijection, expBijection))),
    [1 + 1e-9, Math.E - 1e-9],
  ],
];

describe.each(maps)("%s", (_, bijection, [low, high]) => {
  const xs = grid(-4, 4, 40);
  it("undoes itself, and its slope is the one that autodiff measures", () => {
    const x = feed([xs.length]);
    const y = bijection.forward(x);
    const [slope] = grad(y.sum(), [x]);
    const given = new Map([[x, ndarray(xs, undefined, "f64")]]);
    const [back, logSlope, measured] = numbersGiven(
      [bijection.inverse(y), bijection.logSlope(x).add(x.mul(0)), slope!.log()],
      given,
    );
    xs.forEach((v, i) => {
      expect(back![i]).toBeCloseTo(v, 6);
      expect(logSlope![i]).toBeCloseTo(measured![i]!, 6);
    });
  });

  const make = (n: number): Law =>
    transformed({ base: normal({ mean: full([n], 0.3), std: full([n], 0.6) }), bijection });
  it("makes a density that integrates to 1, and that its draws follow", () => {
    const ys = grid(low, high, 20_000);
    const p = mapNumbers((y) => make(ys.length).logProb(y), ys).map(Math.exp);
    expect(integrate(p, ys[1]! - ys[0]!)).toBeCloseTo(1, 5);
    expect(kolmogorovSmirnov(numbersOf(make(DRAWS).sample(testKey(31))), ys, p)).toBeLessThan(1.95);
  });
  it("gives a draw with its density", () => {
    const d = transformed({ base: normal({ mean: full([5, 3], 0.3), std: 0.6, eventDims: 1 }), bijection });
    const { x, logProb } = d.sampleWithLogProb(testKey(37));
    const wanted = numbersOf(d.logProb(x));
    expect(wanted).toHaveLength(5);
    numbersOf(logProb).forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 6));
  });
});

it("has no density outside of the range, for an event with any element there, and a gradient of 0", () => {
  const mean = feed([3]);
  const d = transformed({ base: normal({ mean, std: 1, eventDims: 1 }), bijection: sigmoidBijection });
  const rows = [
    [0.2, 0.5, 0.9],
    [0.2, 1.5, 0.9],
    [0, 0.5, 0.9],
    [0.2, 0.5, 1],
  ];
  const y = constant(ndarray(rows.flat(), [4, 3]));
  const [log, slope] = numbersGiven(
    [d.logProb(y), grad(d.logProb(y).slice(0, 1).sum(), [mean])[0]!],
    new Map([[mean, ndarray([0, 0, 0])]]),
  );
  expect(log![0]).toSatisfy(Number.isFinite);
  expect(log!.slice(1)).toEqual([-Infinity, -Infinity, -Infinity]);
  for (const v of slope!) expect(v).toSatisfy((x) => !Number.isNaN(x));
});

it("slopes and densities are finite far out", () => {
  for (const extreme of [-1e4, -200, 200, 1e4]) {
    for (const bijection of [sigmoidBijection, tanhBijection, softplusBijection]) {
      const x = feed([1]);
      const slope = bijection.logSlope(x);
      for (const [v] of numbersGiven([slope, grad(slope.sum(), [x])[0]!], new Map([[x, ndarray([extreme])]]))) {
        expect(v).toSatisfy(Number.isFinite);
      }
    }
    const d = logistic({ mean: full([1], extreme), logScale: 0 });
    expect(numbersOf(d.logProb(full([1], 0)))[0]).toBeCloseTo(-Math.abs(extreme), 6);
  }
});

it("refuses an empty chain", () => {
  expect(() => chainBijections()).toThrow("chainBijections: expected at least one bijection, got none");
});
