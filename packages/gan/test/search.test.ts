import { key, ndarray, normalDraws, reference, type NdArray, type Store } from "@gen/core";
import { Table } from "@gen/core/codec";
import { describe, expect, it } from "vitest";
import { dense, Gan, generate, interpolate, judge, sample, search } from "../src/index.js";

const runtime = reference();
const gan = new Gan({ shape: [6], latentDim: 3, architecture: dense({ hidden: [16], activation: "tanh" }) });
const noise = ndarray(normalDraws(key(5), 6), [2, 3]);
const numbers = ({ data }: NdArray): number[] => Array.from(data, Number);

async function start(): Promise<{ store: Store; rows: NdArray }> {
  const store = await runtime.init(gan, { key: key(1) });
  const { x } = await runtime.run(generate(gan, { n: 2 }), { store, feeds: { z: noise } });
  return { store, rows: ndarray(numbers(x!), [2, 6]) };
}

describe("search", () => {
  it("finds noise that makes the given rows", async () => {
    const { store, rows } = await start();
    const found = await runtime.run(search(gan, { n: 2, prior: 0 }), { store, feeds: { x: rows }, key: key(2) });
    expect(Math.max(...numbers(found["error"]!))).toBeLessThan(1e-5);
    const again = await runtime.run(generate(gan, { n: 2 }), {
      store,
      feeds: { z: ndarray(numbers(found["z"]!), [2, 3]) },
    });
    numbers(again["x"]!).forEach((v, i) => expect(v).toBeCloseTo(numbers(found["x"]!)[i]!, 5));
  });

  it("matches what the mask shows, whatever hides elsewhere, and the generator fills in the rest", async () => {
    const { store, rows } = await start();
    const mask = ndarray(
      Array.from({ length: 12 }, (_, i) => Number(i % 6 < 4)),
      rows.shape,
    );
    const hidden = ndarray(
      Float32Array.from(rows.data as Float32Array, (v, i) => (mask.data[i] === 1 ? v : NaN)),
      rows.shape,
    );
    const program = search(gan, { n: 2, prior: 0, masked: true });
    const found = await runtime.run(program, { store, feeds: { x: hidden, mask }, key: key(2) });
    expect(Math.max(...numbers(found["error"]!))).toBeLessThan(1e-3);
    expect(numbers(found["x"]!).every(Number.isFinite)).toBe(true);
  });

  it("stays near the middle where the prior weighs much", async () => {
    const { store, rows } = await start();
    const found = await runtime.run(search(gan, { n: 2, prior: 1e4 }), { store, feeds: { x: rows }, key: key(2) });
    numbers(found["z"]!).forEach((z) => expect(Math.abs(z)).toBeLessThan(0.05));
  });

  it("may match features, too", async () => {
    const { store, rows } = await start();
    const found = await runtime.run(search(gan, { n: 2, features: 1 }), { store, feeds: { x: rows }, key: key(2) });
    expect(Math.max(...numbers(found["error"]!))).toBeLessThan(1e-3);
    expect(() => search(gan, { n: 2, features: 1, masked: true })).toThrow(/no features beside a mask/);
  });

  it("counts all numbers of a column of a table, or none, and draws nothing to read rows", async () => {
    const codec = new Table({
      columns: [
        { kind: "real", name: "size", mean: 10, std: 2, rounding: 0, gaps: false, low: 0, high: 20 },
        { kind: "categorical", name: "colour", categories: ["red", "green", "blue"], gaps: false },
      ],
    });
    const table = new Gan({ shape: [2], latentDim: 2, codec, architecture: dense({ hidden: [8] }) });
    const store = await runtime.init(table, { key: key(1) });
    const z = ndarray(normalDraws(key(5), 4), [2, 2]);
    const { x } = await runtime.run(generate(table, { n: 2 }), { store, feeds: { z } });
    const rows = ndarray(numbers(x!), [2, 2]);
    const { score } = await runtime.run(judge(table, { n: 2 }), { store, feeds: { x: rows } });
    expect(numbers(score!).every(Number.isFinite)).toBe(true);
    const program = search(table, { n: 2, prior: 0, masked: true });
    const feeds = {
      x: ndarray([rows.data[0]!, NaN, rows.data[2]!, NaN].map(Number), [2, 2]),
      mask: ndarray([1, 0, 1, 0], [2, 2]),
    };
    const found = numbers((await runtime.run(program, { store, feeds, key: key(2) }))["x"]!);
    for (const i of [0, 2]) expect(found[i]).toBeCloseTo(Number(rows.data[i]), 2);
    for (const i of [1, 3]) expect([0, 1, 2]).toContain(found[i]);
  });

  it("refuses counts that are none", () => {
    expect(() => search(gan, { n: 2, steps: 0 })).toThrow(/search: expected n, steps and starts .* ≥ 1, got 0/);
  });
});

describe("interpolate", () => {
  const [from, to] = [ndarray([3, 0], [2]), ndarray([0, 3], [2])];
  it("begins and ends where it is told, and keeps the distance to the middle", () => {
    const walk = numbers(interpolate({ from, to, steps: 5 }));
    expect(walk.slice(0, 2)).toEqual([3, 0]);
    expect(walk.slice(8)).toEqual([0, 3]);
    for (let i = 0; i < 5; i++) expect(Math.hypot(walk[2 * i]!, walk[2 * i + 1]!)).toBeCloseTo(3, 5);
    expect(numbers(interpolate({ from, to, steps: 3, path: "linear" })).slice(2, 4)).toEqual([1.5, 1.5]);
    expect(numbers(interpolate({ from, to: from, steps: 3 }))).toEqual([3, 0, 3, 0, 3, 0]);
  });
});

describe("truncation", () => {
  it("keeps noise within bounds, and at 0 gives one row", async () => {
    const { store } = await start();
    const drawn = async (truncation: number): Promise<number[]> =>
      numbers((await runtime.run(sample(gan, { n: 2, truncation }), { store, key: key(3) }))["samples"]!);
    const middle = await drawn(0);
    expect(middle.slice(0, 6)).toEqual(middle.slice(6));
    const [wide, narrow] = [await drawn(2), await drawn(0.1)];
    const apart = (rows: readonly number[]): number => Math.hypot(...rows.slice(0, 6).map((v, i) => v - rows[6 + i]!));
    expect(apart(narrow)).toBeLessThan(apart(wide) / 4);
  });

  it("refuses one below 0", () => {
    expect(() => sample(gan, { n: 2, truncation: -0.1 })).toThrow(/truncation ≥ 0, got -0.1/);
  });
});
