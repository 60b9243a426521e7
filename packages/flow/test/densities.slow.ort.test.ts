/** @file The density of every recipe, those of densities.ort.test.ts apart. */
import type { Runtime } from "@gen/core";
import { node } from "@gen/core/node";
import { afterAll, beforeAll } from "vitest";
import {
  cnf,
  ConditionalNormal,
  glow,
  iaf,
  maf,
  nice,
  nsf,
  planarDensity,
  realNvp,
  realNvpImage,
  residualFlow,
} from "../src/index.js";
import { describeDensity } from "./density-laws.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
});
afterAll(async () => runtime.close());

const [hidden, depth, contextDim] = [[16], 2, 2];
const laws = { runtime: () => runtime };

describeDensity("NICE", (dim) => nice({ dim, hidden, depth }), { ...laws, dims: [2, 3] });
describeDensity("IAF", (dim) => iaf({ dim, hidden, depth }), { ...laws, dims: [1, 2] });
describeDensity("coupling NSF", (dim) => nsf({ dim, hidden, depth, bins: 4 }), { ...laws, dims: [2, 3] });
describeDensity("planar flows", (dim) => planarDensity({ dim, depth: 3 }), { ...laws, dims: [1, 2] });
describeDensity("residual flows", (dim) => residualFlow({ dim, hidden, depth }), { ...laws, dims: [1, 2] });
describeDensity("a continuous flow", (dim) => cnf({ dim, hidden, steps: 12 }), { ...laws, dims: [1, 2] });
describeDensity(
  "conditional RealNVP over a conditional base",
  (dim) =>
    realNvp({ dim, hidden, depth, contextDim, bound: 0.5, base: new ConditionalNormal({ shape: [dim], contextDim }) }),
  { ...laws, dims: [2] },
);
describeDensity("conditional MAF", (dim) => maf({ dim, hidden, depth, contextDim }), { ...laws, dims: [2] });
describeDensity("Glow", () => glow({ shape: [1, 2, 2], levels: 1, depth: 1, channels: 4 }), { ...laws, dims: [4] });
describeDensity("multi-scale RealNVP", () => realNvpImage({ shape: [1, 2, 2], levels: 1, channels: 4, blocks: 1 }), {
  ...laws,
  dims: [4],
});
