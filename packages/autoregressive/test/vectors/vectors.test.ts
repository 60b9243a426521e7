import { feed, grad, key, ndarray, reference, traceScope, uniformDraws, type NdArray } from "@gen/core";
import { Standardise } from "@gen/core/codec";
import { describeModelGradients, valuesOf } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  completeVectors,
  Made,
  Nade,
  sampleVectors,
  vectorFields,
  vectorNats,
  type VectorModel,
} from "../../src/index.js";
import { expectDistributed, movedStore, numbers } from "../statistics.js";

const runtime = reference();
const D = 3;
const all = Array.from({ length: 2 ** D }, (_, i) => Array.from({ length: D }, (_, d) => (i >> d) & 1));
const binary: Readonly<Record<string, () => VectorModel>> = {
  Nade: () => new Nade({ dim: D, hidden: 5 }),
  Made: () => new Made({ dim: D, hidden: [6, 6] }),
  "Made in three orders": () => new Made({ dim: D, hidden: [6], orders: 3 }),
};
const real: Readonly<Record<string, () => VectorModel>> = {
  "Made of real numbers": () => new Made({ dim: 2, hidden: [8], components: 2 }),
  "Made of real numbers in two orders": () => new Made({ dim: 2, hidden: [8], components: 2, orders: 2 }),
};

describe.each(Object.entries(binary))("%s", (_, make) => {
  it("sums to one, and draws from it", async () => {
    const model = make();
    const store = await movedStore(runtime, model, 0.5);
    const x = ndarray(all.flat(), [all.length, D]);
    const { logProb } = await runtime.run(vectorNats(model, { n: all.length }), { store, feeds: { x } });
    const p = numbers(logProb!).map(Math.exp);
    expect(Math.abs(p.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-7);
    const { samples } = await runtime.run(sampleVectors(model, { n: 2000 }), { store, key: key(6) });
    const data = numbers(samples!);
    expectDistributed(
      Array.from({ length: 2000 }, (_, i) => data[D * i]! + 2 * data[D * i + 1]! + 4 * data[D * i + 2]!),
      p,
    );
  });
});

describe.each(["NADE", "MADE"] as const)("%s", (name) => {
  it("completes rows from what follows, given their first numbers", async () => {
    const model = name === "NADE" ? new Nade({ dim: D, hidden: 6 }) : new Made({ dim: D, hidden: [8] });
    const store = await movedStore(runtime, model, 0.5);
    const { logProb } = await runtime.run(vectorNats(model, { n: all.length }), {
      store,
      feeds: { x: ndarray(all.flat(), [all.length, D]) },
    });
    const p = numbers(logProb!).map((v, i) => (all[i]![0] === 1 ? Math.exp(v) : 0));
    const total = p.reduce((a, b) => a + b);
    const n = 2000;
    const feeds = {
      x: ndarray(
        Array.from({ length: n * D }, (_, i) => (i % D === 0 ? 1 : NaN)),
        [n, 1, 1, D],
      ),
      known: ndarray(new Array<number>(n).fill(1), [n], "i32"),
    };
    const { completed } = await runtime.run(completeVectors(model, { n, shape: [1, 1, D] }), {
      store,
      key: key(5),
      feeds,
    });
    expect(completed!.shape).toEqual([n, 1, 1, D]);
    const data = numbers(completed!);
    expectDistributed(
      Array.from({ length: n }, (_, i) => data[D * i]! + 2 * data[D * i + 1]! + 4 * data[D * i + 2]!),
      p.map((v) => v / total),
    );
  });
});

it("what is given of real numbers comes back as it was, in their units", async () => {
  const codec = new Standardise({ shape: [2], mean: ndarray([1, -2], [2]), std: ndarray([2, 4], [2]) });
  const model = new Made({ dim: 2, hidden: [4], components: 1, codec });
  const store = await runtime.init(model, { key: key(1) });
  const feeds = { x: ndarray([0.3, NaN], [1, 2]), known: ndarray([1], [1], "i32") };
  const { completed } = await runtime.run(completeVectors(model, { n: 1 }), { store, key: key(5), feeds });
  const [first, second] = numbers(completed!);
  expect(first).toBe(Math.fround(0.3));
  expect(Number.isFinite(second)).toBe(true);
});

describe.each(Object.entries(real))("%s", (_, make) => {
  it("integrates to one, and has the mean of its samples", async () => {
    const model = make();
    const store = await movedStore(runtime, model, 0.3);
    const [side, reach] = [80, 8];
    const at = (i: number): number => ((i + 0.5) / side) * 2 * reach - reach;
    const grid = Array.from({ length: side * side }, (_, i) => [at(i % side), at(Math.floor(i / side))]);
    const x = ndarray(grid.flat(), [grid.length, 2]);
    const { logProb } = await runtime.run(vectorNats(model, { n: grid.length }), { store, feeds: { x } });
    const p = numbers(logProb!).map((v) => Math.exp(v) * ((2 * reach) / side) ** 2);
    expect(Math.abs(p.reduce((a, b) => a + b) - 1)).toBeLessThan(2e-3);
    const n = 3000;
    const { samples } = await runtime.run(sampleVectors(model, { n }), { store, key: key(6) });
    const data = numbers(samples!);
    for (const axis of [0, 1]) {
      const wanted = p.reduce((sum, v, i) => sum + v * grid[i]![axis]!, 0);
      const square = p.reduce((sum, v, i) => sum + v * grid[i]![axis]! ** 2, 0);
      const mean = data.reduce((sum, v, i) => (i % 2 === axis ? sum + v : sum), 0) / n;
      expect(Math.abs(mean - wanted)).toBeLessThan(4.5 * Math.sqrt((square - wanted ** 2) / n));
    }
  });
});

describe("the chain rule", () => {
  it("holds: what comes later in the order does not reach what comes before", () => {
    const model = new Made({ dim: 4, hidden: [12], components: 1 });
    const x = feed([1, 4]);
    // ∂ log p(x) / ∂ x_3 goes through the last factor alone, and moves with x_3 in a straight line: a normal law.
    const [slope] = grad(model.logProb(x, traceScope("eval")).sum(), [x]);
    const given = new Map<typeof x, NdArray>([[x, ndarray(uniformDraws(key(2), 4), [1, 4], "f64")]]);
    [model.weights, model.biases].flat().forEach((p, i) => {
      given.set(p, ndarray(uniformDraws(key(30 + i), p.size, "f64"), p.shape, "f64"));
    });
    const at = (value: number): number => {
      const row = [0.3, 0.1, 0.7, value];
      return numbers(valuesOf([slope!], new Map([...given, [x, ndarray(row, [1, 4], "f64")]]))[0]!)[3]!;
    };
    expect(at(2) - at(1)).toBeCloseTo(at(1) - at(0), 9);
    expect(at(1) - at(0)).not.toBeCloseTo(0, 6);
  });

  it("counts the units of a codec", async () => {
    const codec = new Standardise({ shape: [2], mean: ndarray([1, -2], [2]), std: ndarray([2, 4], [2]) });
    const [plain, own] = [undefined, codec].map(
      (c) => new Made({ dim: 2, hidden: [4], components: 1, ...(c && { codec: c }) }),
    ) as [Made, Made];
    const [a, b] = await Promise.all(
      [plain, own].map(async (model) => {
        const store = await runtime.init(model, { key: key(1) });
        const x = model === own ? [1 + 2 * 0.5, -2 + 4 * 0.25] : [0.5, 0.25];
        const { logProb } = await runtime.run(vectorNats(model, { n: 1 }), { store, feeds: { x: ndarray(x, [1, 2]) } });
        return numbers(logProb!)[0]!;
      }),
    );
    expect(b).toBeCloseTo(a! - Math.log(8), 5);
  });

  it("has sizes that are refused by name", () => {
    expect(() => new Nade({ dim: 0 })).toThrow("Nade: expected dim ≥ 1, got 0");
    expect(() => new Made({ dim: 2, hidden: [0] })).toThrow("Made: expected hidden ≥ 1, got 0");
    expect(() => vectorFields(new Nade({ dim: 4 }), { n: 2, shape: [1, 2, 3] })).toThrow("expected rows of 4 numbers");
    expect(() => new Made({ dim: 2 }).logProb(feed([1, 3]), traceScope("eval"))).toThrow("expected rows [N, 2]");
  });
});

for (const [name, make] of Object.entries({ ...binary, ...real })) {
  if (name.includes("orders")) continue; // the loss takes one order at random
  describeModelGradients(name, () => {
    const model = make();
    const x = ndarray(uniformDraws(key(3), 4 * model.dims), [4, model.dims]);
    return { model, batch: { x }, loss: (batch, scope) => model.loss(batch["x"]!, scope) };
  });
}
