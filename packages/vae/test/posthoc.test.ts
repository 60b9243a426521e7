import {
  inference,
  key,
  ndarray,
  normalDraws,
  paths,
  reference,
  trainStep,
  uniformDraws,
  type Model,
  type NdArray,
  type Program,
} from "@gen/core";
import { adam } from "@gen/core/optim";
import type { Density } from "@gen/core/prob";
import { describeModelGradients } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  bound,
  dense,
  fitMixture,
  iwae,
  latentLikelihood,
  mixtureDensity,
  mixturePrior,
  sample,
  SecondStage,
  Vae,
  withPrior,
  type LatentModel,
  type MixtureFit,
} from "../src/index.js";
import { intensities, SHAPE, tinyVae } from "./pictures.js";

const runtime = reference();
const numbers = ({ data }: NdArray): number[] => Array.from(data as Iterable<number>, Number);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** π 0.3 and 0.7, with covariances L Lᵀ that are neither round nor alike. */
const truth: Omit<MixtureFit, "history"> = {
  weights: Float64Array.of(0.3, 0.7),
  means: Float64Array.of(-2, 1, 2, 0),
  factors: Float64Array.of(1, 0, 0.5, 0.4, 0.5, 0, -0.6, 0.8),
};

/** Rows of the mixture above. */
function rows(n: number): NdArray {
  const u = uniformDraws(key(1), n);
  const e = normalDraws(key(2), 2 * n, "f64");
  const z = Float32Array.from({ length: 2 * n }, (_, i) => {
    const [row, d] = [Math.floor(i / 2), i % 2];
    const m = u[row]! < 0.3 ? 0 : 1;
    const factor = truth.factors.subarray(4 * m, 4 * m + 4);
    return truth.means[2 * m + d]! + factor[2 * d]! * e[2 * row]! + factor[2 * d + 1]! * e[2 * row + 1]!;
  });
  return ndarray(z, [n, 2]);
}

/** What a density gives, by the reference. */
async function ask(density: Density & Model, n: number, z?: NdArray): Promise<number[]> {
  const program: Program =
    z === undefined
      ? inference(density, {}, (_, scope) => ({ y: density.sample(n, scope) }))
      : inference(density, { z: [n, 2] }, ({ z }, scope) => ({ y: density.logProb(z, scope) }));
  const store = await runtime.init(density, { key: key(3) });
  const feeds = z === undefined ? {} : { z };
  return numbers((await runtime.run(program, { store, feeds, ...(program.usesKey ? { key: key(4) } : {}) }))["y"]!);
}

/** A model whose codes are two pixels, for sure: it has nothing that could be learned. */
function frozenCodes(): LatentModel {
  const vae = tinyVae();
  const whole = withPrior(vae, vae.prior);
  const posterior: LatentModel["posterior"] = (x) => {
    const mean = x.flatten().slice(1, 0, 2);
    const std = mean.mul(0);
    return { mean, std, draw: () => ({ z: mean, gap: std }) };
  };
  return { ...whole, posterior };
}

/** A square grid of points in the plane. */
function plane(side: number, reach: number): { points: NdArray; area: number } {
  const step = (2 * reach) / side;
  const at = (i: number): number => -reach + (i + 0.5) * step;
  const points = Array.from({ length: side * side }, (_, i) => [at(Math.floor(i / side)), at(i % side)]).flat();
  return { points: ndarray(points, [side * side, 2]), area: step * step };
}

describe("fitMixture", () => {
  it("of one component is the mean and the covariance", () => {
    const z = rows(200);
    const fit = fitMixture(z, { components: 1, key: key(0), regularization: 0 });
    const values = [0, 1].map((d) => numbers(z).filter((_, i) => i % 2 === d));
    const mu = values.map(mean);
    const cov = (a: number, b: number): number =>
      mean(values[a]!.map((v, i) => (v - mu[a]!) * (values[b]![i]! - mu[b]!)));
    const [l00, zero, l10, l11] = fit.factors;
    expect([...fit.weights]).toEqual([1]);
    mu.forEach((v, d) => expect(fit.means[d]).toBeCloseTo(v, 10));
    expect(zero).toBe(0);
    expect(l00! ** 2).toBeCloseTo(cov(0, 0), 10);
    expect(l00! * l10!).toBeCloseTo(cov(0, 1), 10);
    expect(l10! ** 2 + l11! ** 2).toBeCloseTo(cov(1, 1), 10);
  });

  it("finds a mixture again, uphill all the way, the same way from the same key", () => {
    const z = rows(1500);
    const fit = fitMixture(z, { components: 2, key: key(5), tolerance: 1e-7 });
    const order = fit.weights[0]! < fit.weights[1]! ? [0, 1] : [1, 0];
    order.forEach((m, i) => {
      expect(fit.weights[m]).toBeCloseTo(truth.weights[i]!, 1);
      for (let d = 0; d < 2; d++) expect(Math.abs(fit.means[2 * m + d]! - truth.means[2 * i + d]!)).toBeLessThan(0.15);
      for (let f = 0; f < 4; f++)
        expect(Math.abs(fit.factors[4 * m + f]! - truth.factors[4 * i + f]!)).toBeLessThan(0.12);
    });
    fit.history.slice(1).forEach((v, i) => expect(v).toBeGreaterThanOrEqual(fit.history[i]! - 1e-9));
    expect(fit.history.length).toBeGreaterThan(3);
    expect(fitMixture(z, { components: 2, key: key(5), tolerance: 1e-7 })).toEqual(fit);
  });

  it("refuses what cannot be", () => {
    const options = { components: 2, key: key(0) };
    expect(() => fitMixture(rows(1), options)).toThrow("expected at least 2 rows, one for each component, got 1");
    expect(() => fitMixture(ndarray([1, NaN, 3, 4], [2, 2]), options)).toThrow(
      "row 0: expected finite numbers, got NaN",
    );
    expect(() => fitMixture(ndarray([1, 2], [2]), options)).toThrow("expected rows [N, Z], got [2]");
    expect(() => fitMixture(ndarray([1, 2], [2, 1], "i32"), options)).toThrow("expected real numbers, got i32");
    expect(() => fitMixture(rows(9), { ...options, components: 0 })).toThrow("components ≥ 1, got 0");
    expect(() => fitMixture(rows(9), { ...options, tolerance: -1 })).toThrow("tolerance ≥ 0, got -1");
    const flat = ndarray([1, 1, 2, 2, 3, 3], [3, 2]);
    expect(() => fitMixture(flat, { components: 1, key: key(0), regularization: 0 })).toThrow("flat along axis 1");
    expect(() => fitMixture(flat, { components: 1, key: key(0) })).not.toThrow();
  });
});

describe("mixtureDensity", () => {
  const density = mixtureDensity({ ...truth, history: [] });

  it("integrates to 1, and is what its formula says", async () => {
    const { points, area } = plane(60, 7);
    const logP = await ask(density, points.shape[0]!, points);
    expect(logP.reduce((sum, v) => sum + Math.exp(v), 0) * area).toBeCloseTo(1, 4);
    const formula = (x: number, y: number): number =>
      Math.log(
        [0, 1].reduce((sum, m) => {
          const [a, , b, c] = truth.factors.subarray(4 * m, 4 * m + 4);
          const u = (x - truth.means[2 * m]!) / a!;
          const v = (y - truth.means[2 * m + 1]! - b! * u) / c!;
          return sum + (truth.weights[m]! * Math.exp(-(u * u + v * v) / 2)) / (2 * Math.PI * a! * c!);
        }, 0),
      );
    for (const i of [0, 1234, 2000, 2345]) {
      expect(logP[i]).toBeCloseTo(formula(Number(points.data[2 * i]), Number(points.data[2 * i + 1])), 4);
    }
  });

  it("draws what it says: means, variances and how they go together", async () => {
    const n = 4000;
    const drawn = await ask(density, n);
    const [x, y] = [0, 1].map((d) => drawn.filter((_, i) => i % 2 === d)) as [number[], number[]];
    const first = x.filter((v) => v < 0).length / n;
    expect(Math.abs(first - 0.3)).toBeLessThan(0.035);
    expect(Math.abs(mean(x) - 0.8)).toBeLessThan(0.15);
    expect(Math.abs(mean(y) - 0.3)).toBeLessThan(0.08);
    const right = x.flatMap((v, i) => (v > 0.5 ? [[v - 2, y[i]!] as const] : []));
    expect(Math.abs(mean(right.map(([a, b]) => a * b)) + 0.3)).toBeLessThan(0.06); //  0.5 · −0.6
  });
});

describe("withPrior", () => {
  it("of the standard normal distribution changes nothing", async () => {
    const vae = tinyVae();
    const same = mixtureDensity({
      weights: Float64Array.of(1),
      means: Float64Array.of(0, 0),
      factors: Float64Array.of(1, 0, 0, 1),
      history: [],
    });
    const store = await runtime.init(vae, { key: key(1) });
    const nats = async (model: Parameters<typeof bound>[0]): Promise<number[]> => {
      const program = bound(model, { n: 4, objective: iwae({ k: 3 }) });
      return numbers((await runtime.run(program, { store, key: key(2), feeds: { x: intensities(4) } }))["nats"]!);
    };
    const wanted = await nats(vae);
    (await nats(withPrior(vae, same))).forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 5));
  });

  it("samples from the new prior, under the old names", async () => {
    const vae = tinyVae();
    const store = await runtime.init(vae, { key: key(1) });
    const away = mixtureDensity({ ...truth, history: [] });
    expect([...paths(withPrior(vae, away)).keys()]).toEqual([...paths(vae).keys()]);
    const [old, changed] = await Promise.all(
      [vae, withPrior(vae, away)].map((model) => runtime.run(sample(model, { n: 3 }), { store, key: key(2) })),
    );
    expect(changed!["samples"]!.shape).toEqual([3, ...SHAPE]);
    expect(changed).not.toEqual(old);
  });

  it("refuses densities of other codes, and models that learned their prior", () => {
    const density = mixtureDensity({ ...truth, history: [] });
    expect(() => withPrior(tinyVae({ latentDim: 3 }), density)).toThrow(
      "expected a density over [3], got one over [2]",
    );
    expect(() => withPrior(tinyVae({ prior: mixturePrior({ components: 2 }) }), density)).toThrow("a fixed prior");
  });
});

describe("SecondStage", () => {
  const make = (): SecondStage =>
    new SecondStage(
      new Vae({
        shape: [2],
        latentDim: 2,
        architecture: dense({ hidden: [8], activation: "silu" }),
        likelihood: latentLikelihood(),
      }),
      { k: 20 },
    );

  it("is a density: its estimates integrate to 1", async () => {
    const { points, area } = plane(30, 8);
    const logP = await ask(make(), points.shape[0]!, points);
    expect(Math.abs(logP.reduce((sum, v) => sum + Math.exp(v), 0) * area - 1)).toBeLessThan(0.05);
  });

  it("learns the codes of the first model, and leaves that alone", async () => {
    const [vae, stage] = [tinyVae(), make()];
    const whole = withPrior(vae, stage);
    const step = trainStep({
      model: whole,
      learn: stage,
      batch: { x: [8, ...SHAPE] },
      loss: (batch, scope) => stage.loss(vae, batch, scope),
      optimizer: adam({ learningRate: 1e-2 }),
    });
    expect([...step.writes.keys()].every((path) => /^(prior|optimizer)\./.test(path))).toBe(true);
    const store = await runtime.init(whole, { key: key(1) });
    const losses: number[] = [];
    for (let n = 0; n < 60; n++)
      losses.push(
        numbers((await runtime.run(step, { store, key: key(n), feeds: { x: intensities(8) } }))["loss"]!)[0]!,
      );
    expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)) - 0.1);
    const { samples } = await runtime.run(sample(whole, { n: 3 }), { store, key: key(2) });
    expect(samples!.shape).toEqual([3, ...SHAPE]);
  });

  describeModelGradients("the second stage", () => {
    const stage = make();
    const first = frozenCodes();
    return {
      model: stage,
      batch: { x: intensities(3) },
      loss: ({ x }, scope) => stage.loss(first, { x: x! }, scope).loss,
    };
  });

  it("refuses what cannot be", () => {
    expect(() => new SecondStage(tinyVae({ classes: 2 }))).toThrow("a model without classes, got one with 2");
    expect(() => new SecondStage(tinyVae(), { k: 0 })).toThrow("k ≥ 1 draws, got 0");
  });
});
