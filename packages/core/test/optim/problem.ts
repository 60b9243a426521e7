/** @file One small problem that every optimizer is given: its steps by the reference, and its gradient by hand. */
import { expect } from "vitest";
import { GenError } from "../../src/error.js";
import { arrayInit } from "../../src/ir/initializer.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import type { Average } from "../../src/optim/average.js";
import type { Optimizer } from "../../src/optim/optimizer.js";
import type { Program } from "../../src/program/program.js";
import { param } from "../../src/tensor/inputs.js";
import { constant, type Tensor } from "../../src/tensor/tensor.js";
import { runReference, startReference, type PlainStore } from "../../src/testing/run-reference.js";
import { trainStep } from "../../src/train/step.js";

export const START = { w: [0.5, -1.5, 2, 0], u: [1, -1] };
const A = [1, 2, 0.5, 3];
const T = [1, 1, -1, 0.25];

/** A step on Σ a (w − t)²/2 + Σ sin 3w + Σ u⁴/4. */
export function stepWith(optimizer: Optimizer, average?: Average): Program {
  const model = { w: param([4], arrayInit(ndarray(START.w))), u: param([2], arrayInit(ndarray(START.u))) };
  const loss = (): Tensor => {
    const { w, u } = model;
    const pull = w
      .sub(constant(ndarray(T)))
      .square()
      .mul(constant(ndarray(A)))
      .sum()
      .mul(0.5);
    return pull.add(w.mul(3).sin().sum()).add(u.square().square().sum().mul(0.25));
  };
  return trainStep({ model, batch: {}, loss, optimizer, ...(average === undefined ? {} : { average }) });
}

/** Parameters after each of `steps` steps: w's four, then u's two. */
export function trajectory(
  optimizer: Optimizer,
  steps: number,
  average?: Average,
): { rows: number[][]; store: PlainStore } {
  const step = stepWith(optimizer, average);
  const store = startReference(step);
  const rows = Array.from({ length: steps }, () => {
    runReference(step, { store });
    return ["w", "u"].flatMap((name) => numbersIn(store, name));
  });
  return { rows, store };
}

/** A parameter `m` after so many steps on Σ (m − target)²/2 + Σ sin 2m. */
export function matrixAfter(
  optimizer: Optimizer,
  { start, target, steps }: { start: NdArray; target: NdArray; steps: number },
): number[] {
  const m = param(start.shape, arrayInit(start), start.dtype);
  const loss = (): Tensor => m.sub(constant(target)).square().sum().mul(0.5).add(m.mul(2).sin().sum());
  const step = trainStep({ model: { m }, batch: {}, loss, optimizer });
  const store = startReference(step);
  for (let n = 0; n < steps; n++) runReference(step, { store });
  return numbersIn(store, "m");
}

export function numbersIn(store: PlainStore, name: string): number[] {
  const array = store.get(name);
  if (array === undefined)
    throw new GenError("graph", `store: expected "${name}", got ${[...store.keys()].join(", ")}`);
  return [...array.data].map(Number);
}

/** The gradient of the same loss at six numbers. */
export function gradientAt(theta: readonly number[]): number[] {
  return theta.map((x, i) => (i < 4 ? A[i]! * (x - T[i]!) + 3 * Math.cos(3 * x) : x ** 3));
}

/** A rule in plain numbers, element by element, run on the same problem. */
export function plainTrajectory(
  steps: number,
  makeRule: () => (g: number, theta: number, t: number) => number,
): number[][] {
  const rules = Array.from({ length: 6 }, makeRule);
  let theta = [...START.w, ...START.u];
  return Array.from({ length: steps }, (_, t) => {
    const g = gradientAt(theta);
    theta = theta.map((x, i) => x - rules[i]!(g[i]!, x, t + 1));
    return theta;
  });
}

/** Are numbers as wanted, to 2e-5 of 1 + |x|? Coefficients in graphs are f32. */
export function expectNear(got: readonly number[], wanted: readonly number[], tolerance = 2e-5): void {
  got.forEach((x, i) => {
    if (!(Math.abs(x - wanted[i]!) <= tolerance * (1 + Math.abs(wanted[i]!))))
      expect.fail(`[${i}]: expected ${wanted[i]!}, got ${x}`);
  });
  expect(got).toHaveLength(wanted.length);
}
