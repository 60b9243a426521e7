import { key, ndarray, normalDraws, split, sizeOf, type NdArray, type Shape } from "@gen/core";
import { describeModelGradients } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  cosine,
  Diffusion,
  diffusionLoss,
  Dit,
  linearBeta,
  MlpNetwork,
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

describe("a network of the wrong size", () => {
  it("says so", () => {
    expect(() => new UNet({ shape: [1, 6, 6], multipliers: [1, 1, 1] })).toThrow(
      "extents that 4 divides, got [1, 6, 6]",
    );
    expect(() => new Dit({ shape: [1, 10, 10], patch: 4 })).toThrow("patches of 4 cover, got [1, 10, 10]");
    expect(() => new Diffusion({ network: new MlpNetwork({ dim: 2, outputs: 3 }) })).toThrow("like shape");
    expect(() => new Diffusion({ network: new MlpNetwork({ dim: 2 }), condition: { classes: 3 } })).toThrow(
      "conditionFeatures",
    );
  });
});
