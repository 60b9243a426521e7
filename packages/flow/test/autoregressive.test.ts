import { ndarray } from "@gen/core";
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
import { describeTransform, evaluated, expectNear } from "./laws.js";

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
        sizes: dims,
        ...laws,
      },
    );
    describeTransform(
      `${name} spline coupling, ${tails}`,
      (dim: number) => new Coupling({ shape: [dim], keep: "last", map: of, conditioner }),
      {
        sizes: dims.slice(1),
        ...laws,
      },
    );
  }
}

describe("splines on a circle", () => {
  const [low, high] = [-2, 2.5] as const;
  const turn = high - low;
  const cases = Object.entries(maps).flatMap(([name, map]) => dims.map((dim) => ({ name, map, dim })));
  it.each(cases)("$name: what goes round comes out as often round, of $dim dimensions", ({ map, dim }) => {
    const of = map({ bins: 5, interval: [low, high], tails: "circle" });
    const transforms = [
      new Autoregressive({ dim, hidden, map: of }),
      ...(dim === 1 ? [] : [new Coupling({ shape: [dim], keep: "first", map: of, conditioner })]),
    ];
    for (const transform of transforms) {
      // Each feature goes round as often as it likes: the networks of the others do not see it.
      const rows = [0, 1, -3].flatMap((turns) =>
        Array.from({ length: dim }, (_, d) => low + ((0.37 * d + 0.2) % turn) + turns * (d % 2 === 0 ? 1 : -2) * turn),
      );
      const x = ndarray(Float64Array.from(rows), [3, dim], "f64");
      const { y, logDet, again } = evaluated(transform, { x, reach: 1 }, (feed, at) => {
        const forth = transform.forward(feed, at);
        return { ...forth, again: transform.inverse(forth.y, at).x };
      });
      const shift = rows.map((v, i) => v - rows[i % dim]!);
      expectNear(
        y!,
        shift.map((by, i) => Number(y!.data[i % dim]) + by),
        1e-12,
      );
      expectNear(
        logDet!,
        [0, 1, 2].map(() => logDet!.data[0]!),
        1e-12,
      );
      expectNear(again!, rows, 1e-9);
    }
  });
});

describe("bad input", () => {
  it("is refused by name", () => {
    expect(() => new Autoregressive({ dim: 0 })).toThrow("Autoregressive: expected dim ≥ 1, got 0");
    expect(() => new Autoregressive({ dim: 2, order: [0, 0] })).toThrow("expected a permutation of 0 … 1");
    expect(() => rationalQuadratic({ bins: 1 })).toThrow("rationalQuadratic: expected bins ≥ 2, got 1");
    expect(() => affine({ bound: -1 })).toThrow("affine: expected bound > 0, got -1");
  });
});
