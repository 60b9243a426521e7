import { inference, key, ndarray, reference, trainStep, type NdArray, type Program, type Store } from "@gen/core";
import type { Mlp } from "@gen/core/nn";
import { sgd } from "@gen/core/optim";
import { describe, expect, it } from "vitest";
import {
  bound,
  elbo,
  HierarchicalVae,
  iwae,
  type LatentModel,
  logProb,
  lossOf,
  miwae,
  type Objective,
  type Vae,
} from "../src/index.js";
import { resample } from "../src/bound.js";
import { fields } from "../src/programs.js";
import { describeVae } from "./laws.js";
import { copies, labelled, SHAPE, tinyVae } from "./pictures.js";

const runtime = reference();
const numbers = ({ data }: NdArray): number[] => Array.from(data as Iterable<number>, Number);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const standardError = (values: readonly number[]): number => {
  const m = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - m) ** 2, 0) / (values.length - 1) / values.length);
};

/** A model whose q(z|x) is far wider than it should be, so that weights differ. */
async function withWidePosterior(vae: Vae): Promise<{ vae: Vae; store: Store }> {
  const store = await runtime.init(vae, { key: key(1) });
  const name = "encoder.net.layers.1.bias";
  const bias = numbers(await store.read(name)).map((v, i) => (i < vae.latentDim ? v : 2.5));
  await store.write(name, ndarray(bias, [bias.length]));
  const weight = numbers(await store.read("decoder.net.layers.0.weight")).map((v) => 4 * v);
  await store.write("decoder.net.layers.0.weight", ndarray(weight, [vae.latentDim, 6]));
  return { vae, store };
}

const objectives: Readonly<Record<string, () => Objective>> = {
  "elbo of 3 draws": () => elbo({ draws: 3 }),
  "iwae of 4 draws": () => iwae({ k: 4 }),
  "miwae of 2 × 3 draws": () => miwae({ m: 2, k: 3 }),
};
for (const [name, objective] of Object.entries(objectives)) {
  describeVae(name, ({ small } = { small: false }) => tinyVae({ objective: objective(), latentDim: small ? 1 : 2 }));
}

describe("bounds", () => {
  const of = async (
    objective: Objective,
    logW: readonly number[],
    shape: readonly [number, number],
  ): Promise<number[]> => {
    const program = inference({}, { logW: shape }, ({ logW }) => ({ bound: objective.bound(logW) }));
    const { bound } = await runtime.run(program, {
      store: runtime.emptyStore(),
      feeds: { logW: ndarray(logW, shape) },
    });
    return numbers(bound!);
  };
  const weights = [1, 2, 3, 4, 5, 6]; // [6, 1]
  const logs = weights.map(Math.log);

  it("are means and logarithms of means of the weights", async () => {
    expect((await of(elbo({ draws: 6 }), logs, [6, 1]))[0]).toBeCloseTo(mean(logs), 6);
    expect((await of(iwae({ k: 6 }), logs, [6, 1]))[0]).toBeCloseTo(Math.log(3.5), 6);
    expect((await of(miwae({ m: 2, k: 3 }), logs, [6, 1]))[0]).toBeCloseTo((Math.log(2) + Math.log(5)) / 2, 6);
  });

  it("are apart for each row, and do not overflow", async () => {
    const rows = [1000, -1000, 1000, -1000]; // [2, 2]
    const bounds = await of(iwae({ k: 2 }), rows, [2, 2]);
    [1000, -1000].forEach((value, row) => expect(bounds[row]).toBeCloseTo(value, 6));
  });

  it("are ordered: ELBO ≤ MIWAE ≤ IWAE ≤ log p(x), tighter with every draw", async () => {
    const { vae, store } = await withWidePosterior(tinyVae({ latentDim: 1 }));
    const n = 128;
    const estimate = async (objective: Objective): Promise<{ mean: number; error: number }> => {
      const feeds = labelled(vae, copies(n));
      const { nats } = await runtime.run(bound(vae, { n, objective }), { store, feeds, key: key(4) });
      const values = numbers(nats!).map((v) => -v);
      return { mean: mean(values), error: standardError(values) };
    };
    const bounds = await Promise.all([elbo(), miwae({ m: 5, k: 2 }), iwae({ k: 10 })].map(estimate));
    const long = { store, feeds: labelled(vae, copies(8)), key: key(5) };
    const { logProb: logP } = await runtime.run(logProb(vae, { n: 8, k: 500 }), long);
    const order = [...bounds, { mean: mean(numbers(logP!)), error: standardError(numbers(logP!)) }];
    for (let i = 1; i < order.length; i++) {
      const [lower, upper] = [order[i - 1]!, order[i]!];
      expect(upper.mean - lower.mean).toBeGreaterThan(3 * Math.hypot(upper.error, lower.error));
    }
  });

  it("refuse counts of draws that are none", () => {
    expect(() => elbo({ draws: 0 })).toThrow("elbo: expected draws ≥ 1 draws, got 0");
    expect(() => iwae({ k: 1.5 })).toThrow("iwae: expected k ≥ 1 draws, got 1.5");
    expect(() => miwae({ m: 0, k: 2 })).toThrow("miwae: expected m ≥ 1 draws, got 0");
    expect(() => iwae({ k: 2, resampled: 3 })).toThrow("at most 2 resampled draws, got 3");
  });
});

describe("resampling", () => {
  it("takes each draw as often as its weight says, up to one", async () => {
    const weights = [0.1, 0.55, 0.05, 0.3];
    const [n, r] = [400, 3];
    const logW = ndarray(
      weights.flatMap((w) => Array.from({ length: n }, () => Math.log(w))),
      [4, n],
    );
    const program = inference({}, { logW: [4, n] }, ({ logW }, scope) => ({
      chosen: resample(logW, r, scope.nextKey()),
    }));
    const { chosen } = await runtime.run(program, { store: runtime.emptyStore(), feeds: { logW }, key: key(0) });
    const draws = numbers(chosen!).map((at) => Math.floor(at / n));
    expect(numbers(chosen!).map((at) => at % n)).toEqual(Array.from({ length: r * n }, (_, i) => i % n)); // its own row
    weights.forEach((weight, draw) => {
      const counts = Array.from({ length: n }, (_, row) => [0, 1, 2].filter((j) => draws[j * n + row] === draw).length);
      counts.forEach((count) => expect(Math.abs(count - r * weight)).toBeLessThan(1));
      expect(Math.abs(mean(counts) - r * weight)).toBeLessThan(4 * standardError(counts));
    });
  });

  it("keeps the loss, and in the mean the gradient", async () => {
    const [n, name] = [16, "decoder.net.layers.0.bias"];
    const { vae, store } = await withWidePosterior(tinyVae({ objective: iwae({ k: 8 }) }));
    const few = tinyVae({ objective: iwae({ k: 8, resampled: 2 }) });
    const before = await store.read(name);
    const [stepAll, stepFew] = [vae, few].map((model) =>
      trainStep({
        model,
        batch: fields(model, { n }),
        loss: (batch, scope) => lossOf(model, batch, scope).loss,
        optimizer: sgd({ learningRate: 1 }),
        learn: { bias: (model.decoder as unknown as { net: Mlp }).net.layers[0]!.bias! },
      }),
    );
    const slope = async (step: Program, seed: number): Promise<{ loss: number; slopes: number[] }> => {
      await store.write(name, before);
      const { loss } = await runtime.run(step, { store, feeds: labelled(vae, copies(n)), key: key(seed) });
      const after = numbers(await store.read(name));
      return { loss: numbers(loss!)[0]!, slopes: numbers(before).map((v, i) => v - after[i]!) };
    };
    const differences: number[][] = [];
    for (let seed = 0; seed < 30; seed++) {
      const [all, some] = [await slope(stepAll!, seed), await slope(stepFew!, seed)];
      expect(some.loss).toBeCloseTo(all.loss, 9);
      differences.push(some.slopes.map((v, i) => v - all.slopes[i]!));
    }
    for (const i of [0, 1, 2]) {
      const values = differences.map((row) => row[i]!);
      expect(Math.abs(mean(values))).toBeLessThan(4 * standardError(values));
      expect(standardError(values)).toBeGreaterThan(0);
    }
  });
});

describe("free bits", () => {
  const lossFor = async (vae: LatentModel): Promise<{ loss: number; reconstruction: number; kl: number }> => {
    const store = await runtime.init(vae, { key: key(1) });
    const program = inference(vae, fields(vae, { n: 3 }), (batch, scope) => ({ ...lossOf(vae, batch, scope) }));
    const { loss, reconstruction, kl } = await runtime.run(program, {
      store,
      feeds: labelled(vae, copies(3)),
      key: key(2),
    });
    const number = (array: NdArray | undefined): number => Number(array!.data[0]);
    return { loss: number(loss), reconstruction: number(reconstruction), kl: number(kl) };
  };

  it("are what each latent number costs at least", async () => {
    const [none, much] = [await lossFor(tinyVae()), await lossFor(tinyVae({ freeBits: 5 }))];
    expect(none.loss).toBeCloseTo(none.kl - none.reconstruction, 9);
    expect(much.loss).toBeCloseTo(2 * 5 - much.reconstruction, 9); // two latent numbers, far below 5 nats each
    expect(much.kl).toBe(none.kl);
  });

  it("are for a layer of latents as a whole where there are several", async () => {
    const { loss, reconstruction } = await lossFor(
      new HierarchicalVae({ shape: SHAPE, latentDims: [3, 2], width: 4, freeBits: 50 }),
    );
    expect(loss).toBeCloseTo(2 * 50 - reconstruction, 9);
  });

  it("need a bound with a KL term", () => {
    expect(() => tinyVae({ freeBits: 1, objective: iwae({ k: 5 }) })).toThrow("expected freeBits with elbo()");
    expect(() => tinyVae({ freeBits: -1 })).toThrow("freeBits ≥ 0, got -1");
  });
});
