import type { Runtime } from "@gen/core";
import { node } from "@gen/core/node";
import { afterAll, beforeAll } from "vitest";
import { affine, maf, MixtureBase, nsf, radialDensity, realNvp } from "../src/index.js";
import { describeDensity } from "./density-laws.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
});
afterAll(async () => runtime.close());

const hidden = [16];
const laws = { runtime: () => runtime };

describeDensity("RealNVP", (dim) => realNvp({ dim, hidden, depth: 4, bound: 0.5 }), { ...laws, dims: [2, 3] });
const narrow = affine({ bound: 0.5 }); // so that the box of the grid holds the mass
describeDensity(
  "MAF over a mixture",
  (dim) => maf({ dim, hidden, depth: 2, map: narrow, base: new MixtureBase({ dim, components: 2 }) }),
  { ...laws, dims: [1, 2] },
);
describeDensity("autoregressive NSF", (dim) => nsf({ dim, hidden, depth: 1, bins: 4, kind: "autoregressive" }), {
  ...laws,
  dims: [1, 2],
});
describeDensity("radial flows", (dim) => radialDensity({ dim, depth: 3 }), { ...laws, dims: [1, 2, 3] });
