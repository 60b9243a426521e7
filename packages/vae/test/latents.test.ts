/** @file Priors, posteriors and layers of latents, each held to the laws of every latent-variable model. */
import { inference, key, ndarray, reference, type NdArray, type Tensor } from "@gen/core";
import { normal, type Density } from "@gen/core/prob";
import { Binarise } from "@gen/core/codec";
import { describe, expect, it } from "vitest";
import { autoregressivePrior, encode, mixturePrior, vampPrior } from "../src/index.js";
import { StandardNormal } from "../src/prior.js";
import { describeVae } from "./laws.js";
import { intensities, labelled, SHAPE, tinyVae } from "./pictures.js";
import { latentVariants, layered, priors } from "./variants.js";

for (const { name, make } of latentVariants) describeVae(name, make);

const runtime = reference();
const numbers = ({ data }: NdArray): number[] => Array.from(data as Iterable<number>, Number);

describe("a density over codes", () => {
  const sizes = {
    latentDim: 2,
    codec: new Binarise({ shape: SHAPE }),
    classes: 0,
    encode: (x: Tensor) => ({ mean: x.flatten().slice(1, 0, 2), logStd: x.flatten().slice(1, 2, 4).sub(1) }),
  };
  const densities: Readonly<Record<string, () => Density>> = {
    "the standard normal distribution": () => new StandardNormal(2),
    ...Object.fromEntries(
      Object.entries(priors).map(([name, prior]) => [name, () => (prior as (of: typeof sizes) => Density)(sizes)]),
    ),
  };

  it.each(Object.entries(densities))("%s integrates to one, and draws what it says", async (_, make) => {
    const density = make();
    const model = { density };
    const store = await runtime.init(model, { key: key(3) });
    const [perAxis, reach] = [81, 8];
    const dz = (2 * reach) / (perAxis - 1);
    const grid = Array.from({ length: perAxis ** 2 }, (_, i) => [
      (i % perAxis) * dz - reach,
      Math.floor(i / perAxis) * dz - reach,
    ]);
    const at = inference(model, { z: [grid.length, 2] }, ({ z }, scope) => ({ logP: density.logProb(z, scope) }));
    const { logP } = await runtime.run(at, { store, feeds: { z: ndarray(grid.flat(), [grid.length, 2]) } });
    const mass = numbers(logP!).map((v) => Math.exp(v) * dz * dz);
    const expected = (f: (z: readonly number[]) => number): number =>
      mass.reduce((sum, m, i) => sum + m * f(grid[i]!), 0);
    expect(expected(() => 1)).toBeCloseTo(1, 4);

    const n = 4000;
    const draws = inference(model, {}, (_, scope) => ({ z: density.sample(n, scope) }));
    const { z } = await runtime.run(draws, { store, feeds: {}, key: key(4) });
    const drawn = numbers(z!);
    const moments = [
      (z: readonly number[]) => z[0]!,
      (z: readonly number[]) => z[1]!,
      (z: readonly number[]) => z[0]! ** 2,
      (z: readonly number[]) => z[0]! * z[1]!,
      (z: readonly number[]) => Number(z[0]! > 0.5 && z[1]! < 0.3),
    ];
    for (const moment of moments) {
      const values = Array.from({ length: n }, (_, i) => moment([drawn[2 * i]!, drawn[2 * i + 1]!]));
      const mean = values.reduce((a, b) => a + b, 0) / n;
      const variance = expected((z) => moment(z) ** 2) - expected(moment) ** 2;
      expect(Math.abs(mean - expected(moment))).toBeLessThan(4.5 * Math.sqrt(variance / n) + 0.01);
    }
  });

  it("of an autoregressive prior with two hidden layers draws what it says", async () => {
    const [n, dim, std] = [4000, 3, 0.6];
    const density = autoregressivePrior({ hidden: [7, 7], components: 2 })({ ...sizes, latentDim: dim });
    const store = await runtime.init({ density }, { key: key(3) });
    const ratio = inference({ density }, {}, (_, scope) => {
      const z = density.sample(n, scope);
      const other = normal({ mean: z.mul(0), std, eventDims: 1 });
      return { ratio: other.logProb(z).sub(density.logProb(z, scope)).exp() }; // of mean 1
    });
    const values = numbers((await runtime.run(ratio, { store, feeds: {}, key: key(6) }))["ratio"]!);
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
    expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(variance / n));
    expect(variance).toBeLessThan(20);
  });

  it("of a VampPrior starts from the pictures that it is given", async () => {
    const pictures = intensities(3);
    const prior = vampPrior({ start: pictures });
    const store = await runtime.init(tinyVae({ prior }), { key: key(0) });
    const logits = await store.read("prior.inputs");
    numbers(logits).forEach((v, i) => {
      expect(1 / (1 + Math.exp(-v))).toBeCloseTo(Math.min(0.98, Math.max(0.02, pictures.data[i]!)), 5);
    });
    expect(() => tinyVae({ prior: vampPrior({ start: pictures, components: 4 }) })).toThrow(
      "vampPrior: expected start [4, 1, 4, 4], got [3, 1, 4, 4]",
    );
  });

  it("must be over the codes of the model", () => {
    expect(() => tinyVae({ prior: new StandardNormal(3) })).toThrow(
      "expected a prior over codes [2], got one over [3]",
    );
    expect(() => mixturePrior({ components: 0 })).toThrow("expected components ≥ 1, got 0");
    expect(() => vampPrior({ components: 1.5 })).toThrow("expected components ≥ 1, got 1.5");
    expect(() => autoregressivePrior({ hidden: [0] })).toThrow("expected hidden ≥ 1, got 0");
  });
});

describe("layers of latents", () => {
  it("have a code of all of them", async () => {
    const model = layered();
    const store = await runtime.init(model, { key: key(0) });
    const { mean, std } = await runtime.run(encode(model, { n: 2 }), { store, feeds: labelled(model, intensities(2)) });
    expect([mean!.shape, std!.shape]).toEqual([
      [2, 3],
      [2, 3],
    ]);
  });

  it("refuse what makes no layers", () => {
    expect(() => layered({ latentDims: [2] })).toThrow("expected layers of latents ≥ 2, got 1");
    expect(() => layered({ latentDims: [2, 0] })).toThrow("expected latentDims ≥ 1, got 0");
    expect(() => layered({ inference: "top" as "ladder" })).toThrow('expected inference merged or ladder, got "top"');
  });
});
