import { describe, expect, it } from "vitest";
import { parzen } from "../src/index.js";
import { normals, points } from "./draws.js";

describe("parzen", () => {
  it("is the mean log-density of its definition", async () => {
    const [samples, test] = [points([[0, 0], [1, 2]]), points([[1, 1], [3, 0]])]; // prettier-ignore
    const { sigma, logLikelihood } = await parzen({ samples, validation: test, test }, { sigmas: [0.7] });
    const normal = (squared: number): number => Math.exp(-squared / (2 * 0.49)) / (2 * Math.PI * 0.49);
    const densities = [(normal(2) + normal(1)) / 2, (normal(9) + normal(8)) / 2];
    expect(sigma).toBe(0.7);
    expect(logLikelihood.value).toBeCloseTo((Math.log(densities[0]!) + Math.log(densities[1]!)) / 2, 12);
  });

  it("comes near the negative entropy of a normal distribution, by a width that fits the number of samples", async () => {
    const sets = { samples: normals(1, [2000, 1]), validation: normals(2, [500, 1]), test: normals(3, [2000, 1]) };
    const { sigma, logLikelihood } = await parzen(sets);
    expect(logLikelihood.value).toBeCloseTo(-0.5 * Math.log(2 * Math.PI * Math.E), 1);
    expect(sigma).toBeGreaterThan(0.1); // Silverman's rule: 1.06 n^(−1/5) = 0.23
    expect(sigma).toBeLessThan(0.4);
  });

  it("finds the width between those that it begins with", async () => {
    // One window, rows in 400 dimensions at a distance of 0.2 · √400 from it: the best width is 0.2.
    const far = points(Array.from({ length: 2 }, () => new Array<number>(400).fill(0.2)));
    const samples = points(Array.from({ length: 2 }, () => new Array<number>(400).fill(0)));
    const { sigma, logLikelihood } = await parzen({ samples, validation: far, test: far });
    expect(Math.abs(sigma / 0.2 - 1)).toBeLessThan(0.01);
    const most = -200 * Math.log(2 * Math.PI * 0.2 ** 2) - 200;
    expect(most - logLikelihood.value).toBeLessThan(0.03);
  });

  it("does not overflow far from all samples", async () => {
    const sets = { samples: points([[0], [0]]), validation: points([[1], [2]]), test: points([[1e6], [1e6]]) };
    const { logLikelihood } = await parzen(sets, { sigmas: [1] });
    expect(logLikelihood.value).toBeCloseTo(-5e11 - 0.5 * Math.log(2 * Math.PI), -2);
  });

  it("refuses widths that are none, and sets that do not fit", async () => {
    const x = normals(1, [10, 2]);
    const sets = { samples: x, validation: x, test: x };
    await expect(parzen(sets, { sigmas: [0.1, 0] })).rejects.toThrow("expected widths > 0, got 0");
    await expect(parzen(sets, { sigmas: [] })).rejects.toThrow("expected widths > 0, got none");
    await expect(parzen({ ...sets, test: normals(1, [10, 3]) })).rejects.toThrow("got 2 and 3 numbers");
  });
});
