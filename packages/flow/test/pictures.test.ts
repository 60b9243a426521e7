import { ndarray } from "@gen/core";
import { describe, expect, it } from "vitest";
import {
  Chain,
  checkerboard,
  convolutionalConditioner,
  Coupling,
  MaskedCoupling,
  MultiScale,
  Squeeze,
} from "../src/index.js";
import { describeTransform } from "./laws.js";

type Size = readonly [number, number, number];
const sizes: readonly Size[] = [
  [1, 2, 2],
  [2, 4, 2],
];
const conditioner = convolutionalConditioner({ channels: 4, blocks: 1 });

describeTransform("Squeeze", (shape: Size) => new Squeeze({ shape }), { sizes });
describeTransform(
  "checkerboard coupling",
  (shape: Size) => new MaskedCoupling({ shape, mask: checkerboard(shape, "odd"), conditioner }),
  { sizes },
);
describeTransform(
  "conditional checkerboard coupling",
  (shape: Size) => new MaskedCoupling({ shape, mask: checkerboard(shape, "even"), conditioner, contextDim: 2 }),
  { sizes },
);
describeTransform(
  "channel coupling",
  (shape: Size) =>
    new Coupling({ shape, keep: "first", conditioner: convolutionalConditioner({ channels: 4, blocks: 0 }) }),
  {
    sizes: [
      [4, 2, 2],
      [3, 1, 2],
    ],
  },
);
describeTransform(
  "MultiScale",
  ([c, h, w]: Size) => {
    const squeezed: Size = [4 * c, h / 2, w / 2];
    const half: Size = [2 * c, h / 2, w / 2];
    const first = new Chain([
      new Squeeze({ shape: [c, h, w] }),
      new Coupling({ shape: squeezed, keep: "last", conditioner }),
    ]);
    return new MultiScale([first, new Coupling({ shape: half, keep: "first", conditioner })]);
  },
  { sizes },
);

describe("bad shapes", () => {
  it("are refused by name", () => {
    expect(() => new Squeeze({ shape: [1, 3, 2] })).toThrow(
      "Squeeze: expected [C, H, W] of even H and W, got [1, 3, 2]",
    );
    expect(() => new MaskedCoupling({ shape: [2], mask: ndarray([1, 1], [2]), conditioner })).toThrow("got 2 kept");
    expect(() => new MaskedCoupling({ shape: [2], mask: ndarray([1], [1]), conditioner })).toThrow(
      "a mask [2], got [1]",
    );
    expect(() => new Chain([new Squeeze({ shape: [1, 2, 2] }), new Squeeze({ shape: [1, 2, 2] })])).toThrow(
      "Chain: expected transform 1 to take [4, 1, 1], got one for [1, 2, 2]",
    );
  });
});
