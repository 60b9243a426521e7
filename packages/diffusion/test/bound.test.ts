import { concat, key, ndarray, normalDraws, reference, type NdArray, type Tensor } from "@gen/core";
import { beforeAll, describe, expect, it } from "vitest";
import { bound, boundEstimate, Diffusion, logProb, type DiffusionOptions } from "../src/index.js";
import { posterior } from "../src/posterior.js";
import { even, Knowing, numbers, oracle } from "./gaussian.js";

const [mean, std] = [0.3, 0.5];
const process = even(200, [0.01, 100]);
const make = (options: Partial<DiffusionOptions> = {}): Diffusion =>
  new Diffusion({
    network: new Knowing(process, (x, { sigma }) => oracle({ mean, std })(x, sigma)),
    process,
    target: "data",
    ...options,
  });
const runtime = reference();
const n = 24;
const x = ndarray(
  normalDraws(key(4), 2 * n).map((v) => mean + std * v),
  [n, 2],
);
const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
/** −log p of each row under the truth. */
const truth = Array.from({ length: n }, (_, i) =>
  [0, 1].reduce(
    (sum, k) => sum + 0.5 * ((Number(x.data[2 * i + k]) - mean) / std) ** 2 + Math.log(std * Math.sqrt(2 * Math.PI)),
    0,
  ),
);

describe("the bound of the best denoiser", () => {
  let whole: Readonly<Record<string, NdArray>>;
  beforeAll(async () => {
    whole = await runtime.run(bound(make(), { n }), { store: runtime.emptyStore(), key: key(1), feeds: { x } });
  });
  const averageOf = ({ nats }: typeof whole): number => average(numbers(nats!));

  it("is near −log p(x), and above it in the mean; its terms and the prior add up", () => {
    const { nats, prior, terms, bitsPerDim } = whole;
    const [got, wanted] = [averageOf(whole), average(truth)];
    expect(got).toBeGreaterThan(wanted - 0.05);
    expect(got).toBeLessThan(wanted + 0.4);
    expect(terms!.shape).toEqual([200, n]);
    const all = numbers(terms!);
    for (const i of [0, 7]) {
      const sum = Array.from({ length: 200 }, (_, k) => all[k * n + i]!).reduce((a, b) => a + b, numbers(prior!)[i]!);
      expect(numbers(nats!)[i]).toBeCloseTo(sum, 6);
      expect(numbers(bitsPerDim!)[i]).toBeCloseTo(sum / (2 * Math.LN2), 6);
    }
    all.slice(n).forEach((term) => expect(term).toBeGreaterThan(-1e-9)); // KL ≥ 0, but for the decoder's
  });

  const many = 100 * n;
  const rows = ndarray(
    new Float32Array(2 * many).map((_, i) => Number(x.data[i % (2 * n)])),
    [many, 2],
  );
  const measured = (program: ReturnType<typeof bound>): Promise<typeof whole> =>
    runtime.run(program, { store: runtime.emptyStore(), key: key(2), feeds: { x: rows } });
  /** Whether the mean of values is where it should be, as far as one can tell. */
  const isRight = (values: readonly number[], wanted: number): void => {
    const middle = average(values);
    const spread = Math.sqrt(average(values.map((v) => (v - middle) ** 2)) / values.length);
    expect(Math.abs(middle - wanted)).toBeLessThan(4 * spread + 0.02);
  };

  it("is estimated without bias by one step of each part, part for part", async () => {
    const { nats, terms } = await measured(bound(make(), { n: many, parts: 8 }));
    isRight(numbers(nats!), averageOf(whole));
    expect(terms!.shape).toEqual([8, many]);
    const all = numbers(whole["terms"]!);
    for (const part of [1, 4, 6]) {
      const own = Array.from({ length: 25 }, (_, k) => all.slice((25 * part + k) * n, (25 * part + k + 1) * n));
      const wanted = own.reduce((sum, row) => sum + average(row), 0);
      isRight(numbers(terms!).slice(part * many, (part + 1) * many), wanted);
    }
  });

  it("is estimated without bias by one random step for each row", async () => {
    isRight(numbers((await measured(boundEstimate(make(), { n: many })))["nats"]!), averageOf(whole));
  });

  it("of levels is a probability: near density times width where levels are many", async () => {
    const levels = 256;
    const grid = ndarray(
      Array.from(x.data, (v) => Math.round((v + 1) * 127.5) / 127.5 - 1),
      [n, 2],
    );
    const store = await runtime.init(make(), { key: key(0) });
    const run = async (model: Diffusion): Promise<number> =>
      average(numbers((await runtime.run(bound(model, { n }), { store, key: key(1), feeds: { x: grid } }))["nats"]!));
    const [density, probability] = [await run(make()), await run(make({ levels }))];
    expect(probability - density).toBeCloseTo(-2 * Math.log(2 / 255), 0);
  });
});

it("of learned variances is tight where that of fixed ones is not", async () => {
  // Few steps, so that what a fixed variance leaves out counts. Each step back is normal: with the variance of x̂ in it,
  // β̃ + (1 − r)² Var(x | x_from), the chain is the true one, and the bound −log p(x).
  const few = even(8, [0.05, 60]);
  const ratio = few.levels[0]! / few.levels[1]!;
  const variances = (x: Tensor, sigma: Tensor): Tensor => {
    const [from, to] = [sigma, sigma.mul(ratio)];
    const { small, large } = posterior({ x, denoised: x, from, to, scale: (s) => few.scale(s) });
    const rest = from
      .square()
      .reciprocal()
      .add(std ** -2)
      .reciprocal()
      .mul((1 - ratio ** 2) ** 2);
    return small.add(rest).log().sub(small.log()).div(large.log().sub(small.log()));
  };
  const denoise = oracle({ mean, std });
  const fixed = make({ process: few, network: new Knowing(few, (x, { sigma }) => denoise(x, sigma)) });
  const shares = (x: Tensor, sigma: Tensor): Tensor => variances(x, sigma).mul(2).sub(1).expand(x.shape);
  const network = new Knowing(few, (x, { sigma }) => concat([denoise(x, sigma), shares(x, sigma)], 1), {
    outputShape: [4],
  });
  const learned = make({ process: few, network, variance: "learned" });
  const of = async (model: Diffusion): Promise<number> => {
    const many = ndarray(
      new Float32Array(2 * 400).map((_, i) => Number(x.data[i % (2 * n)])),
      [400, 2],
    );
    const { nats } = await runtime.run(bound(model, { n: 400 }), {
      store: runtime.emptyStore(),
      key: key(1),
      feeds: { x: many },
    });
    return average(numbers(nats!));
  };
  const [tight, loose] = [await of(learned), await of(fixed)];
  const wanted = average(Array.from({ length: 400 }, (_, i) => truth[i % n]!));
  expect(Math.abs(tight - wanted)).toBeLessThan(0.1);
  expect(loose).toBeGreaterThan(tight + 0.5);
});

it("log p(x) by the ODE is exact, and Hutchinson's estimate right in the mean", async () => {
  const store = await runtime.init(make(), { key: key(0) });
  const run = async (trace: "exact" | "hutchinson"): Promise<number[]> =>
    numbers(
      (await runtime.run(logProb(make(), { n, steps: 60, trace }), { store, key: key(1), feeds: { x } }))["nats"]!,
    );
  (await run("exact")).forEach((v, i) => expect(Math.abs(v - truth[i]!)).toBeLessThan(0.02));
  (await run("hutchinson")).forEach((v, i) => expect(Math.abs(v - truth[i]!)).toBeLessThan(0.02)); // the Jacobian is diagonal: no variance
});

it("Hutchinson's estimate is right in the mean where numbers depend on each other", async () => {
  // Two numbers of variance 1 and correlation ρ: the estimate along (1, 1) shrinks by 1 + ρ, along (1, −1) by 1 − ρ.
  const rho = 0.8;
  const network = new Knowing(process, (x, { sigma }) => {
    const [a, b] = x.split([1, 1], 1) as [Tensor, Tensor];
    const share = (v: number): Tensor =>
      sigma
        .square()
        .add(v)
        .reciprocal()
        .mul(v / 2);
    const [sum, gap] = [a.add(b).mul(share(1 + rho)), a.sub(b).mul(share(1 - rho))];
    return concat([sum.add(gap), sum.sub(gap)], 1);
  });
  const many = 400;
  const run = async (trace: "exact" | "hutchinson", rows: number): Promise<number[]> => {
    const feeds = {
      x: ndarray(
        new Float32Array(2 * rows).map((_, i) => (i % 2 === 0 ? 0.5 : -0.2)),
        [rows, 2],
      ),
    };
    const program = logProb(make({ network }), { n: rows, steps: 40, trace });
    return numbers((await runtime.run(program, { store: runtime.emptyStore(), key: key(2), feeds }))["logProb"]!);
  };
  const [exact] = await run("exact", 1);
  const quadratic = (0.25 + 2 * rho * 0.1 + 0.04) / (1 - rho ** 2);
  expect(exact).toBeCloseTo(-0.5 * quadratic - 0.5 * Math.log(1 - rho ** 2) - Math.log(2 * Math.PI), 1);
  const estimates = await run("hutchinson", many);
  const middle = average(estimates);
  const deviation = Math.sqrt(average(estimates.map((v) => (v - middle) ** 2)));
  expect(deviation).toBeGreaterThan(0.1); // an estimate, unlike the exact trace
  expect(Math.abs(middle - exact!)).toBeLessThan((4 * deviation) / Math.sqrt(many));
});

it("the density integrates to one", async () => {
  const side = 24;
  const at = (i: number): number => mean + std * ((i + 0.5) / side - 0.5) * 9;
  const points = Array.from({ length: side * side }, (_, i) => [at(Math.floor(i / side)), at(i % side)]).flat();
  const store = await runtime.init(make(), { key: key(0) });
  const program = logProb(make(), { n: side * side, steps: 40, trace: "exact" });
  const { logProb: log } = await runtime.run(program, {
    store,
    key: key(1),
    feeds: { x: ndarray(points, [side * side, 2]) },
  });
  const cell = ((std * 9) / side) ** 2;
  expect(numbers(log!).reduce((sum, v) => sum + Math.exp(v) * cell, 0)).toBeCloseTo(1, 2);
});
