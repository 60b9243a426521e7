/** @file What is true of every latent-variable model, whatever its networks, latents and likelihood. Float64, and exact where it can be. */
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
  type Tensor,
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
  elbo,
  lossOf,
  sample,
  type LatentModel,
  type VaeBatch,
} from "../src/index.js";
import { fields } from "../src/programs.js";
import { bytes, copies, intensities, labelled, labelsOf } from "./pictures.js";

/** A model of pictures [1, 4, 4]; a small one has one or two latent numbers in all. */
type Make = (size?: { readonly small: boolean }) => LatentModel;
type Run = (
  program: Program,
  feeds: Readonly<Record<string, NdArray>>,
  seed?: number,
) => Promise<Record<string, NdArray>>;

const runtime = reference();

/** A model's initial parameters, and a way to run programs on them. */
async function start(vae: LatentModel): Promise<{ store: Store; run: Run }> {
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
    it("has KL ≥ 0 in the mean, and an ELBO that is the difference of its parts", async () => {
      const vae = make();
      const { run } = await start(vae);
      const rows = 64;
      const feeds = labelled(vae, intensities(rows));
      const { nats, bitsPerDim, reconstruction, kl } = await run(bound(vae, { n: rows, objective: elbo() }), feeds);
      numbers(kl!).forEach((v, i) => {
        expect(numbers(nats!)[i]).toBeCloseTo(numbers(reconstruction!)[i]! + v, 9);
        expect(numbers(bitsPerDim!)[i]).toBeCloseTo(numbers(nats!)[i]! / (16 * Math.LN2), 5);
      });
      expect(mean(numbers(kl!))).toBeGreaterThanOrEqual(-4 * standardError(numbers(kl!)));
    });

    it("has a bound below log p(x)", async () => {
      const vae = make();
      const { run } = await start(vae);
      const feeds = labelled(vae, copies(64), () => 1);
      const elbo = numbers((await run(bound(vae, { n: 64 }), feeds, 2))["nats"]!).map((v) => -v);
      const logP = logMeanExp(numbers((await run(logProb(vae, { n: 64, k: 50 }), feeds, 3))["logProb"]!)); // 3,200 draws
      expect(mean(elbo)).toBeLessThanOrEqual(logP + 4 * standardError(elbo));
    });

    it("estimates the log p(x) that quadrature over few latents gives", async () => {
      const vae = make({ small: true });
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
      const atMean = (n: number): Program =>
        inference(vae, fields(vae, { n }), ({ x, label }: { x: Tensor; label?: Tensor }, scope) => {
          const condition = vae.condition(label);
          const { mean } = vae.posterior(vae.codec.encode(x, scope).y, condition, scope);
          const logP = vae
            .given(mean, condition, scope)
            .logProb(vae.codec.encode(x, scope).y)
            .add(vae.prior.logProb(mean, scope));
          return { logP };
        });
      const means = await Promise.all([1, 3, 7].map((n) => evaluate(atMean(n), rows, { runtime, store })));
      for (const { logP } of means) expect(logP!.mean).toBeCloseTo(means[0]!["logP"]!.mean, 9);
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
      const filled = numbers(given!["completed"]!);
      numbers(mask).forEach((known, i) => {
        if (known === 1) expect(filled[i]).toBe(x.data[i]);
      });
      expect(filled.every(Number.isFinite)).toBe(true);
      expect(blind).toEqual(given);
    });
  });

  describeModelGradients(name, () => {
    const vae = make({ small: true });
    return {
      model: vae,
      batch: labelled(vae, intensities(3)),
      loss: (batch, scope) => lossOf(vae, batch as unknown as VaeBatch, scope).loss,
    };
  });
}

/** A step of training on n rows. */
export function stepOf(vae: LatentModel, n: number): Program {
  return trainStep({
    model: vae,
    batch: fields(vae, { n }),
    loss: (batch, scope) => lossOf(vae, batch as unknown as VaeBatch, scope),
    optimizer: adam({ learningRate: 1e-2 }),
  });
}

/** log ∫ p(x|z) p(z) dz of the picture of `copies`, by the rule of rectangles, which is exact for smooth tails. */
async function quadrature(vae: LatentModel, run: Run): Promise<number> {
  const dims = vae.latentDim;
  const reach = 8;
  const perAxis = dims === 1 ? 2049 : 65; // steps of 2⁻⁷ and 2⁻², exact in f32
  const dz = (2 * reach) / (perAxis - 1);
  const points = perAxis ** dims;
  const z = Array.from({ length: points }, (_, i) =>
    Array.from({ length: dims }, (_, d) => (Math.floor(i / perAxis ** d) % perAxis) * dz - reach),
  );
  const joint = inference(vae, { z: [points, dims], ...fields(vae, { n: points }) }, (feeds, scope) => {
    const { z, x, label } = feeds as typeof feeds & VaeBatch;
    const given = vae.given(z, vae.condition(label), scope).logProb(vae.codec.encode(x, scope).y);
    return { logP: given.add(vae.prior.logProb(z, scope)) };
  });
  const feeds = { z: ndarray(z.flat(), [points, dims]), ...labelled(vae, copies(points), () => 1) };
  const { logP } = await run(joint, feeds);
  return logMeanExp(numbers(logP!)) + Math.log(points * dz ** dims);
}
