import { constant, ndarray } from "@gen/core";
import { valuesOf } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import { diagonalBiLstm, rowLstm } from "../../src/index.js";
import { skew, unskew } from "../../src/pixels/skew.js";
import { numbers } from "../statistics.js";
import { describePixelModel } from "./laws.js";

/** The last pixel of a row goes into features of the next row only, where a first kernel of 3 reaches it. */
const lastAbove =
  (width: number) =>
  ([row, column]: readonly [number, number], from: readonly [number, number]): boolean =>
    from[1] === width - 1 && row === from[0] + 1 && column < width - 2;

describePixelModel("Row LSTM", {
  make: (shape) => rowLstm({ shape, hidden: 4, layers: 2, head: 8, firstKernel: 3 }),
  countable: [1, 2, 3],
  wide: [1, 4, 5],
});
describePixelModel("Row LSTM with classes", {
  make: (shape) => rowLstm({ shape, hidden: 4, layers: 1, head: 8, firstKernel: 3, classes: 2 }),
  countable: [1, 3, 2],
  wide: [1, 3, 4],
});
describePixelModel("Diagonal BiLSTM", {
  make: (shape) => diagonalBiLstm({ shape, hidden: 4, layers: 2, head: 8, firstKernel: 3 }),
  countable: [1, 2, 3],
  wide: [1, 4, 5],
  isBlind: lastAbove(5),
});
describePixelModel("Diagonal BiLSTM with classes", {
  make: (shape) => diagonalBiLstm({ shape, hidden: 4, layers: 1, head: 8, firstKernel: 3, classes: 2 }),
  countable: [1, 3, 2],
  wide: [1, 3, 4],
  isBlind: lastAbove(4),
});

describe("skew", () => {
  const x = constant(ndarray([1, 2, 3, 4, 5, 6], [1, 2, 3]));

  it("shifts each row one further, and unskew undoes it", () => {
    const [skewed, back] = valuesOf([skew(x), unskew(skew(x))]);
    expect(numbers(skewed!)).toEqual([1, 2, 3, 0, 0, 4, 5, 6]);
    expect(skewed!.shape).toEqual([1, 2, 4]);
    expect(numbers(back!)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
