import { constant, ndarray, reference, key, iota, traceScope, type Tensor } from "@gen/core";
import { valuesOf } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  bernoulliLikelihood,
  bound,
  discretisedLogisticLikelihood,
  gaussianLikelihood,
  likelihoodOf,
  type Likelihood,
} from "../src/index.js";
import { intensities, tinyVae } from "./pictures.js";

/** log p of pictures of one pixel, for what a decoder may give. */
const logProbOf = (likelihood: Likelihood, x: Tensor, y: number[]): number[] => {
  const n = x.shape[0]!;
  const outputs = constant(ndarray(y)).reshape([1, likelihood.width, 1]).expand([n, likelihood.width, 1]);
  const { y: row } = likelihood.codec([1]).encode(x.reshape([n, 1]), traceScope("eval"));
  return Array.from(valuesOf([likelihood.of(outputs).logProb(row)])[0]!.data as Iterable<number>, Number);
};

describe("likelihoods", () => {
  it("of grey levels sum to one", () => {
    for (const y of [
      [0, 0],
      [3, -4],
      [-8, 1],
      [0.5, -20],
    ]) {
      const logP = logProbOf(discretisedLogisticLikelihood(), iota(256).mul(1 / 255), y);
      expect(logP.reduce((sum, v) => sum + Math.exp(v), 0)).toBeCloseTo(1, 4);
    }
  });

  it("of black and white sum to one, and see grey as the nearer of the two", () => {
    const grey = constant(ndarray([0, 0.3, 0.5, 1]));
    const [black, dark, light, white] = logProbOf(bernoulliLikelihood(), grey, [0.7]);
    expect(Math.exp(black!) + Math.exp(white!)).toBeCloseTo(1, 6);
    expect([dark, light]).toEqual([black, white]);
  });

  it("of real numbers integrate to one", () => {
    const logP = logProbOf(gaussianLikelihood({ std: 0.2 }), iota(401).mul(0.01).sub(1.5), [0.4]);
    expect(logP.reduce((sum, v) => sum + Math.exp(v) * 0.01, 0)).toBeCloseTo(1, 5);
  });

  it("go by name, or are given", () => {
    const own = gaussianLikelihood({ std: 0.5 });
    expect(likelihoodOf("gaussian").name).toBe("gaussian");
    expect(likelihoodOf(own)).toBe(own);
    expect(() => gaussianLikelihood({ std: 0 })).toThrow("std > 0, got 0");
  });

  it("with another spread measure otherwise", async () => {
    const runtime = reference();
    const nats = async (std: number): Promise<number> => {
      const vae = tinyVae({ likelihood: gaussianLikelihood({ std }) });
      const store = await runtime.init(vae, { key: key(0) });
      const { nats } = await runtime.run(bound(vae, { n: 1 }), { store, feeds: { x: intensities(1) }, key: key(0) });
      return Number(nats!.data[0]);
    };
    expect(await nats(0.1)).toBeGreaterThan(await nats(0.5));
  });
});
