/** @file Every recipe has a conditional variant: its codes depend on the context, and it undoes itself under each. */
import { constant, ndarray, type NdArray, type Tensor } from "@gen/core";
import { describe, expect, it } from "vitest";
import {
  cnf,
  glow,
  iaf,
  maf,
  nice,
  nsf,
  planarDensity,
  planarFlow,
  radialDensity,
  radialFlow,
  realNvp,
  realNvpImage,
  residualFlow,
  type Flow,
} from "../src/index.js";
import { evaluated, expectNear } from "./laws.js";

const [dim, contextDim, hidden, depth] = [3, 2, [6], 2];
const dense = { dim, contextDim, hidden, depth };
const shape = [1, 4, 4];

const flows: Readonly<Record<string, Flow>> = {
  realNvp: realNvp(dense),
  nice: nice(dense),
  maf: maf(dense),
  iaf: iaf(dense),
  "nsf, coupling": nsf(dense),
  "nsf, autoregressive": nsf({ ...dense, kind: "autoregressive" }),
  planarDensity: planarDensity({ dim, contextDim, depth }),
  radialDensity: radialDensity({ dim, contextDim, depth }),
  residualFlow: residualFlow(dense),
  cnf: cnf({ dim, contextDim, hidden, steps: 16 }),
  glow: glow({ shape, contextDim, levels: 2, depth: 1, channels: 4 }),
  realNvpImage: realNvpImage({ shape, contextDim, levels: 2, channels: 4, blocks: 1 }),
};

const numbers = ({ data }: NdArray): number[] => Array.from(data, Number);
const contexts = [
  [0.4, -1],
  [-0.9, 0.6],
].map((row) => constant(ndarray(row, [1, contextDim])));

describe("a conditional flow", () => {
  it.each(Object.entries(flows))("%s", (_, { transform }) => {
    const size = transform.shape.reduce((a, b) => a * b, 1);
    const x = ndarray(
      Float64Array.from({ length: 2 * size }, (_, i) => Math.sin(1 + 2.3 * i)),
      [2, ...transform.shape],
      "f64",
    );
    const found = evaluated(transform, { x, reach: 0.4 }, (rows, { scope }) => {
      const under = (context: Tensor, i: number): Record<string, Tensor> => {
        const at = { scope, context: context.expand([2, contextDim]).cast(rows.dtype) };
        const { y, logDet } = transform.forward(rows, at);
        return { [`y${i}`]: y, [`logDet${i}`]: logDet, [`again${i}`]: transform.inverse(y, at).x };
      };
      return { ...under(contexts[0]!, 0), ...under(contexts[1]!, 1) };
    });
    for (const i of [0, 1]) expectNear(found[`again${i}`]!, x.data, transform.tolerance ?? 1e-9);
    const apart = numbers(found["y0"]!).map((v, i) => Math.abs(v - numbers(found["y1"]!)[i]!));
    expect(Math.max(...apart)).toBeGreaterThan(1e-3);
  });

  it.each(
    Object.entries({
      planarFlow: planarFlow({ dim, contextDim, depth }),
      radialFlow: radialFlow({ dim, contextDim, depth }),
    }),
  )("%s, which is drawn from", (_, q) => {
    const x = ndarray(new Float64Array(2 * dim), [2, dim], "f64");
    const { z0, z1 } = evaluated(q.transform, { x, reach: 0.4 }, (rows, { scope }) => {
      const z = contexts.map(
        (context) => q.transform.forward(rows, { scope, context: context.expand([2, contextDim]).cast(rows.dtype) }).y,
      );
      return { z0: z[0]!, z1: z[1]! };
    });
    expect(numbers(z0!)).not.toEqual(numbers(z1!));
  });
});
