import { describe, expect, it } from "vitest";
import { ndarray } from "../../src/ndarray.js";
import { BatchNorm } from "../../src/nn/batch-norm.js";
import { Conv1d, Conv2d } from "../../src/nn/conv.js";
import { ConvTranspose1d, ConvTranspose2d } from "../../src/nn/conv-transpose.js";
import { Dropout } from "../../src/nn/dropout.js";
import { Embedding } from "../../src/nn/embedding.js";
import { FeedForward, GatedFeedForward } from "../../src/nn/feed-forward.js";
import { Gru } from "../../src/nn/gru.js";
import { Linear } from "../../src/nn/linear.js";
import { Lstm } from "../../src/nn/lstm.js";
import { MaskedMlp } from "../../src/nn/masked-mlp.js";
import { pixelMask } from "../../src/nn/masks.js";
import { Mlp } from "../../src/nn/mlp.js";
import { MultiHeadAttention } from "../../src/nn/multi-head-attention.js";
import { GroupNorm, InstanceNorm, LayerNorm, RmsNorm } from "../../src/nn/norm.js";
import { LearnedPositions } from "../../src/nn/positions.js";
import { ResidualBlock } from "../../src/nn/residual-block.js";
import { Sequential } from "../../src/nn/sequential.js";
import { masked } from "../../src/nn/weight-map.js";
import { spectralNorm, weightNorm } from "../../src/nn/weight-norm.js";
import type { Layer } from "../../src/nn/layer.js";
import { key } from "../../src/rng/key.js";
import { traceScope } from "../../src/program/scope.js";
import { constant, full } from "../../src/tensor/tensor.js";
import { describeModelGradients } from "../../src/testing/gradients.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { scalarKey, valuesOf } from "../../src/testing/run-reference.js";

const layers: [string, () => Layer, number[]][] = [
  ["Linear", () => new Linear({ inputs: 3, outputs: 2 }), [4, 3]],
  ["Mlp", () => new Mlp({ inputs: 3, hidden: [5, 4], outputs: 2, activation: "silu" }), [4, 3]],
  ["Conv1d", () => new Conv1d({ inputs: 2, outputs: 3, kernel: 3, padding: "same" }), [2, 2, 5]],
  ["Conv2d", () => new Conv2d({ inputs: 2, outputs: 4, kernel: 3, stride: 2, padding: 1, groups: 2 }), [2, 2, 4, 5]],
  [
    "ConvTranspose2d",
    () => new ConvTranspose2d({ inputs: 2, outputs: 3, kernel: 4, stride: 2, padding: 1 }),
    [2, 2, 2, 3],
  ],
  ["Conv1d, causal", () => new Conv1d({ inputs: 2, outputs: 3, kernel: 2, dilation: 2, padding: "causal" }), [2, 2, 5]],
  ["ConvTranspose1d", () => new ConvTranspose1d({ inputs: 2, outputs: 3, kernel: 3, stride: 2 }), [2, 2, 4]],
  ["Linear, weight norm", () => new Linear({ inputs: 3, outputs: 2, weightMap: weightNorm() }), [4, 3]],
  [
    "Conv2d, spectral norm that has converged",
    () => new Conv2d({ inputs: 2, outputs: 3, kernel: 2, weightMap: spectralNorm({ iterations: 80 }) }),
    [1, 2, 3, 4],
  ],
  [
    "ConvTranspose2d, weight norm",
    () => new ConvTranspose2d({ inputs: 2, outputs: 3, kernel: 2, weightMap: weightNorm() }),
    [1, 2, 3, 4],
  ],
  [
    "Conv2d, masked",
    () =>
      new Conv2d({
        inputs: 2,
        outputs: 2,
        kernel: 3,
        padding: 1,
        weightMap: masked(pixelMask({ inputs: 2, outputs: 2, kernel: 3, type: "B" })),
      }),
    [1, 2, 4, 4],
  ],
  ["RmsNorm", () => new RmsNorm({ features: 5 }), [2, 3, 5]],
  ["InstanceNorm", () => new InstanceNorm({ channels: 3, affine: true }), [2, 3, 2, 3]],
  ["FeedForward", () => new FeedForward({ features: 3 }), [2, 3]],
  ["GatedFeedForward", () => new GatedFeedForward({ features: 3, bias: true }), [2, 3]],
  ["LearnedPositions", () => new LearnedPositions({ length: 4, features: 3 }), [2, 4, 3]],
  [
    "MultiHeadAttention",
    () =>
      new MultiHeadAttention({
        features: 8,
        heads: 4,
        keyHeads: 2,
        headFeatures: 4,
        causal: true,
        window: 3,
        rotary: { length: 5 },
        normalise: true,
      }),
    [2, 5, 8],
  ],
  ["MaskedMlp", () => new MaskedMlp({ inputs: 3, hidden: [8], perInput: 2, activation: "tanh" }), [4, 3]],
  ["ResidualBlock", () => new ResidualBlock({ inputs: 2, outputs: 4, dropout: 0.2 }), [2, 2, 3, 3]],
  ["Gru, unrolled", () => new Gru({ inputs: 3, hidden: 2, unroll: true }), [2, 4, 3]],
  ["LayerNorm", () => new LayerNorm({ features: 5 }), [2, 3, 5]],
  ["GroupNorm", () => new GroupNorm({ channels: 4, groups: 2 }), [2, 4, 3]],
  ["BatchNorm", () => new BatchNorm({ channels: 3 }), [4, 3, 2]],
  ["Lstm", () => new Lstm({ inputs: 3, hidden: 2, forgetBias: 1 }), [2, 4, 3]],
  ["Gru", () => new Gru({ inputs: 3, hidden: 2 }), [2, 4, 3]],
  [
    "Sequential",
    () =>
      new Sequential([
        new Linear({ inputs: 3, outputs: 8 }),
        (x) => x.tanh(),
        new Dropout({ rate: 0.25 }),
        new Linear({ inputs: 8, outputs: 1 }),
      ]),
    [4, 3],
  ],
];

for (const [name, make, shape] of layers) {
  describeModelGradients(name, () => {
    const model = make();
    return {
      model,
      batch: { x: spread(shape) },
      loss: ({ x }, scope) => model.forward(x!, scope).add(0.1).sin().sum(),
    };
  });
}
describeModelGradients("ResidualBlock, with an embedding", () => {
  const blocks = (["add", "scale"] as const).map(
    (modulation) => new ResidualBlock({ inputs: 2, embedding: 3, modulation, groups: 1 }),
  );
  return {
    model: blocks,
    batch: { x: spread([2, 2, 3, 3]), e: spread([2, 3], [-1, 1], 2) },
    loss: ({ x, e }, scope) =>
      blocks
        .reduce((h, block) => block.forward(h, scope, e), x!)
        .sin()
        .sum(),
  };
});
describeModelGradients("MultiHeadAttention, across", () => {
  const model = new MultiHeadAttention({ features: 4, heads: 2, contextFeatures: 3 });
  return {
    model,
    batch: { x: spread([2, 3, 4]), context: spread([2, 5, 3], [-1, 1], 2) },
    loss: ({ x, context }, scope) => model.forward(x!, scope, { context: context! }).sin().sum(),
  };
});
describeModelGradients("MaskedMlp, with a context", () => {
  const model = new MaskedMlp({ inputs: 2, hidden: [6], context: 2, activation: "tanh" });
  return {
    model,
    batch: { x: spread([3, 2]), c: spread([3, 2], [-1, 1], 2) },
    loss: ({ x, c }, scope) => model.forward(x!, scope, c).sin().sum(),
  };
});
describeModelGradients("Embedding", () => {
  const model = new Embedding({ count: 4, features: 3 });
  return {
    model,
    batch: { x: ndarray([0, 3, 3, 1], [2, 2], "i32") },
    loss: ({ x }) => model.forward(x!).square().sum(),
  };
});

describe("Dropout", () => {
  it("leaves out its share in training, keeps the mean, and does nothing after", () => {
    const x = full([4000], 3);
    const layer = new Dropout({ rate: 0.25 });
    const scope = traceScope("train", constant(scalarKey(key(2))));
    const values = [...(valuesOf([layer.forward(x, scope)])[0]!.data as Float64Array)];
    const dropped = values.filter((v) => v === 0).length;
    expect(Math.abs(dropped - 1000)).toBeLessThan(4 * Math.sqrt(750));
    expect(values.filter((v) => v !== 0).every((v) => Math.abs(v - 4) < 1e-5)).toBe(true);
    expect(layer.forward(x, traceScope("eval"))).toBe(x);
    const again = valuesOf([layer.forward(x, scope)])[0]!.data;
    expect([...again]).not.toEqual(values); // a key of its own each time
    expect(() => new Dropout({ rate: 1 })).toThrow("rate in [0, 1), got 1");
  });
});
