/** @file What is true of every VAE, whatever its networks and its likelihood. Float64, and exact where it can be. */
import {
  arrays,
  evaluate,
  inference,
  key,
  ndarray,
  reference,
  trainStep,
  type NdArray,
  type Program,
  type Store,
} from "@gen/core";
import { adam } from "@gen/core/optim";
import { describeModelGradients } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  bound,
  complete,
  decode,
  encode,
  logProb,
  reconstruct,
  sample,
  type Vae,
  type VaeBatch,
  type VaeOptions,
} from "../src/index.js";
import { fields } from "../src/programs.js";
import { bytes, copies, intensities, labelled, labelsOf } from "./pictures.js";

type Make = (options?: Partial<VaeOptions>) => Vae;
type Run = (
  program: Program,
  feeds: Readonly<Record<string, NdArray>>,
  seed?: number,
) => Promise<Record<string, NdArray>>;

const runtime = reference();

/** A model's initial parameters, and a way to run programs on them. */
async function start(vae: Vae): Promise<{ store: Store; run: Run }> {
  const store = await runtime.init(vae, { key: key(1) });
  const run: Run = (program, feeds, seed = 0) =>
    runtime.run(program, { store, feeds, ...(program.usesKey ? { key: key(seed) } : {}) });
  return { store, run };
}

const numbers = ({ data }: NdArray): number[] => Array.from(data as Iterable<number>, Number);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
/** Of the mean. */
const standardError = (values: readonly number[]): number => {
  const m = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - m) ** 2, 0) / (values.length - 1) / values.length);
};
const logMeanExp = (values: readonly number[]): number => {
  const top = Math.max(...values);
  return top + Math.log(mean(values.map((v) => Math.exp(v - top))));
};

export function describeVae(name: string, make: Make): void {
  describe(name, () => {
    it("has KL ≥ 0, and a bound that is the difference of its parts", async () => {
      const vae = make();
      const { run } = await start(vae);
      const { nats, bitsPerDim, reconstruction, kl } = await run(bound(vae, { n: 5 }), labelled(vae, intensities(5)));
      numbers(kl!).forEach((v, i) => {
        expect(v).toBeGreaterThanOrEqual(0);
        expect(numbers(nats!)[i]).toBeCloseTo(numbers(reconstruction!)[i]! + v, 9);
        expect(numbers(bitsPerDim!)[i]).toBeCloseTo(numbers(nats!)[i]! / (16 * Math.LN2), 5);
      });
    });

    it("has a bound below log p(x)", async () => {
      const vae = make();
      const { run } = await start(vae);
      const feeds = labelled(vae, copies(64), () => 1);
      const elbo = numbers((await run(bound(vae, { n: 64 }), feeds, 2))["nats"]!).map((v) => -v);
      const logP = logMeanExp(numbers((await run(logProb(vae, { n: 64, k: 50 }), feeds, 3))["logProb"]!)); // 3,200 draws
      expect(mean(elbo)).toBeLessThanOrEqual(logP + 4 * standardError(elbo));
    });

    it("estimates the log p(x) that quadrature over a latent of one dimension gives", async () => {
      const vae = make({ latentDim: 1 });
      const { run } = await start(vae);
      const copiesOf = labelled(vae, copies(32), () => 1);
      const estimates = numbers((await run(logProb(vae, { n: 32, k: 60 }), copiesOf))["logProb"]!);
      const exact = await quadrature(vae, run);
      const weights = estimates.map((v) => Math.exp(v - exact)); // of mean 1
      expect(Math.abs(mean(weights) - 1)).toBeLessThan(4 * standardError(weights) + 1e-5);
    });

    it("learns from what it is measured by: the loss is the mean of the bound", async () => {
      const vae = make();
      const { run, store } = await start(vae);
      const feeds = labelled(vae, intensities(4));
      const { nats, kl } = await run(bound(vae, { n: 4 }), feeds, 5);
      const losses = await runtime.run(stepOf(vae, 4), { store, feeds, key: key(5) });
      expect(Number(losses["loss"]!.data[0])).toBeCloseTo(mean(numbers(nats!)), 9);
      expect(Number(losses["kl"]!.data[0])).toBeCloseTo(mean(numbers(kl!)), 9);
    });

    it("sees the same picture in bytes and in intensities", async () => {
      const vae = make();
      const { run } = await start(vae);
      const [u8, f32] = await Promise.all([
        run(bound(vae, { n: 3, pixels: "u8" }), labelled(vae, bytes(3))),
        run(bound(vae, { n: 3 }), labelled(vae, intensities(3))),
      ]);
      numbers(u8["nats"]!).forEach((v, i) => expect(v).toBeCloseTo(numbers(f32["nats"]!)[i]!, 3));
    });

    it("measures the same in batches of any size", async () => {
      const vae = make();
      const { store } = await start(vae);
      const rows = arrays(labelled(vae, intensities(7)));
      const klOf = (n: number): Program =>
        inference(vae, fields(vae, { n }), (batch, scope) => ({
          kl: vae.elbo(batch as unknown as VaeBatch, scope).kl,
        }));
      const means = await Promise.all([1, 3, 7].map((n) => evaluate(klOf(n), rows, { runtime, store, key: key(0) })));
      for (const { kl } of means) expect(kl!.mean).toBeCloseTo(means[0]!["kl"]!.mean, 9);
    });

    it("encodes, decodes and reconstructs alike, in intensities", async () => {
      const vae = make();
      const { run } = await start(vae);
      const feeds = labelled(vae, intensities(3));
      const code = await run(encode(vae, { n: 3 }), feeds);
      const whole = await run(reconstruct(vae, { n: 3 }), feeds);
      const { x, ...label } = feeds;
      const pictures = await run(decode(vae, { n: 3 }), {
        z: ndarray(numbers(whole["mean"]!), [3, vae.latentDim]),
        ...label,
      });
      expect(code).toEqual({ mean: whole["mean"], std: whole["std"] });
      numbers(whole["reconstruction"]!).forEach((v, i) => expect(numbers(pictures["x"]!)[i]).toBeCloseTo(v, 6)); // z was rounded to f32
      expect(pictures["x"]!.shape).toEqual(x!.shape);
    });

    it("draws pictures, other ones from other keys", async () => {
      const vae = make();
      const { run } = await start(vae);
      const label = labelsOf(vae, 3);
      const [a, b, again] = await Promise.all([1, 2, 1].map((seed) => run(sample(vae, { n: 3 }), label, seed)));
      expect(again).toEqual(a);
      expect(b).not.toEqual(a);
      const drawn = await run(sample(vae, { n: 3, draw: "sample" }), label);
      expect(drawn["samples"]!.shape).toEqual([3, 1, 4, 4]);
      expect(numbers(drawn["samples"]!).every(Number.isFinite)).toBe(true);
    });

    it("completes a picture without touching what is known, or looking at what is not", async () => {
      const vae = make();
      const { run } = await start(vae);
      const x = intensities(2);
      const mask = ndarray(
        Array.from(x.data, (_, i) => Number(i % 4 < 2)),
        x.shape,
      );
      const hidden = ndarray(
        x.data.map((v, i) => (mask.data[i] === 1 ? v : NaN)),
        x.shape,
      );
      const [given, blind] = await Promise.all(
        [x, hidden].map((rows) => run(complete(vae, { n: 2, rounds: 3 }), { ...labelled(vae, rows), mask })),
      );
      const filled = numbers(given!["x"]!);
      numbers(mask).forEach((known, i) => {
        if (known === 1) expect(filled[i]).toBe(x.data[i]);
      });
      expect(filled.every(Number.isFinite)).toBe(true);
      expect(blind).toEqual(given);
    });
  });

  describeModelGradients(name, () => {
    const vae = make({ latentDim: 1 });
    return {
      model: vae,
      batch: labelled(vae, intensities(3)),
      loss: (batch, scope) => vae.loss(batch as unknown as VaeBatch, scope).loss,
    };
  });
}

/** A step of training on n rows. */
export function stepOf(vae: Vae, n: number): Program {
  return trainStep({
    model: vae,
    batch: fields(vae, { n }),
    loss: (batch, scope) => vae.loss(batch as unknown as VaeBatch, scope),
    optimizer: adam({ learningRate: 1e-2 }),
  });
}

/** log ∫ p(x|z) N(z; 0, 1) dz of the picture of `copies`, by the rule of rectangles, which is exact for smooth tails. */
async function quadrature(vae: Vae, run: Run): Promise<number> {
  const [points, reach] = [2049, 8]; // a step of 2⁻⁷, exact in f32
  const dz = (2 * reach) / (points - 1);
  const z = Array.from({ length: points }, (_, i) => i * dz - reach);
  const given = inference(vae, { z: [points, 1], ...fields(vae, { n: points }) }, (feeds, scope) => {
    const { z, x, label } = feeds as typeof feeds & VaeBatch;
    return { logP: vae.given(z, vae.condition(label), scope).logProb(vae.prepared(x)) };
  });
  const { logP } = await run(given, { z: ndarray(z, [points, 1]), ...labelled(vae, copies(points), () => 1) });
  const logJoint = numbers(logP!).map((v, i) => v - z[i]! ** 2 / 2 - Math.log(2 * Math.PI) / 2);
  return logMeanExp(logJoint) + Math.log(points * dz);
}
