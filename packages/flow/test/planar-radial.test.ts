import { concat, inference, ndarray, type NdArray } from "@gen/core";
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
    const rows = wide(x);
    const u = spread([4, 3], [-0.7, 0.7], 9).data;
    const b = spread([4], [-0.7, 0.7], 10).data;
    const w = spread([4, 3], [-0.7, 0.7], 11).data;
    const part = (of: ArrayLike<number | bigint>, k: number): number[] =>
      Array.from(of, Number).slice(3 * k, 3 * k + 3);
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
    const biases = [0, 1, 2, 3].flatMap((k) => [...part(u, k), Number(b[k])]);
    const stacked = of(stack, (path) => (path.endsWith("direction") ? w : biases));
    const resting = Math.fround(Math.log(Math.E - 1)); // u of the stack counts from where û = 0
    const chained = of(chain, (path) => {
      const k = Number(/\d+/.exec(path)![0]);
      const [along, raw] = [part(w, k), part(u, k)];
      const squared = along.reduce((sum, v) => sum + v * v, 0);
      return [...raw.map((v, i) => v + (resting * along[i]!) / squared), ...along, Number(b[k])];
    });
    expectNear(stacked["y"]!, chained["y"]!.data, 1e-12);
    expectNear(stacked["logDet"]!, chained["logDet"]!.data, 1e-12);
  });
  it("begins as the identity, and shares the context of a row among its draws", () => {
    const stack = new PlanarStack({ dim: 2, depth: 3, contextDim: 2 });
    const [x, context] = [spread([6, 2], [-2, 2], 7), spread([3, 2], [-1, 1], 8)];
    const feeds = { x: wide(x), context: wide(context) };
    const shared = inference({ stack }, { x: [6, 2], context: [3, 2] }, (batch, scope) => ({
      ...stack.forward(batch.x, { context: batch.context, scope }),
    }));
    const repeated = inference({ stack }, { x: [6, 2], context: [3, 2] }, ({ x, context }, scope) => ({
      ...stack.forward(x, { context: concat([context, context], 0), scope }),
    }));
    const store = startReference(shared);
    const start = runReference(shared, { store, feeds });
    expectNear(start["y"]!, x.data, 1e-8);
    expectNear(start["logDet"]!, new Float64Array(6), 1e-8);
    for (const [path, { shape }] of shared.reads) store.set(path, wide(spread(shape, [-0.7, 0.7], 9)));
    const moved = runReference(shared, { store, feeds });
    expectNear(moved["y"]!, runReference(repeated, { store, feeds })["y"]!.data, 1e-12);
    expectNear(moved["logDet"]!, runReference(repeated, { store, feeds })["logDet"]!.data, 1e-12);
    expect(Number(moved["y"]!.data[0])).not.toBeCloseTo(Number(x.data[0]), 3);
  });
  it("offers no inverse, and refuses to be empty", () => {
    expect("inverse" in new PlanarStack({ dim: 2, depth: 1 })).toBe(false);
    expect(() => new PlanarStack({ dim: 2, depth: 0 })).toThrow("PlanarStack: expected depth ≥ 1, got 0");
  });
});

function wide({ data, shape }: NdArray): NdArray {
  return ndarray(Float64Array.from(data, Number), shape, "f64");
}
