import { describe, expect, it } from "vitest";
import { Planar, Radial, Sylvester } from "../src/index.js";
import { describeTransform } from "./laws.js";

const dims = [1, 2, 3, 5, 64];

describeTransform("Planar", (dim: number) => new Planar({ dim }), { sizes: dims, reach: 0.5 });
describeTransform("amortised Planar", (dim: number) => new Planar({ dim, contextDim: 3 }), { sizes: [1, 3] });
describeTransform("Radial", (dim: number) => new Radial({ dim }), { sizes: dims, reach: 1 });
describeTransform("amortised Radial", (dim: number) => new Radial({ dim, contextDim: 3 }), { sizes: [1, 3] });
describeTransform("Sylvester", (dim: number) => new Sylvester({ dim }), { sizes: dims, reach: 0.8 });
describeTransform("amortised Sylvester", (dim: number) => new Sylvester({ dim, directions: 2, contextDim: 3 }), {
  sizes: [2, 5],
});

describe("Sylvester", () => {
  it("offers no inverse, since it has none in closed form", () => {
    expect("inverse" in new Sylvester({ dim: 2 })).toBe(false);
  });
  it("refuses more directions than dimensions", () => {
    expect(() => new Sylvester({ dim: 2, directions: 3 })).toThrow("Sylvester: expected directions in [1, 2], got 3");
  });
});
