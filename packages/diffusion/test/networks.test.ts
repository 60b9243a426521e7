import { key, ndarray, normalDraws, reference, split, sizeOf, type NdArray, type Shape } from "@gen/core";
import { describeModelGradients } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  cosine,
  denoise,
  Diffusion,
  diffusionLoss,
  Dit,
  linearBeta,
  MlpNetwork,
  sample,
  UNet,
  type DiffusionBatch,
  type DiffusionOptions,
  type LossOptions,
} from "../src/index.js";
import { labels } from "./models.js";

const rows = (shape: Shape): NdArray => ndarray(normalDraws(split(key(2), 0), sizeOf(shape)), shape);

const pickGiven = (names: readonly string[], all: Record<string, NdArray>): Record<string, NdArray> =>
  Object.fromEntries(names.map((name) => [name, all[name]!]));

/** `exact`: no gradient is stopped on purpose. */
function describeTraining(
  name: string,
  options: DiffusionOptions,
  { exact = true, ...loss }: LossOptions & { exact?: boolean } = {},
): void {
  describeModelGradients(name, () => {
    const model = new Diffusion(options);
    const n = 4;
    const batch = {
      x: rows([n, ...model.shape]),
      ...pickGiven(model.condition?.names ?? [], {
        label: labels([0, 1, 1, 0]),
        words: ndarray([1, 3, 0, 0, 2, 0, 3, 2], [n, 2], "i32"),
        context: rows([n, 3]),
      }),
    };
    return {
      model,
      batch,
      exact,
      loss: (given, scope) => diffusionLoss(model, given as unknown as DiffusionBatch, { options: loss, scope }),
    };
  });
}

const mlp = { dim: 2, width: 8, depth: 1 };
const condition = { classes: 2, drop: 0.5 };

describeTraining("points, told their class", { network: new MlpNetwork({ ...mlp, conditionFeatures: 3 }), condition });
describeTraining("points, told a vector", {
  network: new MlpNetwork({ ...mlp, conditionFeatures: 3 }),
  condition: { context: 3, drop: 0.5 },
});
describeTraining("points, told a class and words", {
  network: new MlpNetwork({ ...mlp, conditionFeatures: 3 }),
  condition: { classes: 2, words: { vocabulary: 3, length: 2 }, drop: 0.3 },
});
describeTraining(
  "points that learn variances",
  {
    network: new MlpNetwork({ ...mlp, outputs: 4 }),
    variance: "learned",
    process: linearBeta({ steps: 8 }),
  },
  { exact: false },
);
describeTraining(
  "points by the bound alone",
  { network: new MlpNetwork(mlp), process: cosine({ steps: 8 }) },
  { objective: "bound" },
);
describeTraining(
  "points that see their last estimate",
  {
    network: new MlpNetwork({ ...mlp, dim: 4, outputs: 2 }),
    selfCondition: true,
  },
  { exact: false },
);
describeTraining(
  "points with offset noise and paired noise",
  { network: new MlpNetwork(mlp) },
  { offsetNoise: 0.1, coupling: "optimal-transport", weighting: "min-snr" },
);
describeTraining("a transformer", {
  network: new Dit({ shape: [1, 4, 4], patch: 2, width: 8, depth: 1, heads: 2, conditionFeatures: 3 }),
  condition,
});
const attending = new Dit({
  shape: [1, 4, 4],
  patch: 2,
  width: 8,
  depth: 1,
  heads: 2,
  conditionFeatures: 6,
  conditionTokens: 2,
});
const words = { vocabulary: 3, length: 2, each: true };
describeTraining("a transformer that attends to each word", {
  network: attending,
  condition: { words, classes: 2, drop: 0.3 },
});
describeTraining("a transformer with one modulation", {
  network: new Dit({ shape: [1, 4, 4], patch: 2, width: 8, depth: 2, heads: 2, modulation: "shared" }),
});
describeTraining("a U-Net of pictures", {
  network: new UNet({
    shape: [1, 4, 4],
    channels: 4,
    multipliers: [1, 2],
    blocks: 1,
    attention: [2],
    conditionFeatures: 3,
  }),
  condition,
});
describeTraining("a U-Net of sequences", {
  network: new UNet({ shape: [1, 8], channels: 4, multipliers: [1, 1], blocks: 1 }),
});

it("a transformer attends to words in any order, and to none", async () => {
  const model = new Diffusion({ network: attending, condition: { words } });
  const runtime = reference();
  const store = await runtime.init(model, { key: key(4) });
  for (const name of store.names())
    if (/cross.*weight|last.weight|modulation/.test(name)) {
      const { shape } = await store.read(name);
      await store.write(name, rows(shape)); // what is shut at first, opened
    }
  const x = rows([1, 1, 4, 4]);
  const estimated = async (given: number[]): Promise<number[]> => {
    const feeds = { x, sigma: ndarray([0.7], [1]), words: ndarray(given, [1, 2], "i32") };
    const { denoised } = await runtime.run(denoise(model, { n: 1 }), { store, feeds });
    return Array.from(denoised!.data, Number);
  };
  const apart = (a: readonly number[], b: readonly number[]): number =>
    Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));
  const [one, two, none] = [await estimated([2, 0]), await estimated([2, 3]), await estimated([0, 0])];
  expect(apart(await estimated([0, 2]), one)).toBeLessThan(1e-6);
  expect(apart(await estimated([3, 2]), two)).toBeLessThan(1e-6);
  expect(Math.min(apart(one, two), apart(one, none), apart(two, none))).toBeGreaterThan(1e-3);
  const left = await runtime.run(sample(model, { n: 1, steps: 2, unconditional: true }), { store, key: key(5) });
  const told = await runtime.run(sample(model, { n: 1, steps: 2 }), {
    store,
    key: key(5),
    feeds: { words: ndarray([0, 0], [1, 2], "i32") },
  });
  expect(apart([...left.samples!.data].map(Number), [...told.samples!.data].map(Number))).toBeLessThan(1e-6);
});

describe("a network of the wrong size", () => {
  it("says so", () => {
    expect(() => new UNet({ shape: [1, 6, 6], multipliers: [1, 1, 1] })).toThrow(
      "extents that 4 divides, got [1, 6, 6]",
    );
    expect(() => new Dit({ shape: [1, 10, 10], patch: 4 })).toThrow("patches of 4 cover, got [1, 10, 10]");
    expect(() => new Dit({ shape: [1, 8, 8], conditionFeatures: 10, conditionTokens: 4 })).toThrow(
      "that 4 conditionTokens share, got 10",
    );
    expect(() => new Diffusion({ network: attending, condition: { words: { ...words, length: 4 } } })).toThrow(
      "features that 4 words share, got 6",
    );
    expect(() => new Diffusion({ network: new MlpNetwork({ dim: 2, outputs: 3 }) })).toThrow("like shape");
    expect(() => new Diffusion({ network: new MlpNetwork({ dim: 2 }), condition: { classes: 3 } })).toThrow(
      "conditionFeatures",
    );
  });
});
