import { ndarray, type NdArray } from "@gen/core";
import { describe, expect, it } from "vitest";
import { Continuous, type ContinuousOptions } from "../src/index.js";
import { describeTransform, evaluated } from "./laws.js";

const hidden = [8];

describeTransform("Continuous", (dim: number) => new Continuous({ dim, hidden, steps: 24 }), {
  sizes: [1, 2, 3, 5],
  logDetTolerance: 2e-5,
});
describeTransform(
  "Continuous with context",
  (dim: number) => new Continuous({ dim, hidden, contextDim: 2, steps: 24 }),
  {
    sizes: [1, 3],
    logDetTolerance: 2e-5,
  },
);
describeTransform(
  "Continuous, adaptive",
  (dim: number) => new Continuous({ dim, hidden, adaptive: { tolerance: 1e-7, maxSteps: 60 } }),
  { sizes: [2], logDetTolerance: 1e-5 },
);

const x = ndarray(Float64Array.of(0.4, -0.7, 1.2, 0.3), [2, 2], "f64");
const run = (options: Partial<ContinuousOptions>): { y: NdArray; logDet: NdArray; again: NdArray } => {
  const transform = new Continuous({ dim: 2, hidden, ...options });
  return evaluated(transform, { x, reach: 1.5 }, (feed, at) => {
    const { y, logDet } = transform.forward(feed, at);
    return { y, logDet, again: transform.inverse(y, at).x };
  }) as { y: NdArray; logDet: NdArray; again: NdArray };
};
const apart = (a: NdArray, b: NdArray): number =>
  Math.max(...Array.from(a.data, Number).map((v, i) => Math.abs(v - Number(b.data[i]))));

describe("the solvers of Continuous", () => {
  const exact = run({ steps: 128 });

  it("converge at order 4 with fixed steps: halving the step divides the error by 16", () => {
    const errors = [8, 16, 32].map((steps) => {
      const { y, logDet, again } = run({ steps });
      return [apart(y, exact.y), apart(logDet, exact.logDet), apart(again, x)];
    });
    for (const k of [0, 1]) {
      for (const i of [0, 1]) expect(errors[i]![k]! / errors[i + 1]![k]!).toBeGreaterThan(11);
    }
    expect(errors[2]![2]).toBeLessThan(errors[0]![2]! / 100);
  });

  it("reach the tolerance with adaptive steps", () => {
    for (const tolerance of [1e-4, 1e-7]) {
      const { y, logDet, again } = run({ adaptive: { tolerance, maxSteps: 80 } });
      expect(apart(y, exact.y)).toBeLessThan(30 * tolerance + 1e-8);
      expect(apart(logDet, exact.logDet)).toBeLessThan(30 * tolerance + 1e-8);
      expect(apart(again, x)).toBeLessThan(60 * tolerance);
    }
  });

  it("estimate the divergence without bias", () => {
    const transform = new Continuous({ dim: 2, hidden, trace: "hutchinson" });
    const copies = 512;
    const rows = ndarray(
      Float64Array.from({ length: 2 * copies }, (_, i) => Number(x.data[i % 2])),
      [copies, 2],
      "f64",
    );
    const { logDet } = evaluated(transform, { x: rows, reach: 1.5 }, (feed, at) => ({
      logDet: transform.forward(feed, at).logDet,
    }));
    const values = Array.from(logDet!.data, Number);
    const mean = values.reduce((a, b) => a + b, 0) / copies;
    const error = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / copies / copies);
    expect(Math.abs(mean - Number(exact.logDet.data[0]))).toBeLessThan(4 * error + 1e-4);
  });
});

describe("bad input", () => {
  it("is refused by name", () => {
    expect(() => new Continuous({ dim: 2, steps: 0 })).toThrow("Continuous: expected steps ≥ 1, got 0");
    expect(() => run({ adaptive: { tolerance: 0 } })).toThrow("dormandPrince: expected tolerance > 0, got 0");
    expect(() => run({ adaptive: { maxSteps: 0 } })).toThrow("dormandPrince: expected maxSteps ≥ 1, got 0");
  });
});
