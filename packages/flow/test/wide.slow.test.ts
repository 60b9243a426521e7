/** @file The laws in 64 dimensions of the transforms that take long there. */
import { Autoregressive, Continuous, Inverted, Residual } from "../src/index.js";
import { describeTransform } from "./laws.js";

const [sizes, hidden] = [[64], [8]];

describeTransform("inverse autoregressive", (dim: number) => new Inverted(new Autoregressive({ dim, hidden })), {
  sizes,
});
describeTransform("Residual", (dim: number) => new Residual({ dim, hidden, coefficient: 0.8, logDet: "exact" }), {
  sizes,
  reach: 0.2,
});
describeTransform("Continuous", (dim: number) => new Continuous({ dim, hidden, steps: 12, trace: "exact" }), {
  sizes,
  reach: 0.1,
  logDetTolerance: 1e-4,
});
