import { describe, expect, it } from "vitest";
import { diagonalBiLstm, gatedPixelCnn, logisticMixture, pixelCnn, softmaxLevels } from "../../src/index.js";
import { describePixelModel } from "./laws.js";

describePixelModel("PixelCNN of three levels", {
  make: (shape) =>
    pixelCnn({ shape, law: softmaxLevels({ levels: 3 }), hidden: 4, blocks: 1, head: 6, firstKernel: 3 }),
  countable: [1, 2, 2],
  wide: [1, 3, 4],
  levels: 3,
});
describePixelModel("PixelCNN of two colours", {
  make: (shape) =>
    pixelCnn({
      shape,
      law: softmaxLevels({ channels: 2, levels: 2 }),
      ...{ hidden: 4, blocks: 1, head: 8, firstKernel: 3 },
    }),
  countable: [2, 1, 3],
  wide: [2, 3, 4],
});
describePixelModel("Gated PixelCNN of two colours", {
  make: (shape) =>
    gatedPixelCnn({
      shape,
      law: softmaxLevels({ channels: 2, levels: 2 }),
      ...{ channels: 4, layers: 2, head: 8, firstKernel: 3 },
    }),
  countable: [2, 1, 3],
  wide: [2, 3, 3],
  isBlind: () => false,
});
describePixelModel("Diagonal BiLSTM of two colours", {
  make: (shape) =>
    diagonalBiLstm({
      shape,
      law: softmaxLevels({ channels: 2, levels: 2 }),
      ...{ hidden: 4, layers: 1, head: 8, firstKernel: 3 },
    }),
  countable: [2, 1, 3],
  wide: [2, 3, 3],
});
describePixelModel("Gated PixelCNN with a mixture of logistic laws, two channels", {
  make: (shape) =>
    gatedPixelCnn({
      shape,
      law: logisticMixture({ channels: 2, levels: 3, components: 2 }),
      ...{ channels: 4, layers: 2, head: 8, firstKernel: 3 },
    }),
  countable: [2, 1, 2],
  wide: [2, 3, 3],
  levels: 3,
});

describe("bad laws and shapes", () => {
  it("are refused by name", () => {
    expect(() => softmaxLevels({ levels: 1 })).toThrow("softmaxLevels: expected levels ≥ 2, got 1");
    expect(() => logisticMixture({ components: 0 })).toThrow("logisticMixture: expected components ≥ 1, got 0");
    expect(() => pixelCnn({ shape: [3, 4, 4] })).toThrow(
      "PixelModel: expected 1 channels as of the law, got [3, 4, 4]",
    );
    expect(() => pixelCnn({ shape: [4, 4] })).toThrow("PixelModel: expected pictures [C, H, W], got [4, 4]");
    expect(() => pixelCnn({ shape: [1, 4, 4], classes: -1 })).toThrow("PixelModel: expected classes ≥ 0, got -1");
    expect(() => pixelCnn({ shape: [1, 4, 4], firstKernel: 4 })).toThrow("odd extents, got 4×4");
    expect(() => pixelCnn({ shape: [2, 4, 4], law: softmaxLevels({ channels: 2 }), hidden: 5, head: 5 })).toThrow(
      "2 colours divide",
    );
  });
});
