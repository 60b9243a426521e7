import { arrays, batches, ndarray, type Tensor } from "@gen/core";
import { sgd } from "@gen/core/optim";
import { describe, expect, it } from "vitest";
import { checkedBatches, dcgan, dense, game, Gan, playerStep, r1, rowsPerStep } from "../src/index.js";

const optimizer = sgd({ learningRate: 0.1 });
const optimizers = { discriminator: optimizer, generator: optimizer };

describe("before the first step, refuses", () => {
  const gan = new Gan({ shape: [2], latentDim: 2, classes: 3, architecture: dense({ hidden: [3] }) });
  const data = (label: readonly number[]) =>
    batches(arrays({ x: ndarray([0, 1, 2, 3], [2, 2]), label: ndarray(label, [2], "i32") }), { size: 2 });

  it("a class that there is none of", async () => {
    await expect(checkedBatches(gan, data([0, 3])).at(0)).rejects.toThrow(
      /batch 0, row 1: expected a class from 0 to 2, got 3/,
    );
    await expect(checkedBatches(gan, data([-1, 0])).at(1)).rejects.toThrow(/batch 1, row 0: .* got -1/);
    expect(await checkedBatches(gan, data([0, 2])).at(0)).toEqual(await data([0, 2]).at(0));
  });

  it("pictures that are not intensities", async () => {
    const pictures = new Gan({ shape: [1, 1, 2], architecture: dense({ hidden: [3] }) });
    const bad = batches(arrays({ x: ndarray([0, 255], [1, 1, 1, 2]) }), { size: 1 });
    await expect(checkedBatches(pictures, bad).at(0)).rejects.toThrow(/expected an intensity in \[0, 1\], got 255/);
  });

  it("a batch of one under batch normalisation", () => {
    const normed = new Gan({ shape: [1, 4, 4], architecture: dcgan({ channels: [2] }) });
    expect(() => game(normed, { batch: 1, optimizers })).toThrow(/at least 2 rows under batch normalisation, got 1/);
    const plain = new Gan({ shape: [1, 4, 4], architecture: dense({ hidden: [3] }) });
    expect(() => game(plain, { batch: 1, optimizers })).not.toThrow();
  });

  it("a discriminator that gives a vector for a row", () => {
    const judge = (x: Tensor) => ({ score: x, features: x });
    const vector = new Gan({ shape: [2], architecture: dense({ hidden: [3] }), discriminator: { judge } });
    for (const side of ["discriminator", "generator"] as const)
      expect(() => playerStep(vector, { side, batch: 3, optimizers })).toThrow(/one score a row, \[3\], got \[3, 2\]/);
  });

  it("counts and labels that are missing or none", () => {
    expect(() => game(gan, { batch: 2, optimizers, updates: { discriminator: 0 } })).toThrow(
      /updates.discriminator .* ≥ 1, got 0/,
    );
    expect(() => new Gan({ shape: [2], latentDim: 0 })).toThrow(/latentDim .* ≥ 1, got 0/);
    expect(() => new Gan({ shape: [], latentDim: 1 })).toThrow(/shape of whole numbers/);
    expect(() => new Gan({ shape: [2], conditioning: "projection" })).toThrow(/classes to condition on, got none/);
    expect(() => new Gan({ shape: [2], codes: { categorical: [1] } })).toThrow(/codes.categorical .* ≥ 2, got 1/);
    expect(() => r1({ weight: -1 })).toThrow(/r1: expected weight ≥ 0, got -1/);
  });
});

it("takes as many rows as the discriminator's updates look at", () => {
  expect(rowsPerStep({ batch: 4, updates: { discriminator: 5 } })).toBe(20);
  expect(rowsPerStep({ batch: 4 })).toBe(4);
});
