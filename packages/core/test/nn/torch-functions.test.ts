import { describe, expect, it } from "vitest";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { attention, type AttentionOptions } from "../../src/nn/attention.js";
import { Conv1d } from "../../src/nn/conv.js";
import { Linear } from "../../src/nn/linear.js";
import { MultiHeadAttention } from "../../src/nn/multi-head-attention.js";
import { averagePool, maxPool } from "../../src/nn/pool.js";
import { RotaryPositions } from "../../src/nn/positions.js";
import { depthToSpace, enlarge, resize, spaceToDepth } from "../../src/nn/resize.js";
import { type SpectralNorm, spectralNorm, type WeightNorm, weightNorm } from "../../src/nn/weight-norm.js";
import { traceScope } from "../../src/program/scope.js";
import { sizeOf, type Shape } from "../../src/shape.js";
import { feed } from "../../src/tensor/inputs.js";
import { constant, type Tensor } from "../../src/tensor/tensor.js";
import { valuesOf } from "../../src/testing/run-reference.js";
import fixture from "./fixtures/torch.json" with { type: "json" };

/** The numbers that make.py fills arrays with. */
function fill(shape: Shape, phase: number): NdArray {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(0.7 * (i + 1) + phase));
  return ndarray(values, shape, "f64");
}

function expectNear(got: NdArray, wanted: readonly number[]): void {
  expect(got.data).toHaveLength(wanted.length);
  wanted.forEach((value, i) => expect(Number(got.data[i])).toBeCloseTo(value, 6)); // some constants are f32
}

/** A function of one array of phase 0. */
function of(shape: Shape, f: (x: Tensor) => Tensor): NdArray {
  const x = feed(shape);
  return valuesOf([f(x)], new Map([[x, fill(shape, 0)]]))[0]!;
}

describe("attention gives what PyTorch's gives", () => {
  const bools = (rows: number[][]): Tensor => constant(ndarray(rows.flat(), [rows.length, rows[0]!.length], "bool"));
  type Case = [keyof typeof fixture.attention, number[], Partial<AttentionOptions>];
  const bias = feed([2, 3, 5]);
  it.each<Case>([
    ["full", [2, 2, 3, 5], {}],
    ["causal", [2, 2, 4, 4], { causal: true }],
    ["grouped", [4, 2, 3, 5], {}],
    ["window", [2, 1, 3, 5], { causal: true, window: 2 }],
    [
      "mask",
      [2, 2, 3, 5],
      {
        keyMask: bools([
          [1, 1, 0, 1, 0],
          [0, 1, 1, 1, 1],
        ]),
      },
    ],
    ["bias", [2, 2, 3, 5], { bias, scale: 0.3 }],
  ])("%s", (name, [heads, shared, t, s], options) => {
    const query = feed([2, heads!, t!, 4]);
    const [key, value] = [feed([2, shared!, s!, 4]), feed([2, shared!, s!, 3])];
    const given = new Map([query, key, value].map((x, i) => [x, fill(x.shape, i)]));
    if (name === "bias") given.set(bias, fill(bias.shape, 3));
    expectNear(valuesOf([attention({ query, key, value, ...options })], given)[0]!, fixture.attention[name]);
  });

  it("multi-head", () => {
    const layer = new MultiHeadAttention({ features: 4, heads: 2, causal: true });
    const parts = [layer.query, layer.key, layer.value, layer.output];
    const x = feed([2, 3, 4]);
    const given = new Map([
      [x, fill(x.shape, 0)],
      ...parts.map(({ weight }, i) => [weight, fill(weight.shape, i + 1)] as const),
      ...parts.map(({ bias: b }, i) => [b!, fill(b!.shape, i + 5)] as const),
    ]);
    expectNear(valuesOf([layer.forward(x)], given)[0]!, fixture.multiHead);
  });

  it("rotary positions, as turns of complex numbers", () => {
    const positions = new RotaryPositions({ length: 9, features: 6 });
    expectNear(
      of([2, 1, 5, 6], (x) => positions.forward(x)),
      fixture.rotary,
    );
  });
});

describe("normalised weights give what PyTorch's give", () => {
  it("spectral norm: two uses in training", () => {
    const layer = new Linear({ inputs: 3, outputs: 4, weightMap: spectralNorm() });
    const { u } = layer.weightMap as SpectralNorm;
    const x = feed([2, 3]);
    const scope = traceScope("train");
    const y = [layer.forward(x, scope), layer.forward(x, scope), scope.read(u)];
    const start = fill([4], 3);
    const length = Math.hypot(...(start.data as Float64Array));
    const given = new Map([
      [x, fill([2, 3], 0)],
      [layer.weight, fill([3, 4], 1)],
      [layer.bias!, fill([4], 2)],
      [
        u,
        ndarray(
          (start.data as Float64Array).map((v) => v / length),
          [4],
          "f64",
        ),
      ],
    ]);
    valuesOf(y, given).forEach((got, i) => expectNear(got, fixture.spectralNorm[i]!));
  });

  it("weight norm", () => {
    const layer = new Conv1d({ inputs: 2, outputs: 3, kernel: 2, weightMap: weightNorm() });
    const x = feed([2, 2, 5]);
    const given = new Map([
      [x, fill(x.shape, 0)],
      [layer.weight, fill(layer.weight.shape, 1)],
      [layer.bias!, fill([3], 2)],
      [(layer.weightMap as WeightNorm).scale, fill([3], 3)],
    ]);
    expectNear(valuesOf([layer.forward(x)], given)[0]!, fixture.weightNorm);
  });
});

describe("pictures in other sizes are PyTorch's", () => {
  const shape = [1, 2, 5, 4];
  it.each([
    ["bilinear", {}],
    ["bilinearCorners", { alignCorners: true }],
    ["nearest", { mode: "nearest" }],
  ] as const)("%s", (name, options) => {
    [
      [7, 3],
      [10, 8],
    ].forEach((size, i) =>
      expectNear(
        of(shape, (x) => resize(x, { size, ...options })),
        fixture.resize[name][i]!,
      ),
    );
  });

  it("of one axis, enlarged by repetition, and with channels exchanged for pixels", () => {
    expectNear(
      of([1, 2, 5], (x) => resize(x, { size: [8] })),
      fixture.resize.linear,
    );
    expectNear(
      of(shape, (x) => enlarge(x, 2)),
      fixture.resize.nearest[1]!,
    );
    expectNear(
      of([1, 8, 2, 3], (x) => depthToSpace(x, 2)),
      fixture.resize.depthToSpace,
    );
    expectNear(
      of([1, 2, 4, 6], (x) => spaceToDepth(x, 2)),
      fixture.resize.spaceToDepth,
    );
  });

  it("pooled", () => {
    const options = [{ kernel: 2 }, { kernel: 3, stride: 2, padding: 1 }];
    [...options, { kernel: [3, 1] }].forEach((option, i) =>
      expectNear(
        of([1, 2, 6, 7], (x) => maxPool(x, option)),
        fixture.pool.max[i]!,
      ),
    );
    [...options, { kernel: [3, 7] }].forEach((option, i) =>
      expectNear(
        of([1, 2, 6, 7], (x) => averagePool(x, option)),
        fixture.pool.average[i]!,
      ),
    );
    expectNear(
      of([1, 2, 7], (x) => maxPool(x, { kernel: 3, stride: 2 })),
      fixture.pool.max1d,
    );
  });
});
