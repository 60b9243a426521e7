import { key, ndarray, normalDraws, reference, type Tensor } from "@gen/core";
import { describe, expect, it } from "vitest";
import {
  bound,
  boundEstimate,
  Diffusion,
  logProb,
  type DiffusionOptions,
  type Network,
  type NetworkInput,
  type Process,
} from "../src/index.js";
import { geometric, numbers } from "./gaussian.js";

const [mean, std] = [0.3, 0.5];
/** A process of one's own: levels even in log σ. */
const process: Process = {
  name: "geometric",
  levels: geometric(100, 0.01, 399).reverse(),
  scale: (sigma) => sigma.square().add(1).sqrt().reciprocal(),
};

/** A "network" that knows the data, N(mean, std²): it gives x̂ as the target "data". It is handed α x and the clock. */
class Known implements Network {
  readonly shape = [2];
  readonly outputShape = [2];
  readonly conditionFeatures = 0;
  forward(x: Tensor, { time }: NetworkInput): Tensor {
    const [low, high] = [process.levels[0]!, process.levels.at(-1)!].map(Math.log) as [number, number];
    const sigma = time
      .mul((high - low) / 1000)
      .add(low)
      .exp()
      .unsqueeze(-1);
    const noisy = x.mul(sigma.square().add(1).sqrt());
    const v = std ** 2;
    return noisy.mul(v).add(sigma.square().mul(mean)).div(sigma.square().add(v));
  }
}

const make = (options: Partial<DiffusionOptions> = {}): Diffusion =>
  new Diffusion({ network: new Known(), process, target: "data", ...options });
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
  it("is near −log p(x), and above it in the mean; its terms and the prior add up", async () => {
    const store = await runtime.init(make(), { key: key(0) });
    const { nats, prior, terms, bitsPerDim } = await runtime.run(bound(make(), { n }), {
      store,
      key: key(1),
      feeds: { x },
    });
    const [got, wanted] = [average(numbers(nats!)), average(truth)];
    expect(got).toBeGreaterThan(wanted - 0.05);
    expect(got).toBeLessThan(wanted + 0.25);
    expect(terms!.shape).toEqual([400, n]);
    const all = numbers(terms!);
    for (const i of [0, 7]) {
      const sum = Array.from({ length: 400 }, (_, k) => all[k * n + i]!).reduce((a, b) => a + b, numbers(prior!)[i]!);
      expect(numbers(nats!)[i]).toBeCloseTo(sum, 6);
      expect(numbers(bitsPerDim!)[i]).toBeCloseTo(sum / (2 * Math.LN2), 6);
    }
    all.slice(n).forEach((term) => expect(term).toBeGreaterThan(-1e-9)); // KL ≥ 0, but for the decoder's
  });

  it("is estimated without bias by one step of the chain for each row", async () => {
    const many = 4000;
    const rows = ndarray(
      normalDraws(key(5), 2 * many).map((v) => mean + std * v),
      [many, 2],
    );
    const store = await runtime.init(make(), { key: key(0) });
    const { nats } = await runtime.run(boundEstimate(make(), { n: many }), { store, key: key(2), feeds: { x: rows } });
    const values = numbers(nats!);
    const spread = Math.sqrt(average(values.map((v) => (v - average(values)) ** 2)) / many);
    const whole = average(
      numbers((await runtime.run(bound(make(), { n }), { store, key: key(1), feeds: { x } }))["nats"]!),
    );
    expect(Math.abs(average(values) - whole)).toBeLessThan(4 * spread + 0.3);
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

it("log p(x) by the ODE is exact, and Hutchinson's estimate right in the mean", async () => {
  const store = await runtime.init(make(), { key: key(0) });
  const run = async (trace: "exact" | "hutchinson"): Promise<number[]> =>
    numbers(
      (await runtime.run(logProb(make(), { n, steps: 60, trace }), { store, key: key(1), feeds: { x } }))["nats"]!,
    );
  (await run("exact")).forEach((v, i) => expect(Math.abs(v - truth[i]!)).toBeLessThan(0.02));
  (await run("hutchinson")).forEach((v, i) => expect(Math.abs(v - truth[i]!)).toBeLessThan(0.02)); // the Jacobian is diagonal: no variance
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
