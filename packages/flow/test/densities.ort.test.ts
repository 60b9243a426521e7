import type { Runtime } from "@gen/core";
import { node } from "@gen/core/node";
import { afterAll, beforeAll } from "vitest";
import { realNvp } from "../src/index.js";
import { describeDensity } from "./density-laws.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
});
afterAll(async () => runtime.close());

const hidden = [16];
const laws = { runtime: () => runtime };

describeDensity("RealNVP", (dim) => realNvp({ dim, hidden, depth: 4, bound: 0.5 }), { ...laws, dims: [2, 3] });
