import { describe, expect, it } from "vitest";
import { binary, logisticMixture, pixelCnnPlusPlus, softmaxLevels } from "../../src/index.js";
import { describePixelModel } from "./laws.js";

/** As many scales as the extents can be halved, up to three. */
const scalesOf = ([, H, W]: readonly [number, number, number]): number =>
  H % 4 === 0 && W % 4 === 0 ? 3 : H % 2 === 0 && W % 2 === 0 ? 2 : 1;

describePixelModel("PixelCNN++ of two coupled colours", {
  make: (shape) =>
    pixelCnnPlusPlus({
      shape,
      law: logisticMixture({ channels: 2, levels: 2, components: 1 }),
      ...{ channels: 2, blocks: 1, scales: scalesOf(shape) },
    }),
  countable: [2, 2, 2],
  wide: [2, 4, 4],
  isBlind: () => false,
});
describePixelModel("PixelCNN++ of black and white, with classes", {
  make: (shape) =>
    pixelCnnPlusPlus({ shape, law: binary(), channels: 2, blocks: 1, scales: scalesOf(shape), classes: 2 }),
  countable: [1, 2, 2],
  wide: [1, 2, 4],
});

describe("PixelCNN++", () => {
  it("has as many channels in its law as the shape, and refuses what it cannot be", () => {
    expect(pixelCnnPlusPlus({ shape: [3, 8, 8] }).law.params).toBe(100);
    expect(() => pixelCnnPlusPlus({ shape: [3, 8, 6] })).toThrow(
      "expected extents that 4 divides, for 3 scales, got [3, 8, 6]",
    );
    expect(() => pixelCnnPlusPlus({ shape: [2, 8, 8], law: softmaxLevels({ channels: 2 }) })).toThrow(
      "expected a law of whole pixels",
    );
    expect(() => pixelCnnPlusPlus({ shape: [1, 8, 8], blocks: 0 })).toThrow("expected blocks ≥ 1, got 0");
  });
});
