import {
  constant,
  inference,
  key,
  ndarray,
  normalDraws,
  traceScope,
  type NdArray,
  type Program,
  type Tensor,
} from "@gen/core";
import { Standardise } from "@gen/core/codec";
import { runReference, startReference } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  Autoregressive,
  Chain,
  complete,
  ElementwiseAffine,
  Flow,
  FlowNoise,
  interpolate,
  LinearBijection,
  logProb,
  Lu,
  realNvp,
} from "../src/index.js";
import { evaluated, expectNear } from "./laws.js";

/** N(0, Σ) with Σ = [[1, ρ], [ρ, 1]]: its codes are x·W, and LU parameters make W·Wᵀ the inverse of Σ. */
const RHO = 0.8;
const correlated = new Flow({ transforms: [new LinearBijection({ shape: [2], of: new Lu({ dim: 2 }) })] });
const matrices = {
  "transform.transforms.0.of.lower": [0, 0, 0, 0],
  "transform.transforms.0.of.upper": [0, -RHO / Math.sqrt(1 - RHO ** 2), 0, 0],
  "transform.transforms.0.of.logScale": [0, -Math.log(1 - RHO ** 2) / 2],
};

function run(
  program: Program,
  feeds: Record<string, NdArray>,
  params: Record<string, number[]> = {},
): Record<string, NdArray> {
  const store = startReference(program);
  for (const [path, numbers] of Object.entries(params)) {
    const { shape } = store.get(path)!;
    store.set(path, ndarray(Float64Array.from(numbers), shape, "f64"));
  }
  return runReference(program, { store, key: key(5), feeds });
}
const f64 = (numbers: readonly number[], shape: readonly number[]): NdArray =>
  ndarray(Float64Array.from(numbers), shape, "f64");

describe("interpolate", () => {
  it("walks straight in the space of codes, from one row to the other", () => {
    const from = f64([1, 2], [1, 2]);
    const { x } = run(interpolate(correlated, { steps: 3 }), { from, to: f64([-3, 0], [1, 2]) }, matrices);
    expectNear(x!, [1, 2, -1, 1, -3, 0], 1e-12); // an affine flow keeps lines straight
    const bent = realNvp({ dim: 2, depth: 2, hidden: [4] });
    const { ends } = evaluated(bent.transform, { x: f64([1, 2, -3, 0], [2, 2]), reach: 0.6 }, (rows, at) => {
      const { y } = bent.transform.forward(rows, at);
      return { ends: bent.transform.inverse(y, at).x };
    });
    expectNear(ends!, [1, 2, -3, 0], 1e-9);
  });
  it("refuses one step and conditional flows", () => {
    expect(() => interpolate(correlated, { steps: 1 })).toThrow("interpolate: expected steps ≥ 2, got 1");
    expect(() => interpolate(realNvp({ dim: 2, classes: 3 }), { steps: 2 })).toThrow("a flow without a condition");
  });
});

describe("complete", () => {
  const N = 200;
  const x = f64(
    Array.from({ length: 2 * N }, (_, i) => (i % 2 === 0 ? 1.5 : Number.NaN)),
    [N, 2],
  );
  const mask = f64(
    Array.from({ length: 2 * N }, (_, i) => Number(i % 2 === 0)),
    [N, 2],
  );

  it("draws the hidden part from its law given the known one, and leaves the known one alone", () => {
    const { x: filled } = run(complete(correlated, { n: N, steps: 200 }), { x, mask }, matrices);
    const [known, hidden] = [0, 1].map((d) => Array.from({ length: N }, (_, i) => Number(filled!.data[2 * i + d])));
    expect(new Set(known)).toEqual(new Set([1.5]));
    const mean = hidden!.reduce((a, b) => a + b, 0) / N;
    const variance = hidden!.reduce((sum, v) => sum + (v - mean) ** 2, 0) / N;
    // N(ρ x, 1 − ρ²); four standard errors, and ρ x σ² for the tolerance
    expect(Math.abs(mean - RHO * 1.5)).toBeLessThan((4 * 0.6) / Math.sqrt(N) + 0.01);
    expect(Math.abs(variance / (1 - RHO ** 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / N) + 0.02);
  });
  it("gives back what is known wholly, and draws from the flow where nothing is known", () => {
    const ones = f64(new Array<number>(2 * N).fill(1), [N, 2]);
    const rows = f64([...normalDraws(key(1), 2 * N, "f64")], [N, 2]);
    const program = complete(correlated, { n: N, steps: 60 });
    expect(run(program, { x: rows, mask: ones }, matrices)["x"]!.data).toEqual(rows.data);
    const { x: free } = run(program, { x, mask: f64(new Array<number>(2 * N).fill(0), [N, 2]) }, matrices);
    const product = Array.from({ length: N }, (_, i) => Number(free!.data[2 * i]) * Number(free!.data[2 * i + 1]));
    expect(Math.abs(product.reduce((a, b) => a + b, 0) / N - RHO)).toBeLessThan(
      (4 * Math.sqrt(1 + RHO ** 2)) / Math.sqrt(N),
    );
  });
  it("works in the units of a codec", () => {
    const codec = new Standardise({ shape: [2], mean: ndarray([100, 100]), std: ndarray([10, 10]) });
    const scaled = new Flow({ transforms: [new ElementwiseAffine({ shape: [2] })], codec });
    const { x: filled } = run(complete(scaled, { n: N, steps: 30 }), {
      x: f64(
        [...x.data].map((v) => Number(v) * 10 + 85),
        [N, 2],
      ),
      mask,
    });
    const hidden = Array.from({ length: N }, (_, i) => Number(filled!.data[2 * i + 1]));
    const mean = hidden.reduce((a, b) => a + b, 0) / N;
    expect(Math.abs(mean - 100)).toBeLessThan(40 / Math.sqrt(N));
  });
  it("refuses no steps and no tolerance", () => {
    expect(() => complete(correlated, { n: 1, steps: 0 })).toThrow("complete: expected steps ≥ 1, got 0");
    expect(() => complete(correlated, { n: 1, tolerance: 0 })).toThrow("a tolerance in (0, 1]");
  });
});

describe("FlowNoise", () => {
  it("draws u in (0, 1) with the density of what it draws", () => {
    const noise = new FlowNoise({
      transform: new Chain([new Autoregressive({ dim: 2, hidden: [4], contextDim: 3 })]),
      context: {
        forward: (rows: Tensor) => rows.matmul(constant(ndarray([1, 0, 2, 0, 1, -1], [2, 3])).cast(rows.dtype)),
      },
    });
    const program = inference({ noise }, { x: [5, 2] }, ({ x }, scope) => {
      const { u, logProb } = noise.draw(x, scope);
      const context = noise.context.forward(x, scope);
      const y = u.log().sub(u.neg().add(1).log()); // undo the sigmoid, then the flow by its inverse
      const back = noise.transform.transforms[0] as Autoregressive;
      const { x: epsilon, logDet } = back.inverse(y, { scope: traceScope("eval"), context });
      const logNormal = epsilon
        .square()
        .add(Math.log(2 * Math.PI))
        .mul(-0.5)
        .sum(1);
      const logSlope = u.log().add(u.neg().add(1).log()).sum(1);
      return { u, logProb, wanted: logNormal.add(logDet).sub(logSlope) };
    });
    const params = Object.fromEntries(
      [...program.reads].map(([path, { shape }], i) => [
        path,
        [
          ...normalDraws(
            key(i),
            shape.reduce((a, b) => a * b, 1),
            "f64",
          ),
        ].map((v) => v * 0.5),
      ]),
    );
    const { u, logProb, wanted } = run(program, { x: f64([...normalDraws(key(2), 10, "f64")], [5, 2]) }, params);
    for (const v of u!.data) expect(Number(v) > 0 && Number(v) < 1).toBe(true);
    expectNear(logProb!, wanted!.data, 1e-9);
  });
});

describe("a codec of the context", () => {
  it("lets conditions be given in their own units", () => {
    const contextCodec = new Standardise({ shape: [1], mean: ndarray([50]), std: ndarray([10]) });
    const plain = realNvp({ dim: 2, depth: 2, hidden: [4], contextDim: 1 });
    const coded = realNvp({ dim: 2, depth: 2, hidden: [4], contextDim: 1, contextCodec });
    const at = (flow: Flow, context: number): NdArray => {
      const program = logProb(flow, { n: 1 });
      const learned = [...program.reads].filter(([, { kind }]) => kind === "param");
      const draws = (shape: readonly number[], i: number): number[] => [
        ...normalDraws(
          key(i),
          shape.reduce((a, b) => a * b, 1),
          "f64",
        ),
      ];
      const params = Object.fromEntries(learned.map(([path, { shape }], i) => [path, draws(shape, i)]));
      return run(program, { x: f64([0.3, -0.2], [1, 2]), context: f64([context], [1, 1]) }, params)["logProb"]!;
    };
    expectNear(at(coded, 65), at(plain, 1.5).data, 1e-12);
  });
  it("has to give what the transforms take", () => {
    const contextCodec = new Standardise({ shape: [2], mean: ndarray([0, 0]), std: ndarray([1, 1]) });
    expect(() => realNvp({ dim: 2, contextDim: 1, contextCodec })).toThrow(
      "a codec of the context that gives 1, got one that gives 2",
    );
  });
});
