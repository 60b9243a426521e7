import { constant, ndarray } from "@gen/core";
import { valuesOf } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import { contraction, Residual, seriesBound, spectralBound, type ResidualLogDet } from "../src/index.js";
import { describeTransform, evaluated } from "./laws.js";

const hidden = [8];

describeTransform("Residual", (dim: number) => new Residual({ dim, hidden, coefficient: 0.8, logDet: "exact" }), {
  sizes: [1, 2, 3, 5],
  reach: 0.8,
});
describeTransform(
  "Residual with context",
  (dim: number) => new Residual({ dim, hidden, coefficient: 0.7, contextDim: 2 }),
  {
    sizes: [1, 3],
  },
);

describe("the bound of a norm", () => {
  const of = (values: number[], shape: [number, number]): number =>
    Number(valuesOf([spectralBound(constant(ndarray(Float64Array.from(values), shape, "f64")))])[0]!.data[0]);
  it("is the norm of a matrix of rank one, and at most 2.2 % above that of a diagonal one", () => {
    expect(of([3, 4], [1, 2])).toBeCloseTo(5, 9);
    expect(of([3, 4], [2, 1])).toBeCloseTo(5, 9);
    const bound = of([2, 0, 0, -2], [2, 2]);
    expect(bound).toBeGreaterThanOrEqual(2);
    expect(bound).toBeLessThan(2 * 2 ** (1 / 32) + 1e-9);
    expect(of([1e-9, 0, 0, 1e-9], [2, 2])).toBeLessThan(1e-6);
  });
});

describe("the power series of Residual", () => {
  const COPIES = 4096;
  const at = (terms: number | "exact"): { mean: number; error: number } => {
    const logDet = terms === "exact" ? terms : { terms };
    const transform = new Residual({ dim: 2, hidden, coefficient: 0.6, logDet });
    const rows = Array.from({ length: 2 * (terms === "exact" ? 1 : COPIES) }, (_, i) => (i % 2 === 0 ? 0.4 : -0.7));
    const x = ndarray(Float64Array.from(rows), [rows.length / 2, 2], "f64");
    const { logDet: found } = evaluated(transform, { x, reach: 0.8 }, (feed, world) => ({
      logDet: transform.forward(feed, world).logDet,
    }));
    const values = Array.from(found!.data, Number);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
    return { mean, error: Math.sqrt(variance / values.length) };
  };
  const { mean: exact } = at("exact");

  it.each([1, 3, 8])("is within its bound of the truth, in the mean, with %i terms", (terms) => {
    const { mean, error } = at(terms);
    expect(Math.abs(mean - exact)).toBeLessThan(seriesBound({ dim: 2, terms, coefficient: 0.6 }) + 4 * error);
    expect(error).toBeLessThan(0.05);
    if (terms === 8) expect(Math.abs(mean - exact)).toBeLessThan(4 * error + 0.01);
  });

  it("falls as fast as the slope's powers, within its bound, with the number of terms", () => {
    // In one dimension a probe v gives v² · Σ (−1)^(k+1) Jᵏ/k: the same v for each number of terms drops out.
    const coefficient = 0.8;
    const rows = ndarray(Float64Array.of(-1.1, -0.2, 0.3, 0.9), [4, 1], "f64");
    const seriesOf = (logDet: ResidualLogDet): number[] => {
      const transform = new Residual({ dim: 1, hidden, coefficient, logDet });
      const { found } = evaluated(transform, { x: rows, reach: 2 }, (feed, at) => ({
        found: transform.forward(feed, at).logDet,
      }));
      return Array.from(found!.data, Number);
    };
    const exact = seriesOf("exact");
    const all = seriesOf({ terms: 120 });
    const counts = [1, 2, 4, 8, 16];
    const errors = counts.map((terms) =>
      seriesOf({ terms }).map((v, i) => Math.abs(v / all[i]! - 1) * Math.abs(exact[i]!)),
    );
    exact.forEach((logDet, i) => {
      const slope = Math.abs(Math.expm1(logDet)); // |J|
      expect(slope).toBeGreaterThan(0.05);
      expect(slope).toBeLessThan(coefficient);
      counts.forEach((terms, k) => {
        expect(errors[k]![i]).toBeLessThan(seriesBound({ dim: 1, terms, coefficient }));
        if (k > 0) expect(errors[k]![i]! / errors[k - 1]![i]!).toBeLessThan(slope ** counts[k - 1]! + 1e-9);
      });
    });
  });
});

describe("the inverse of Residual", () => {
  it("comes nearer by the coefficient with each turn, as far as its tolerance says", () => {
    const [coefficient, at] = [0.8, 1.2];
    const x = ndarray(Float64Array.of(at), [1, 1], "f64");
    for (const tolerance of [1e-2, 1e-4, 1e-8]) {
      // Without hidden layers g is a line, as steep as it may be.
      const transform = new Residual({ dim: 1, hidden: [], coefficient, tolerance });
      const { y, again } = evaluated(transform, { x, reach: 3 }, (feed, world) => {
        const { y } = transform.forward(feed, world);
        return { y, again: transform.inverse(y, world).x };
      });
      const [error, step] = [Number(again!.data[0]) - at, Number(y!.data[0]) - at].map(Math.abs) as [number, number];
      const share = error / step / (tolerance * (1 - coefficient));
      expect(share).toBeLessThan(1 + 1e-6);
      expect(share).toBeGreaterThan(coefficient - 1e-6);
    }
  });
});

describe("bad input", () => {
  it("is refused by name", () => {
    expect(() => new Residual({ dim: 2, coefficient: 1.1 })).toThrow("contraction: expected a coefficient in (0, 1)");
    expect(() => new Residual({ dim: 2, logDet: { terms: 0 } })).toThrow("Residual: expected at least one term");
    expect(() => contraction(0)).toThrow("contraction: expected a coefficient in (0, 1), got 0");
  });
});
