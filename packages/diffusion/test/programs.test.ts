/** @file Programs of a model whose data are N(μ, s²), where what they shall give is known. */
import { key, ndarray, reference, type NdArray, type Store } from "@gen/core";
import { beforeAll, describe, expect, it } from "vitest";
import { decode, Diffusion, edit, encode, interpolate, sample, type SampleOptions } from "../src/index.js";
import { even, exact, Knowing, numbers, oracle } from "./gaussian.js";

const runtime = reference();
const [low, high] = [0.01, 399];
const process = even(50, [low, high]);
const data = { mean: 0.7, std: 0.6 };
const how = { steps: 60, sampler: "heun", spacing: "exponential" } as const;
const model = new Diffusion({
  network: new Knowing(process, (x, { sigma }) => oracle(data)(x, sigma)),
  process,
  target: "data",
});
const rows = (...values: number[]): NdArray => ndarray(values, [values.length / 2, 2]);

/** Where x at level σ ends: along the ODE to the lowest level, and from there to its x̂. */
function ended(x: number, sigma: number): number {
  const { mean, std } = data;
  const last = exact(x, data, [sigma, low]);
  return mean + ((last - mean) * std ** 2) / (std ** 2 + low ** 2);
}

describe("edit (SDEdit)", () => {
  const run = async (strength: number, x: NdArray): Promise<number[]> => {
    const program = edit(model, { ...how, n: x.shape[0]!, strength });
    return numbers((await runtime.run(program, { store: runtime.emptyStore(), key: key(4), feeds: { x } }))["x"]!);
  };

  it("of strength 0 keeps a row, to the bit", async () => {
    expect(await run(0, rows(0.1, -3, 5, 0.7))).toEqual([0.1, -3, 5, 0.7].map(Math.fround));
  });

  it("begins at the row with the noise of its level", async () => {
    const sigma = Math.sqrt(low * high); // half the way in log σ
    const [a, b] = [await run(0.5, rows(2, -1)), await run(0.5, rows(0, 0))];
    const apart = (by: number): number => ended(by, sigma) - ended(0, sigma);
    expect(a[0]! - b[0]!).toBeCloseTo(apart(2), 3);
    expect(a[1]! - b[1]!).toBeCloseTo(apart(-1), 3);
    const n = 2000;
    const many = await run(0.5, ndarray(new Float32Array(2 * n).fill(2), [n, 2]));
    const average = many.reduce((sum, v) => sum + v, 0) / (2 * n);
    const variance = many.reduce((sum, v) => sum + (v - average) ** 2, 0) / (2 * n);
    const wanted = (ended(sigma, sigma) - ended(0, sigma)) ** 2;
    expect(Math.abs(average - ended(2, sigma))).toBeLessThan(4 * Math.sqrt(wanted / (2 * n)));
    expect(variance / wanted).toBeCloseTo(1, 1);
  });

  it("of strength 1 draws what sample draws", async () => {
    const drawn = await runtime.run(sample(model, { ...how, n: 1 }), { store: runtime.emptyStore(), key: key(4) });
    const edited = await run(1, rows(2, -1));
    numbers(drawn["samples"]!).forEach((v, i) => expect(edited[i]).toBeCloseTo(v, 1)); // 2 beside 399 times the noise
    expect(await run(1, rows(0, 0))).toEqual(numbers(drawn["samples"]!));
  });
});

describe("codes", () => {
  const store = runtime.emptyStore();

  it("are draws from N(0, I) of rows like the data, and lead back to them", async () => {
    const x = rows(0.7, 1.3, -0.5, 2);
    const { z } = await runtime.run(encode(model, { ...how, n: 2 }), { store, key: key(0), feeds: { x } });
    numbers(z!).forEach((v, i) => expect(Math.abs(v - (Number(x.data[i]) - 0.7) / 0.6)).toBeLessThan(0.02));
    const { x: back } = await runtime.run(decode(model, { ...how, n: 2 }), {
      store,
      key: key(0),
      feeds: { z: rows(...numbers(z!)) },
    });
    numbers(back!).forEach((v, i) => expect(v).toBeCloseTo(Number(x.data[i]), 2));
  });

  it("between two rows lie on the sphere, and their ends are the rows", async () => {
    const [from, to] = [rows(1.3, 0.7), rows(0.7, -0.5)]; // codes (1, 0) and (0, −2)
    const { x } = await runtime.run(interpolate(model, { ...how, ways: 3 }), {
      store,
      key: key(0),
      feeds: { from, to },
    });
    const wanted = [1.3, 0.7, 0.7 + 0.6 * Math.SQRT1_2, 0.7 - 1.2 * Math.SQRT1_2, 0.7, -0.5];
    expect(x!.shape).toEqual([3, 2]);
    numbers(x!).forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 2));
  });
});

describe("guidance", () => {
  // Data of class c are N(c, s²): a weight w between μ₀ and μ makes them those of μ₀ + w (μ − μ₀).
  const told = new Diffusion({
    network: new Knowing(
      process,
      (x, { sigma, condition }) => {
        const v = data.std ** 2;
        return x.mul(v).add(sigma.square().mul(condition!)).div(sigma.square().add(v));
      },
      { conditionFeatures: 1 },
    ),
    process,
    target: "data",
    condition: { context: 1 },
  });
  let store: Store;
  beforeAll(async () => {
    store = await runtime.init(told, { key: key(0) });
    await store.write("condition.map.weight", ndarray([1], [1, 1]));
    await store.write("condition.map.bias", ndarray([0], [1]));
    await store.write("condition.nothing", ndarray([-1], [1, 1]));
  });
  const drawn = async (options: Partial<SampleOptions>, feeds: Record<string, number> = {}): Promise<number[]> => {
    const program = sample(told, { ...how, steps: 20, n: 1, ...options });
    const given = Object.fromEntries(Object.entries(feeds).map(([name, v]) => [name, ndarray([v], [1, 1])]));
    return numbers((await runtime.run(program, { store, key: key(5), feeds: given }))["samples"]!);
  };
  const same = (a: readonly number[], b: readonly number[]): void =>
    a.forEach((v, i) => expect(v).toBeCloseTo(b[i]!, 4));

  it("of weight w goes w times as far from nothing as the condition does", async () => {
    same(await drawn({ guidance: { weight: 3 } }, { context: 2 }), await drawn({}, { context: 8 }));
    same(await drawn({ guidance: { weight: 0 } }, { context: 2 }), await drawn({ unconditional: true }));
    same(await drawn({ unconditional: true }), await drawn({}, { context: -1 }));
  });

  it("goes away from what is negative", async () => {
    const options = { guidance: { weight: 3 }, negative: true };
    same(await drawn(options, { context: 2, negativeContext: -4 }), await drawn({}, { context: 14 }));
  });

  it("within an interval of σ counts there alone", async () => {
    const at = (interval: readonly [number, number]): Promise<number[]> =>
      drawn({ guidance: { weight: 3, interval } }, { context: 2 });
    same(await at([0, 1000]), await drawn({}, { context: 8 }));
    same(await at([500, 1000]), await drawn({}, { context: 2 }));
    const [inside] = await at([1, 10]);
    expect(inside).toBeGreaterThan((await drawn({}, { context: 2 }))[0]! + 0.5);
    expect(inside).toBeLessThan((await drawn({}, { context: 8 }))[0]! - 0.5);
  });
});
