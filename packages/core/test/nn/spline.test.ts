import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import {
  linearSpline,
  quadraticSpline,
  rationalQuadraticSpline,
  type Mapped,
  type SplineOptions,
  type Tails,
} from "../../src/nn/spline.js";
import { feed } from "../../src/tensor/inputs.js";
import { full, type Tensor } from "../../src/tensor/tensor.js";
import { expectGradients } from "../../src/testing/gradients.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { valuesOf } from "../../src/testing/run-reference.js";

const BINS = 5;
const TAILS = ["identity", "free", "circle"] as const;
type Spline = (x: Tensor, params: readonly Tensor[], options: SplineOptions) => Mapped;

/** Each spline, with how many numbers each of its parameters has. */
const splines: [string, Spline, (tails: Tails) => number[]][] = [
  [
    "rationalQuadraticSpline",
    (x, [widths, heights, slopes], options) =>
      rationalQuadraticSpline(x, { widths: widths!, heights: heights!, slopes: slopes! }, options),
    (tails) => [BINS, BINS, BINS + { identity: -1, circle: 0, free: 1 }[tails]],
  ],
  [
    "quadraticSpline",
    (x, [widths, heights], options) => quadraticSpline(x, { widths: widths!, heights: heights! }, options),
    (tails) => [BINS, BINS + (tails === "circle" ? 0 : 1)],
  ],
  ["linearSpline", (x, [heights], options) => linearSpline(x, heights!, options), () => [BINS]],
];
const cases = splines.flatMap(([name, spline, counts]) => TAILS.map((tails) => [name, tails, spline, counts] as const));

const numbers = (array: NdArray | undefined): number[] => [...array!.data].map(Number);
const interval = [-2, 3] as const;
const xs = Array.from({ length: 41 }, (_, i) => -4 + i * 0.2137); // some beyond both ends, none on one

describe.each(cases)("%s, tails %s", (_, tails, spline, counts) => {
  const make = (shape: number[]) => {
    const x = feed(shape);
    const params = counts(tails).map((count) => feed([...shape, count]));
    const given = params.map((p, i): [Tensor, NdArray] => [p, spread(p.shape, [-1.5, 1.5], i + 2)]);
    return { x, params, given };
  };

  it("rises, has the slope it reports, and is undone by its inverse", () => {
    const { x, params, given } = make([xs.length]);
    const there = spline(x, params, { interval, tails });
    const [slope] = grad(there.y.sum(), [x]);
    const back = spline(there.y, params, { interval, tails, inverse: true });
    const [y, logSlope, slopes, again, inverseLogSlope] = valuesOf(
      [there.y, there.logSlope, slope!, back.y, back.logSlope],
      new Map<Tensor, NdArray>([[x, ndarray(xs, [xs.length], "f64")], ...given]),
    ).map(numbers) as [number[], number[], number[], number[], number[]];
    xs.forEach((v, i) => {
      expect(slopes[i]).toBeGreaterThan(0);
      expect(Math.log(slopes[i]!)).toBeCloseTo(logSlope[i]!, 8);
      expect(Math.abs(again[i]! - v)).toBeLessThan(1e-9);
      expect(inverseLogSlope[i]).toBeCloseTo(-logSlope[i]!, 8);
      if (tails !== "identity" || (v >= -2 && v <= 3)) return;
      expect(y[i]).toBeCloseTo(v, 12);
      expect(logSlope[i]).toBeCloseTo(0, 12);
    });
  });

  it("is continuous and rises from end to end, with parameters that all elements share", () => {
    const many = Array.from({ length: 4001 }, (_, i) => -2.5 + i * 1.5e-3);
    const x = feed([many.length]);
    const params = counts(tails).map((count, i) => [feed([count]), spread([count], [-1.5, 1.5], i)] as const);
    const { y } = spline(
      x,
      params.map(([p]) => p),
      { interval, tails },
    );
    const values = numbers(
      valuesOf([y], new Map<Tensor, NdArray>([[x, ndarray(many, [many.length], "f64")], ...params]))[0],
    );
    const steps = values.slice(1).map((v, i) => v - values[i]!);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(0.05); // 1.5e-3 times the steepest slope
    const [low, high] = [values[Math.round(0.5 / 1.5e-3)]!, values[Math.round(5.5 / 1.5e-3)]!];
    expect(Math.abs(low + 2)).toBeLessThan(0.02);
    expect(Math.abs(high - 3)).toBeLessThan(0.02);
  });

  it("has gradients by x and by every parameter that are limits of differences, twice", () => {
    for (const inverse of [false, true]) {
      const { x, params, given } = make([4]);
      const { y, logSlope } = spline(x, params, { interval, tails, inverse });
      expectGradients(
        [y, logSlope],
        new Map<Tensor, NdArray>([[x, ndarray([-1.7, -0.31, 1.13, 2.6], [4], "f64")], ...given]),
        {
          tolerance: 1e-5,
        },
      );
    }
  });
});

describe("splines", () => {
  it("is the identity where all parameters are 0", () => {
    const x = feed([9]);
    const zeros = (count: number): Tensor => full([9, count], 0);
    const { y, logSlope } = rationalQuadraticSpline(x, { widths: zeros(4), heights: zeros(4), slopes: zeros(3) });
    const values = [-5, -3, -2, -1, 0, 0.5, 1.5, 3, 4];
    const [mapped, slopes] = valuesOf([y, logSlope], new Map([[x, ndarray(values, [9], "f64")]])).map(numbers);
    values.forEach((v, i) => expect(mapped![i]).toBeCloseTo(v, 6));
    slopes!.forEach((v) => expect(v).toBeCloseTo(0, 6));
  });

  it("goes round a circle as often as x does", () => {
    const x = feed([2]);
    const params = { widths: full([3], 0), heights: feed([3]), slopes: feed([3]) };
    const { y } = rationalQuadraticSpline(x, params, { interval: [0, 1], tails: "circle" });
    const given = new Map<Tensor, NdArray>([
      [x, ndarray([0.3, 2.3], [2], "f64")],
      [params.heights, ndarray([1, -1, 0])],
      [params.slopes, ndarray([0.5, 1, -1])],
    ]);
    const [a, b] = numbers(valuesOf([y], given)[0]);
    expect(b! - a!).toBeCloseTo(2, 9);
    expect(Math.abs(a! - 0.3)).toBeGreaterThan(0.05);
  });

  it("says what it wants", () => {
    const x = feed([4, 2]);
    const params = { widths: feed([4, 2, 5]), heights: feed([4, 2, 5]), slopes: feed([4, 2, 5]) };
    expect(() => rationalQuadraticSpline(x, params)).toThrow("expected 4 parameters for each of [4, 2]");
    expect(() => linearSpline(x, feed([3, 2, 5]))).toThrow("linearSpline: expected 5 parameters");
    expect(() => linearSpline(x, feed([5]), { least: 0.2 })).toThrow("share in (0, 1/K)");
    expect(() => linearSpline(x, feed([5]), { interval: [1, 1] })).toThrow("an interval low < high");
  });
});
