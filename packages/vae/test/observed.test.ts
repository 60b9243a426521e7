/** @file Rows of which a part is hidden: training, measuring and filling in. */
import { inference, key, ndarray, reference, type NdArray, type Tensor } from "@gen/core";
import { describeModelGradients } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  bound,
  complete,
  iwae,
  likelihoodOf,
  logProb,
  lossOf,
  type LatentModel,
  type LikelihoodName,
  type VaeBatch,
} from "../src/index.js";
import { copies, intensities, labelled, SHAPE, tinyVae } from "./pictures.js";
import { layered } from "./variants.js";

const runtime = reference();
const numbers = ({ data }: NdArray): number[] => Array.from(data as Iterable<number>, Number);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The upper half of each picture is known. */
const halves = (n: number): NdArray =>
  ndarray(
    Array.from({ length: 16 * n }, (_, i) => Number(i % 16 < 8)),
    [n, ...SHAPE],
  );
const whole = (n: number): NdArray => ndarray(new Array<number>(16 * n).fill(1), [n, ...SHAPE]);
/** Other numbers, or none, where the mask hides them. */
const spoilt = (x: NdArray, value: number): NdArray =>
  ndarray(
    numbers(x).map((v, i) => (i % 16 < 8 ? v : value)),
    x.shape,
  );

const models: Readonly<Record<string, () => LatentModel>> = {
  ...Object.fromEntries(
    (["bernoulli", "gaussian", "discretisedLogistic"] satisfies LikelihoodName[]).map((likelihood) => [
      likelihood,
      () => tinyVae({ likelihood, objective: iwae({ k: 3 }) }),
    ]),
  ),
  "two layers of latents": () => layered(),
};

describe.each(Object.entries(models))("a mask, %s", (name, make) => {
  const nats = async (feeds: Readonly<Record<string, NdArray>>, masked: boolean): Promise<number[]> => {
    const model = make();
    const store = await runtime.init(model, { key: key(1) });
    const out = await runtime.run(bound(model, { n: 3, masked }), { store, feeds, key: key(2) });
    return numbers(out["nats"]!);
  };

  it("of ones changes nothing", async () => {
    const x = intensities(3);
    const masked = await nats({ x, mask: whole(3) }, true);
    (await nats({ x }, false)).forEach((v, i) => expect(masked[i]).toBeCloseTo(v, 9));
  });

  it("hides what it says, whatever is there", async () => {
    const x = intensities(3);
    const [given, blind, other] = await Promise.all(
      [x, spoilt(x, NaN), spoilt(x, 0.9)].map((rows) => nats({ x: rows, mask: halves(3) }, true)),
    );
    expect(given!.every(Number.isFinite)).toBe(true);
    expect(blind).toEqual(given);
    expect(other).toEqual(given);
  });

  describeModelGradients(name, () => {
    const model = make();
    return {
      model,
      batch: { ...labelled(model, intensities(3)), mask: halves(3) },
      loss: (batch, scope) => lossOf(model, batch as unknown as VaeBatch, scope).loss,
    };
  });
});

describe("a picture half known", () => {
  const [points, reach] = [1025, 8];
  const dz = (2 * reach) / (points - 1);

  /** p(x_known, z) and E[x|z] on a grid of a latent of one dimension. */
  async function posteriorGrid(): Promise<{ logProb: number; mean: number[] }> {
    const model = tinyVae({ latentDim: 1 });
    const store = await runtime.init(model, { key: key(1) });
    const z = Array.from({ length: points }, (_, i) => i * dz - reach);
    const joint = inference(model, { z: [points, 1], x: [points, ...SHAPE] }, ({ z, x }, scope) => {
      const elements = model.elements(z, undefined, scope);
      const known: Tensor = elements.logProb(model.codec.encode(x, scope).y).slice(2, 0, 2);
      return { logP: known.flatten().sum(1).add(model.prior.logProb(z, scope)), mean: elements.mean };
    });
    const out = await runtime.run(joint, { store, feeds: { z: ndarray(z, [points, 1]), x: copies(points) } });
    const weights = numbers(out["logP"]!).map(Math.exp);
    const total = weights.reduce((a, b) => a + b, 0);
    const means = numbers(out["mean"]!);
    const mean = Array.from(
      { length: 16 },
      (_, d) => weights.reduce((s, w, i) => s + w * means[16 * i + d]!, 0) / total,
    );
    return { logProb: Math.log(total * dz), mean };
  }

  it("has the log p of its known part that quadrature gives", async () => {
    const model = tinyVae({ latentDim: 1 });
    const store = await runtime.init(model, { key: key(1) });
    const feeds = { x: copies(16), mask: halves(16) };
    const out = await runtime.run(logProb(model, { n: 16, k: 200, masked: true }), { store, feeds, key: key(3) });
    expect(mean(numbers(out["logProb"]!))).toBeCloseTo((await posteriorGrid()).logProb, 2);
  });

  it("is filled with the mean that quadrature gives, and with draws of that mean", async () => {
    const model = tinyVae({ latentDim: 1 });
    const store = await runtime.init(model, { key: key(1) });
    const exact = (await posteriorGrid()).mean.slice(8);
    const n = 400;
    const fill = async (options: { k: number; draw: "mean" | "sample" }): Promise<number[]> => {
      const feeds = { x: copies(n), mask: halves(n) };
      const program = complete(model, { n, rounds: 2, ...options });
      const { completed } = await runtime.run(program, { store, feeds, key: key(5) });
      const filled = numbers(completed!);
      return Array.from({ length: 8 }, (_, d) => mean(Array.from({ length: n }, (_, i) => filled[16 * i + 8 + d]!)));
    };
    (await fill({ k: 40, draw: "mean" })).forEach((v, d) => expect(Math.abs(v - exact[d]!)).toBeLessThan(0.005));
    (await fill({ k: 40, draw: "sample" })).forEach((v, d) => expect(Math.abs(v - exact[d]!)).toBeLessThan(0.1)); // 4 σ
  });
});

describe("a likelihood of whole rows", () => {
  it("takes no mask", () => {
    const bernoulli = likelihoodOf("bernoulli");
    const model = tinyVae({ likelihood: { ...bernoulli, of: (y) => bernoulli.of(y) } });
    expect(() => bound(model, { n: 2, masked: true })).toThrow("expected a model of single elements for a mask");
  });
});

describe("complete", () => {
  it("needs rounds and draws that are counts", () => {
    expect(() => complete(tinyVae(), { n: 1, rounds: -1 })).toThrow("complete: expected rounds ≥ 0, got -1");
    expect(() => complete(tinyVae(), { n: 1, k: 0 })).toThrow("complete: expected k ≥ 1, got 0");
  });

  it("does without a round, as for a model that was trained with masks", async () => {
    const model = tinyVae();
    const store = await runtime.init(model, { key: key(1) });
    const feeds = { x: intensities(2), mask: halves(2) };
    const { completed } = await runtime.run(complete(model, { n: 2, rounds: 0, k: 3 }), { store, feeds, key: key(0) });
    expect(numbers(completed!).every(Number.isFinite)).toBe(true);
    expect(numbers(completed!).slice(0, 8)).toEqual(numbers(feeds.x).slice(0, 8));
  });
});
