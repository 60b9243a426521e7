import { describe, expect, it } from "vitest";
import {
  affine,
  Autoregressive,
  Coupling,
  denseConditioner,
  Inverted,
  linear,
  quadratic,
  rationalQuadratic,
} from "../src/index.js";
import { describeTransform } from "./laws.js";

const dims = [1, 2, 3, 5, 64];
const hidden = [8];

describeTransform("Autoregressive", (dim: number) => new Autoregressive({ dim, hidden }), { sizes: dims });
describeTransform("Autoregressive, reversed", (dim: number) => new Autoregressive({ dim, hidden, order: "reversed" }), {
  sizes: [1, 2, 5],
});
describeTransform("Autoregressive with context", (dim: number) => new Autoregressive({ dim, hidden, contextDim: 3 }), {
  sizes: [1, 2, 5],
});
describeTransform("inverse autoregressive", (dim: number) => new Inverted(new Autoregressive({ dim, hidden })), {
  sizes: [1, 2, 3, 5],
});

const conditioner = denseConditioner({ hidden, activation: "tanh" });
const maps = { linear, quadratic, rationalQuadratic };
for (const [name, map] of Object.entries(maps)) {
  for (const tails of ["identity", "circle"] as const) {
    const of = map({ bins: 5, interval: [-2, 2.5], tails });
    const laws =
      tails === "circle" ? { rows: (n: number) => Array.from({ length: n }, (_, i) => ((i * 0.37) % 4) - 1.9) } : {};
    describeTransform(
      `${name} autoregressive spline, ${tails}`,
      (dim: number) => new Autoregressive({ dim, hidden, map: of }),
      {
        sizes: tails === "circle" ? [1, 3] : dims,
        ...laws,
      },
    );
    describeTransform(
      `${name} spline coupling, ${tails}`,
      (dim: number) => new Coupling({ shape: [dim], keep: "last", map: of, conditioner }),
      {
        sizes: tails === "circle" ? [2, 5] : dims.slice(1),
        ...laws,
      },
    );
  }
}

describe("bad input", () => {
  it("is refused by name", () => {
    expect(() => new Autoregressive({ dim: 0 })).toThrow("Autoregressive: expected dim ≥ 1, got 0");
    expect(() => new Autoregressive({ dim: 2, order: [0, 0] })).toThrow("expected a permutation of 0 … 1");
    expect(() => rationalQuadratic({ bins: 1 })).toThrow("rationalQuadratic: expected bins ≥ 2, got 1");
    expect(() => affine({ bound: -1 })).toThrow("affine: expected bound > 0, got -1");
  });
});
