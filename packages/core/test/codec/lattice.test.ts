import { expect, it } from "vitest";
import { asFraction, Lattice } from "../../src/codec/lattice.js";

const roundingOf = (values: readonly number[], epsilon = 2 ** -23): number => {
  const lattice = new Lattice({ epsilon });
  for (const value of values) lattice.add(value);
  return lattice.rounding;
};
const f32 = (values: readonly number[]): number[] => values.map(Math.fround);

it.each<[number[], number]>([
  [[1, 2, 3], 1],
  [[0, 0], 1],
  [[200, 400, 1000], 200],
  [[5, 15, 25], 5],
  [[452_600, 358_500], 100],
  [[452_600, 500_001], 1],
  [[0.5, 1, 2.5], 0.5],
  [[0.25, 1], 0.05],
  [[8.3252, 1.5, -7.2573], 0.0001],
  [[-122.23, 37.88], 0.01],
  [[0.9978, 0.9968, 0.99513], 0.00001],
  [[9.4, 9.8, 10.03333333333], 0],
  [[Math.PI, Math.E], 0],
  [[1e-12, 3e-12], 0],
  [[0.001, 123_456_789], 0],
])("finds what %j were rounded to: %f", (values, wanted) => {
  expect(roundingOf(f32(values))).toBe(wanted);
  expect(roundingOf(values, 2 ** -50)).toBe(wanted);
});

it("writes units as fractions of whole numbers", () => {
  expect(asFraction(0.01)).toEqual({ top: 1, bottom: 100 });
  expect(asFraction(0.5)).toEqual({ top: 1, bottom: 2 });
  expect(asFraction(100)).toEqual({ top: 100, bottom: 1 });
  expect(asFraction(2.5)).toEqual({ top: 25, bottom: 10 });
  expect(asFraction(0.4)).toEqual({ top: 4, bottom: 10 });
});
