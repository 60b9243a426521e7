/** @file Exact transforms stay exact: after 1,000 steps of training, in float32, the inverse finds each row again to 1e-4. */
import {
  arrays,
  batches,
  fit,
  inference,
  key,
  ndarray,
  normalDraws,
  sizeOf,
  trainStep,
  type NdArray,
  type Runtime,
} from "@gen/core";
import { node } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  ActNorm,
  additive,
  affine,
  Autoregressive,
  Chain,
  checkerboard,
  convolutionalConditioner,
  Coupling,
  denseConditioner,
  Diagonal,
  ElementwiseAffine,
  Flow,
  Householder,
  Inverted,
  LearnedNormal,
  linear,
  LinearBijection,
  Lu,
  MaskedCoupling,
  MultiScale,
  Permutation,
  quadratic,
  Radial,
  rationalQuadratic,
  Rotation,
  Squeeze,
  type Bijection,
  type ElementMap,
} from "../src/index.js";

const [ROWS, BATCH, STEPS] = [256, 32, 1000];
const dims = [1, 2, 3, 5, 64];
const atLeastTwo = dims.slice(1);
const hidden = [16];
const conditioner = denseConditioner({ hidden, activation: "tanh" });

interface Trained {
  /** From the number of dimensions, or from the shape of a picture. */
  readonly make: (shape: readonly number[]) => readonly Bijection[];
  readonly shapes: readonly (readonly number[])[];
  /** Puts rows into where the transform lives. @default as they are */
  readonly into?: (value: number) => number;
}

/** A transform of so many dimensions. */
const dense = (make: (dim: number) => Bijection, sizes: readonly number[] = dims): Trained => ({
  make: (shape) => [make(shape[0]!)],
  shapes: sizes.map((dim) => [dim]),
});
const coupling = (map: ElementMap, sizes = atLeastTwo): Trained =>
  dense((dim) => new Coupling({ shape: [dim], keep: "first", map, conditioner }), sizes);
const autoregressive = (map: ElementMap, sizes = dims): Trained =>
  dense((dim) => new Autoregressive({ dim, hidden, map }), sizes);
const matrix = (of: (dim: number) => Lu | Rotation | Householder | Diagonal, sizes = dims): Trained =>
  dense((dim) => new LinearBijection({ shape: [dim], of: of(dim) }), sizes);
/** Angles: rows wrapped around a circle. */
const onCircle = (trained: Trained): Trained => ({
  ...trained,
  into: (value) => Math.atan2(Math.sin(value), Math.cos(value)),
});
const bins = 4;
const circle = { bins, interval: [-Math.PI, Math.PI], tails: "circle" } as const;

const convolutional = convolutionalConditioner({ channels: 4, blocks: 0 });

const transforms: Readonly<Record<string, Trained>> = {
  ElementwiseAffine: dense((dim) => new ElementwiseAffine({ shape: [dim] })),
  "ActNorm after a permutation": {
    ...dense((dim) => new ActNorm({ shape: [dim] })),
    make: (shape) => [new Permutation({ shape, order: 3 }), new ActNorm({ shape })],
  },
  Lu: matrix((dim) => new Lu({ dim, seed: 3 })),
  Rotation: matrix((dim) => new Rotation({ dim }), atLeastTwo),
  Householder: matrix((dim) => new Householder({ dim })),
  Diagonal: matrix((dim) => new Diagonal({ dim })),
  Radial: dense((dim) => new Radial({ dim })),
  "additive coupling": coupling(additive()),
  "affine coupling": coupling(affine()),
  "affine coupling without a bound": coupling(affine({ bound: Infinity })),
  Autoregressive: autoregressive(affine()),
  "inverse autoregressive": dense((dim) => new Inverted(new Autoregressive({ dim, hidden })), [1, 2, 3, 5]),
  // Splines act on each number alone: few sizes show what there is to see, and they take long.
  "linear spline coupling": coupling(linear({ bins }), [2, 64]),
  "quadratic spline coupling": coupling(quadratic({ bins }), [2, 64]),
  "rational-quadratic spline coupling": coupling(rationalQuadratic({ bins }), [2, 64]),
  "circular spline coupling": onCircle(coupling(rationalQuadratic(circle), [3])),
  "autoregressive linear spline": autoregressive(linear({ bins }), [3]),
  "autoregressive quadratic spline": autoregressive(quadratic({ bins }), [3]),
  "autoregressive rational-quadratic spline": autoregressive(rationalQuadratic({ bins }), [1, 5, 64]),
  "circular autoregressive spline": onCircle(autoregressive(rationalQuadratic(circle), [2])),
  "couplings of pictures": {
    shapes: [[1, 2, 2]],
    make: (shape) => {
      const [c, h, w] = shape as [number, number, number];
      const [squeezed, half] = [
        [4 * c, h / 2, w / 2],
        [2 * c, h / 2, w / 2],
      ] as const;
      const first = [
        new Squeeze({ shape }),
        new Coupling({ shape: squeezed, keep: "last", conditioner: convolutional }),
      ];
      return [
        new MaskedCoupling({ shape, mask: checkerboard([c, h, w], "odd"), conditioner: convolutional }),
        new MultiScale([new Chain(first), new Coupling({ shape: half, keep: "first", conditioner: convolutional })]),
      ];
    },
  },
};

let runtime: Runtime;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
});
afterAll(async () => runtime.close());

/** Rows [n, …shape]: normal numbers, of which every other one bends with the one before it. */
function rowsOf(shape: readonly number[], into: (value: number) => number): NdArray {
  const dim = sizeOf(shape);
  const u = normalDraws(key(1), ROWS * dim);
  const x = u.map((v, i) => into((i % dim) % 2 === 0 ? v : 0.5 * u[i - 1]! ** 2 - 0.5 + 0.3 * v));
  return ndarray(x, [ROWS, ...shape]);
}

it.each(Object.entries(transforms))("%s", async (_, { make, shapes, into = (value) => value }) => {
  const flows = shapes.map(
    (shape) =>
      new Flow({ transforms: make(shape), base: new LearnedNormal({ shape: make(shape).at(-1)!.outputShape }) }),
  );
  const x = shapes.map((shape) => rowsOf(shape, into));
  const named = (rows: readonly NdArray[]) => Object.fromEntries(rows.map((array, i) => [`rows${i}`, array]));
  // All sizes in one step: their losses add up, and no parameter is shared.
  const step = trainStep({
    model: flows,
    batch: Object.fromEntries(shapes.map((shape, i) => [`rows${i}`, [BATCH, ...shape]])),
    loss: (batch, scope) =>
      flows.map((flow, i) => flow.loss({ x: batch[`rows${i}`]! }, scope)).reduce((a, b) => a.add(b)),
    optimizer: adam({ learningRate: 3e-3 }),
  });
  const store = await runtime.init(flows, { key: key(0) });
  const losses: number[] = [];
  const data = batches(arrays(named(x)), { size: BATCH, key: key(1) });
  for await (const { loss } of fit(step, { runtime, store, data, steps: STEPS })) losses.push(loss);
  const mean = (part: readonly number[]): number => part.reduce((a, b) => a + b, 0) / part.length;
  expect(mean(losses.slice(-50))).toBeLessThan(mean(losses.slice(0, 50)));

  const program = inference(
    flows,
    Object.fromEntries(shapes.map((shape, i) => [`rows${i}`, [ROWS, ...shape]])),
    (rows, scope) =>
      Object.fromEntries(
        flows.map(({ transform }, i) => [
          `again${i}`,
          transform.inverse(transform.forward(rows[`rows${i}`]!, { scope }).y, { scope }).x,
        ]),
      ),
  );
  const found = await runtime.run(program, { store, feeds: named(x) });
  const worst = x.map(({ data }, i) =>
    Array.from(data, Number).reduce((most, v, k) => {
      const miss = Math.abs(Number(found[`again${i}`]!.data[k]) - v) / (1 + Math.abs(v));
      return miss <= most ? most : miss; // NaN is the worst
    }, 0),
  );
  worst.forEach((miss, i) => expect([shapes[i], miss < 1e-4]).toEqual([shapes[i], true]));
});
