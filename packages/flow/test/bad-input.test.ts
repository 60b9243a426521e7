/** @file What data or a condition cannot be is refused in words that say which row and which feature. */
import { arrays, full, ndarray, traceScope, type NdArray } from "@gen/core";
import { checked, fitStandardise, fitTable, Logit } from "@gen/core/codec";
import { describe, expect, it } from "vitest";
import { Autoregressive, Flow, maf, nice, nsf, rationalQuadratic, realNvp } from "../src/index.js";
import { evaluated } from "./laws.js";

const rows = (values: readonly number[], width: number): NdArray =>
  ndarray([...values], [values.length / width, width]);

describe("data that a flow cannot have", () => {
  it("outside the domain of a logit: row and number", async () => {
    const data = checked(arrays({ x: rows([0.2, 0.5, 0.1, 1.25], 2) }), new Logit({ shape: [2] }));
    await expect(async () => data.rows([0, 1])).rejects.toThrow(/row 1, number 1: expected .*\[0, 1\], got 1.25/);
  });

  it("outside the interval of a spline: it is the identity there, or goes on around the circle", () => {
    const of = (tails: "identity" | "circle", at: number): number => {
      const map = rationalQuadratic({ bins: 4, interval: [-1, 1], tails });
      const transform = new Autoregressive({ dim: 1, hidden: [4], map });
      const { y } = evaluated(transform, { x: ndarray(Float64Array.of(at), [1, 1], "f64"), reach: 1 }, (x, scope) => ({
        y: transform.forward(x, scope).y,
      }));
      return Number(y!.data[0]);
    };
    expect(of("identity", 7)).toBe(7);
    expect(of("circle", 0.3 + 2 * 3) - 2 * 3).toBeCloseTo(of("circle", 0.3), 9);
  });

  it("a column that never varies: named, or left out of what is modelled and restored", async () => {
    const data = arrays({ x: rows([1, 5, 2, 5, 4, 5], 2) });
    await expect(fitStandardise(data)).rejects.toThrow(/1: expected numbers that vary, got 5 in each row/);
    const codec = await fitTable(data);
    expect(codec.features).toEqual(["column 1"]);
    expect(() => codec.check(rows([2, 6], 2))).toThrow(
      'row 0, column "column 2": expected 5, as in every training row, got 6',
    );
    await expect(fitTable(arrays({ x: rows([5, 5], 1) }))).rejects.toThrow("expected a column that varies, got none");
  });

  it("NaN: the row and the column, unless it is a gap of a column that has some", async () => {
    const data = arrays({ x: rows([1, 2, 3, NaN, 5, 7], 2) });
    await expect(fitStandardise(data)).rejects.toThrow('row 1, number 1 of "x": expected a finite number, got NaN');
    const whole = await fitTable(arrays({ x: rows([1, 2, 3, 4], 2) }));
    expect(() => whole.check(rows([1, NaN], 2))).toThrow(
      'row 0, column "column 2": expected a value, as it has no gaps',
    );
  });
});

describe("shapes and conditions that do not fit", () => {
  it("one feature for a coupling: named, with the way out", () => {
    for (const make of [realNvp, nice, nsf])
      expect(() => make({ dim: 1 })).toThrow("Coupling: expected at least 2 features to split, got 1");
  });

  it("a context of the wrong width, in a chain, a flow and a feed", () => {
    const part = (contextDim: number): Autoregressive => new Autoregressive({ dim: 2, contextDim });
    expect(() => new Flow({ transforms: [part(2), part(3)] })).toThrow(
      "Chain: expected one width of context, got 2 and 3",
    );
    const flow = maf({ dim: 2, contextDim: 3, depth: 1 });
    const scope = traceScope("eval");
    expect(() => flow.logProb(full([4, 2], 0), scope, full([4, 2], 0))).toThrow(
      "Flow: expected context [N, 3], got [4, 2]",
    );
    expect(() => part(3).forward(full([4, 2], 0), { scope, context: full([4, 2], 0) })).toThrow(
      "Autoregressive: expected context [4, 3], got [4, 2]",
    );
    expect(() => flow.contextOf({})).toThrow("Flow: expected context, got none");
  });
});
