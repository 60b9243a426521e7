/** @file Laws of gradients: they are limits of differences, and they reach every parameter. Called from tests, under vitest. */
import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/grad.js";
import { isReal } from "../dtype.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { lasting, parameters, paths, type Model } from "../program/model.js";
import { traceScope, type Scope } from "../program/scope.js";
import { key as keyOf, split } from "../rng/key.js";
import { feed } from "../tensor/inputs.js";
import { constant, type Tensor } from "../tensor/tensor.js";
import { spread } from "./primitive-cases-build.js";
import { scalarKey, startOf, valuesOf } from "./run-reference.js";

/** Numbers for the inputs that some tensors need. */
export type Given = ReadonlyMap<Tensor, NdArray>;

export interface ExpectGradientsOptions {
  /** 2: the gradient of the gradient too. @default 2 */
  readonly order?: 1 | 2;
  /** Of the difference, relative to 1 + |slope|. Constants in graphs are f32, 6e-8 off. @default 2e-6 */
  readonly tolerance?: number;
}

/**
 * The gradient of Σ c·y by each real input equals central differences of fourth order, along a direction; then the
 * same for the gradient itself.
 */
export function expectGradients(
  outputs: readonly Tensor[],
  given: Given,
  { order = 2, tolerance = 2e-6 }: ExpectGradientsOptions = {},
): void {
  const variables = [...given.keys()].filter(({ dtype }) => isReal(dtype));
  const loss = total(
    outputs.filter(({ dtype }) => isReal(dtype)),
    0,
  );
  const gradients = grad(loss, variables);
  const slopes = valuesOf(gradients, given);
  variables.forEach((x, i) => {
    const along = spread(x.shape, [-1, 1], i + 3).data;
    const slope = product(slopes[i]!, along);
    expectSlope(`order ${3 - order}, input ${i} ${x.toString()}`, slope, {
      difference: difference((step) => valueAt(loss, given, new Map([[x, moved(given.get(x)!, along, step)]]))),
      tolerance,
    });
  });
  if (order === 2) expectGradients([total(gradients, 7)], given, { order: 1, tolerance });
}

export interface ModelCase {
  readonly model: Model;
  /** What the loss is computed on. */
  readonly batch?: Readonly<Record<string, NdArray>>;
  readonly loss: (batch: Readonly<Record<string, Tensor>>, scope: Scope) => Tensor;
  /** False where the gradient is meant to be another than the slope (straight-through estimators). @default true */
  readonly exact?: boolean;
}

/**
 * A non-zero, finite gradient reaches every parameter of a model, and the gradient is the limit of differences. The
 * parameters are moved a little from where they start: zeros would hide the way to what lies behind them.
 */
export function describeModelGradients(name: string, make: () => ModelCase): void {
  describe(`gradients of ${name}`, () => {
    it("reach every parameter and are limits of differences", () => {
      const { model, batch = {}, loss: lossOf, exact = true } = make();
      const feeds = new Map(Object.entries(batch).map(([field, array]) => [field, feed(array.shape, array.dtype)]));
      const scope = traceScope("train");
      const loss = lossOf(Object.fromEntries(feeds), scope);
      const given = new Map<Tensor, NdArray>([...feeds].map(([field, tensor]) => [tensor, batch[field]!]));
      if (scope.key !== undefined) given.set(scope.key, scalarKey(keyOf(11)));
      [...paths(model).values()].forEach((tensor, i) => {
        const attrs = lasting(tensor)!;
        const start = startOf({ ...attrs, init: attrs.init! }, split(keyOf(5), i));
        given.set(tensor, attrs.kind === "param" ? moved(start, spread(tensor.shape, [-0.1, 0.1], i).data, 1) : start);
      });

      const params = parameters(model);
      const gradients = valuesOf(grad(loss, [...params.values()]), given);
      [...params.keys()].forEach((path, i) => {
        const values = [...gradients[i]!.data].map(Number);
        if (!values.every(Number.isFinite)) expect.fail(`${path}: expected a finite gradient, got one that is not`);
        if (values.every((g) => g === 0)) expect.fail(`${path}: expected a gradient to reach it, got zeros`);
      });
      if (!exact) return;
      const directions = [...params.values()].map((p, i) => spread(p.shape, [-1, 1], i + 3).data);
      const slope = directions.reduce((sum, along, i) => sum + product(gradients[i]!, along), 0);
      const at = (step: number): number =>
        valueAt(
          loss,
          given,
          new Map([...params.values()].map((p, i) => [p, moved(given.get(p)!, directions[i]!, step)])),
        );
      expectSlope("all parameters", slope, { difference: difference(at, 1e-6), tolerance: 1e-5 });
    });
  });
}

function valueAt(loss: Tensor, given: Given, changed: Given): number {
  return Number(valuesOf([loss], new Map([...given, ...changed]))[0]!.data[0]);
}

/** f'(0), from four values: (8 (f(h) − f(−h)) − (f(2h) − f(−2h))) / 12h. */
function difference(f: (step: number) => number, h = 1e-4): number {
  return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}

function expectSlope(
  what: string,
  slope: number,
  { difference: wanted, tolerance }: { difference: number; tolerance: number },
): void {
  if (!(Math.abs(slope - wanted) <= tolerance * (1 + Math.abs(wanted)))) {
    expect.fail(`${what}: expected the slope ${wanted}, got ${slope}`);
  }
}

/** Σ aₖ bₖ */
function product({ data }: NdArray, along: Float32Array): number {
  return along.reduce((sum, v, k) => sum + v * Number(data[k]), 0);
}

/** x + step · direction, in float64. */
function moved({ data, shape }: NdArray, direction: ArrayLike<number>, step: number): NdArray {
  return ndarray(
    Float64Array.from(data as Float64Array, (v, i) => v + step * direction[i]!),
    shape,
    "f64",
  );
}

/** Σ c·y over all tensors, for some numbers c. */
function total(tensors: readonly Tensor[], phase: number): Tensor {
  return tensors
    .map((y, i) => y.mul(constant(spread(y.shape, [0.5, 1.5], phase + i))).sum())
    .reduce((a, b) => a.add(b));
}
