import { key, normalDraws } from "@gen/core";
import { expect, it } from "vitest";
import { fitGaussian } from "../src/gaussian.js";

it("fits mean and covariance, and gives the density of the normal distribution that has them", () => {
  const n = 20_000;
  const z = normalDraws(key(1), 2 * n, "f64");
  const data = Float64Array.from(z, (v, i) => (i % 2 === 0 ? 3 + 2 * v : -1 + z[i - 1]! + 0.5 * v));
  const [at] = fitGaussian({ data, dim: 2 })({ data: [4, 0], dim: 2 });
  // x = 3 + 2a, y = −1 + a + b/2: at (4, 0) a = b/2 = ½, so log p = −½ (¼ + 1) − log(2π) − log(2 · ½).
  expect(at).toBeCloseTo(-0.625 - Math.log(2 * Math.PI), 1);
});
