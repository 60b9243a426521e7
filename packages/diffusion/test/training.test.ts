/** @file What the loss is made of, with networks whose error is known. */
import { concat, constant, grad, inference, key, ndarray, reference, traceScope, type Tensor } from "@gen/core";
import { Table } from "@gen/core/codec";
import { scalarKey, valuesOf } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  Diffusion,
  diffusionLoss,
  exportedFiles,
  fields,
  sample,
  sampleOfSeed,
  stepPrograms,
  type DiffusionBatch,
  type LossOptions,
  type Network,
  type WeightingName,
} from "../src/index.js";
import { even, Knowing, numbers } from "./gaussian.js";
import { whole } from "./models.js";

const process = even(50, [0.01, 99]);
const read = (t: Tensor): number => numbers(valuesOf([t])[0]!)[0]!;
const array = (data: readonly number[], shape: readonly number[]): Tensor => constant(ndarray([...data], [...shape]));
const scopeOf = () => traceScope("train", constant(scalarKey(key(5))));

describe("self-conditioning", () => {
  /** F = w x + u x̂', x̂' the last estimate: what comes in is both, one channel after the other. */
  const linear = (w: Tensor, u: Tensor): Network => ({
    shape: [2],
    outputShape: [1],
    conditionFeatures: 0,
    forward: (both) =>
      both
        .slice(1, 0, 1)
        .mul(w)
        .add(both.slice(1, 1, 2).mul(u)),
  });
  const modelOf = (w: Tensor, u: Tensor): Diffusion =>
    new Diffusion({ network: linear(w, u), process, target: "data", selfCondition: true });
  const x = array([1, -2, 0.5, 3], [4, 1]);

  it("learns from half of the rows, without a gradient through the first estimate", () => {
    // At w = 0 the first estimate is 0: the loss does not know u, and dL/dw would if it went through u x̂'.
    const slope = (u: number): number => {
      const w = array([0], [1]);
      const loss = diffusionLoss(
        modelOf(w, array([u], [1])),
        { x },
        { options: { weighting: "data" }, scope: scopeOf() },
      );
      return read(grad(loss, [w])[0]!);
    };
    expect(slope(0)).not.toBe(0);
    expect(slope(5)).toBeCloseTo(slope(0), 6);
    // With w > 0 some rows see their estimate, and some see nothing.
    const loss = (u: number): number =>
      read(
        diffusionLoss(
          modelOf(array([1], [1]), array([u], [1])),
          { x },
          { options: { weighting: "data" }, scope: scopeOf() },
        ),
      );
    expect(loss(1)).not.toBeCloseTo(loss(0), 3);
  });

  it("hands each estimate to the next, in a loop, step by step, and in the exported sampler", async () => {
    // F = x̂' + 1 counts how often it was asked.
    const counting = new Diffusion({
      network: { ...linear(array([0], [1]), array([1], [1])), forward: (both) => both.slice(1, 1, 2).add(1) },
      process,
      target: "data",
      selfCondition: true,
    });
    const runtime = reference();
    const store = runtime.emptyStore();
    const options = { n: 2, steps: 5, sampler: "euler" } as const;
    expect(numbers((await runtime.run(sample(counting, options), { store, key: key(0) }))["samples"]!)).toEqual([5, 5]);
    const feeds = { seed: whole(1), n: whole(2), steps: whole(5) };
    expect(numbers((await runtime.run(sampleOfSeed(counting, options), { store, feeds }))["samples"]!)).toEqual([5, 5]);
    const { states } = stepPrograms(counting, options);
    expect(states).toHaveLength(2); // x and the last estimate
    expect(Object.keys(exportedFiles(counting))).not.toContain("logprob"); // no ODE of x alone
  });
});

describe("noise", () => {
  // Of rows of zeros, x is the noise times σ.
  const n = 64;
  const shape = [2, 16];
  const rows = constant(ndarray(new Float32Array(n * 32), [n, ...shape]));
  /** The loss where F is a function of the noise itself. */
  const lossOf = (f: (noise: Tensor) => Tensor, options: LossOptions): number => {
    const network = new Knowing(process, (x, { sigma }) => f(x.div(sigma)), { shape });
    const model = new Diffusion({ network, process, target: "epsilon" });
    return read(diffusionLoss(model, { x: rows }, { options, scope: scopeOf() }));
  };
  const nothing = (noise: Tensor): Tensor => noise.mul(0);
  const perChannel = (noise: Tensor): Tensor => noise.mean(2, { keepDims: true }).expand(noise.shape);

  it("with an offset has its variance more, which each channel shares", () => {
    expect(lossOf(nothing, {})).toBeCloseTo(1, 1);
    expect(lossOf(nothing, { offsetNoise: 2 })).toBeGreaterThan(3.5); // 1 + 2²
    const left = lossOf(perChannel, { offsetNoise: 2 });
    expect(left).toBeCloseTo(lossOf(perChannel, {}), 4); // what is shared is seen in the mean of a channel
    expect(left).toBeCloseTo(1 - 1 / 16, 1);
  });

  it("counts by min(SNR, γ) for the error of the data", () => {
    // F = 0 for the target "data" of rows of ones: the error of x̂ is 1, so the loss is the mean of the weights.
    const model = new Diffusion({ network: new Knowing(process, nothing, { shape }), process, target: "data" });
    const ones = rows.add(1);
    const loss = (weighting: WeightingName): number =>
      read(diffusionLoss(model, { x: ones }, { options: { weighting }, scope: scopeOf() }));
    expect(loss("data")).toBeCloseTo(1, 5);
    // log σ is uniform on [log 0.01, log 99]: E min(σ⁻², 5) in closed form.
    const [low, high, knee] = [0.01, 99, Math.sqrt(1 / 5)];
    const wanted = (5 * Math.log(knee / low) + (knee ** -2 - high ** -2) / 2) / Math.log(high / low);
    expect(loss("min-snr")).toBeCloseTo(wanted, 1);
  });
});

it("what is not known of a row has no part in the loss", async () => {
  // In a gap the table's codec puts 0, whatever is there. F = 0, so that the loss is the mean square of the targets.
  const column = { kind: "real", gaps: true, rounding: 0, low: -1, high: 1, mean: 0, std: 1 } as const;
  const columns = ["a", "b"].map((name) => ({ name, ...column }));
  const codec = new Table({ columns, noise: "none", gaps: "mask" });
  const network = new Knowing(process, (x) => x.mul(0));
  const model = new Diffusion({ network, process, target: "data", codec });
  const runtime = reference();
  const store = await runtime.init(model, { key: key(0) });
  const lossOf = async (rows: number[], known: number): Promise<number> => {
    const program = inference(model, fields(model, { n: 2, masked: true }), (batch, scope) => ({
      loss: diffusionLoss(model, batch as unknown as DiffusionBatch, { options: { weighting: "data" }, scope }),
    }));
    const feeds = { x: ndarray(rows, [2, 2]), mask: ndarray([1, known, 1, 1], [2, 2], "u8") };
    const { loss } = await runtime.run(program, { store, key: key(1), feeds });
    return numbers(loss!)[0]!;
  };
  expect(await lossOf([3, 1, 1, 2], 1)).toBeCloseTo(15 / 4, 5);
  expect(await lossOf([3, 7, 1, 2], 0)).toBeCloseTo(14 / 4, 5);
});

it("the bound of a hybrid loss moves variances alone", () => {
  const slopes = (objective: "simple" | "hybrid"): number[] => {
    const [w, u] = [array([0.3], [1]), array([0.2], [1])];
    const network = new Knowing(process, (x) => concat([x.mul(w), x.mul(0).add(u)], 1), {
      shape: [1],
      outputShape: [2],
    });
    const model = new Diffusion({ network, process, target: "epsilon", variance: "learned" });
    const x = array([1, -2, 0.5, 3], [4, 1]);
    return grad(diffusionLoss(model, { x }, { options: { objective }, scope: scopeOf() }), [w, u]).map((g) => read(g));
  };
  const [simple, hybrid] = [slopes("simple"), slopes("hybrid")];
  expect(hybrid[0]).toBeCloseTo(simple[0]!, 5);
  expect(simple[1]).toBe(0);
  expect(Math.abs(hybrid[1]!)).toBeGreaterThan(1e-5);
});
