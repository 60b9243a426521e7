import { describe, expect, it } from "vitest";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { BatchNorm } from "../../src/nn/batch-norm.js";
import { Conv1d, Conv2d } from "../../src/nn/conv.js";
import { ConvTranspose1d, ConvTranspose2d } from "../../src/nn/conv-transpose.js";
import { Gru } from "../../src/nn/gru.js";
import type { Layer } from "../../src/nn/layer.js";
import { Lstm } from "../../src/nn/lstm.js";
import { GroupNorm, InstanceNorm, LayerNorm, RmsNorm } from "../../src/nn/norm.js";
import { paths } from "../../src/program/model.js";
import { program } from "../../src/program/program.js";
import { traceScope } from "../../src/program/scope.js";
import { sizeOf, type Shape } from "../../src/shape.js";
import { concat, type Tensor } from "../../src/tensor/tensor.js";
import { feed } from "../../src/tensor/inputs.js";
import { runReference, valuesOf } from "../../src/testing/run-reference.js";
import fixture from "./fixtures/torch.json" with { type: "json" };

/** The numbers that make.py fills arrays with. */
function fill(shape: Shape, phase: number): NdArray {
  return ndarray(
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(0.7 * (i + 1) + phase)),
    shape,
    "f64",
  );
}

function expectNear(got: NdArray, wanted: readonly number[]): void {
  expect(got.data).toHaveLength(wanted.length);
  wanted.forEach((value, i) => expect(Number(got.data[i])).toBeCloseTo(value, 6)); // ε is f32 in the graph
}

const scope = traceScope("eval");

describe("layers give what PyTorch's give", () => {
  /** Parameters in the order of their fields have the phases 1, 2, … */
  const plain: [keyof typeof fixture, Layer, number[]][] = [
    ["conv1d", new Conv1d({ inputs: 2, outputs: 3, kernel: 3, stride: 2, padding: 1 }), [2, 2, 7]],
    [
      "conv2d",
      new Conv2d({
        inputs: 4,
        outputs: 6,
        kernel: [2, 3],
        stride: [1, 2],
        padding: [2, 1],
        dilation: [2, 1],
        groups: 2,
      }),
      [1, 4, 5, 6],
    ],
    [
      "convTranspose2d",
      new ConvTranspose2d({
        inputs: 2,
        outputs: 4,
        kernel: [3, 2],
        stride: 2,
        padding: 1,
        outputPadding: 1,
        groups: 2,
      }),
      [1, 2, 3, 4],
    ],
    [
      "convTranspose1d",
      new ConvTranspose1d({ inputs: 2, outputs: 4, kernel: 3, stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
      [2, 2, 4],
    ],
    ["instanceNorm", new InstanceNorm({ channels: 3, affine: true }), [2, 3, 2, 2]],
    ["rmsNorm", new RmsNorm({ features: 5 }), [2, 3, 5]],
    ["layerNorm", new LayerNorm({ features: 5 }), [2, 3, 5]],
    ["groupNorm", new GroupNorm({ channels: 4, groups: 2 }), [2, 4, 3, 2]],
  ];
  it.each(plain)("%s", (name, layer, shape) => {
    const x = feed(shape);
    const given = new Map([
      [x, fill(shape, 0)],
      ...[...paths(layer).values()].map((p, i) => [p, fill(p.shape, i + 1)] as const),
    ]);
    expectNear(valuesOf([layer.forward(x, scope)], given)[0]!, fixture[name] as number[]);
  });

  it.each([
    ["lstm", new Lstm({ inputs: 3, hidden: 2 })],
    ["gru", new Gru({ inputs: 3, hidden: 2 })],
    ["lstm", new Lstm({ inputs: 3, hidden: 2, unroll: true })],
    ["gru", new Gru({ inputs: 3, hidden: 2, unroll: true })],
  ] as const)("%s", (name, layer) => {
    const x = feed([2, 4, 3]);
    const carry = layer.initialCarry(2).map(({ shape }) => feed(shape));
    const { y, carry: last } = layer.run(x, carry);
    const given = new Map([
      [x, fill(x.shape, 0)],
      ...carry.map((c, i) => [c, fill(c.shape, 5 + i)] as const),
      ...[...paths(layer).values()].map((p, i) => [p, fill(p.shape, i + 1)] as const),
    ]);
    const all = concat(
      [y, ...last].map((t) => t.reshape([-1])),
      0,
    );
    expectNear(valuesOf([all], given)[0]!, fixture[name]);

    let state: readonly Tensor[] = carry;
    const rows = [0, 1, 2, 3].map((t) => {
      const step = layer.step(x.slice(1, t, t + 1).squeeze(1), state);
      state = step.carry;
      return step.y.unsqueeze(1);
    });
    const stepped = concat(
      [concat(rows, 1), ...state].map((t) => t.reshape([-1])),
      0,
    );
    expectNear(valuesOf([stepped], given)[0]!, fixture[name]);
  });

  it("batchNorm", () => {
    const layer = new BatchNorm({ channels: 3 });
    const make = (mode: "train" | "eval"): ReturnType<typeof program> => {
      const x = feed([2, 3, 2, 2]);
      const traced = traceScope(mode);
      const y = layer.forward(x, traced);
      const names = new Map([...paths(layer)].map(([name, { node }]) => [node, name]));
      const writes = new Map([...traced.writes.values()].map(({ state, next }) => [names.get(state.node)!, next]));
      return program({ states: paths(layer), feeds: { x }, outputs: { y }, writes });
    };
    const store = new Map([
      ["scale", fill([3], 1)],
      ["shift", fill([3], 2)],
      ["runningMean", ndarray([0, 0, 0])],
      ["runningVariance", ndarray([1, 1, 1])],
    ]);
    const run = (p: ReturnType<typeof program>, phase: number): NdArray =>
      runReference(p, { store, feeds: { x: fill([2, 3, 2, 2], phase) } })["y"]!;
    const train = make("train");
    const [first, evaluated, mean, variance] = fixture.batchNorm as [number[], number[], number[], number[]];
    expectNear(run(train, 0), first);
    run(train, 3);
    expectNear(run(make("eval"), 0), evaluated);
    expectNear(store.get("runningMean")!, mean);
    expectNear(store.get("runningVariance")!, variance);
  });
});
