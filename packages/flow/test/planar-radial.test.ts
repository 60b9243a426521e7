import { inference, ndarray, type NdArray } from "@gen/core";
import { runReference, spread, startReference } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import { Chain, Planar, PlanarStack, Radial, Sylvester, type Transform } from "../src/index.js";
import { describeTransform, expectNear } from "./laws.js";

const dims = [1, 2, 3, 5, 64];

describeTransform("Planar", (dim: number) => new Planar({ dim }), { sizes: dims, reach: 0.5 });
describeTransform("amortised Planar", (dim: number) => new Planar({ dim, contextDim: 3 }), { sizes: [1, 3] });
describeTransform("PlanarStack", (dim: number) => new PlanarStack({ dim, depth: 4 }), { sizes: dims, reach: 0.3 });
describeTransform("amortised PlanarStack", (dim: number) => new PlanarStack({ dim, depth: 3, contextDim: 2 }), {
  sizes: [1, 3],
});
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

describe("PlanarStack", () => {
  it("is a chain of planar transforms", () => {
    const stack = new PlanarStack({ dim: 3, depth: 4 });
    const chain = new Chain(Array.from({ length: 4 }, () => new Planar({ dim: 3 })));
    const x = spread([5, 3], [-2, 2], 7);
    const rows = ndarray(Float64Array.from(x.data, Number), [5, 3], "f64");
    const params = spread([4, 1, 7], [-0.7, 0.7], 9).data;
    const of = (
      transform: Transform,
      numbers: (path: string) => ArrayLike<number | bigint>,
    ): Record<string, NdArray> => {
      const program = inference({ transform }, { x: rows.shape }, (batch, scope) => ({
        ...transform.forward(batch.x, { scope }),
      }));
      const store = startReference(program);
      for (const [path, { shape }] of program.reads)
        store.set(path, ndarray(Float64Array.from(numbers(path), Number), shape, "f64"));
      return runReference(program, { store, feeds: { x: rows } });
    };
    const stacked = of(stack, () => params);
    const chained = of(chain, (path) => {
      const k = Number(/\d+/.exec(path)![0]);
      return params.slice(7 * k, 7 * k + 7);
    });
    expectNear(stacked["y"]!, chained["y"]!.data, 1e-12);
    expectNear(stacked["logDet"]!, chained["logDet"]!.data, 1e-12);
  });
  it("offers no inverse, and refuses to be empty", () => {
    expect("inverse" in new PlanarStack({ dim: 2, depth: 1 })).toBe(false);
    expect(() => new PlanarStack({ dim: 2, depth: 0 })).toThrow("PlanarStack: expected depth ≥ 1, got 0");
  });
});
