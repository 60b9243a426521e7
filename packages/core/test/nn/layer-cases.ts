/** @file Every layer, as a small model with a loss: for laws about gradients, and about devices. */
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
import { spread } from "../../src/testing/primitive-cases-build.js";
import type { ModelCase } from "../../src/testing/gradients.js";

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
  ["ResidualBlock of sequences", () => new ResidualBlock({ inputs: 2, outputs: 4, axes: 1 }), [2, 2, 3]],
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

/** By name. */
export const layerCases: Readonly<Record<string, () => ModelCase>> = {
  ...Object.fromEntries(
    layers.map(([name, make, shape]) => [
      name,
      (): ModelCase => {
        const model = make();
        return {
          model,
          batch: { x: spread(shape) },
          loss: ({ x }, scope) => model.forward(x!, scope).add(0.1).sin().sum(),
        };
      },
    ]),
  ),
  "ResidualBlock, with an embedding": () => {
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
  },
  "MultiHeadAttention, across": () => {
    const model = new MultiHeadAttention({ features: 4, heads: 2, contextFeatures: 3 });
    return {
      model,
      batch: { x: spread([2, 3, 4]), context: spread([2, 5, 3], [-1, 1], 2) },
      loss: ({ x, context }, scope) => model.forward(x!, scope, { context: context! }).sin().sum(),
    };
  },
  "MaskedMlp, with a context": () => {
    const model = new MaskedMlp({ inputs: 2, hidden: [6], context: 2, activation: "tanh" });
    return {
      model,
      batch: { x: spread([3, 2]), c: spread([3, 2], [-1, 1], 2) },
      loss: ({ x, c }, scope) => model.forward(x!, scope, c).sin().sum(),
    };
  },
  Embedding: () => {
    const model = new Embedding({ count: 4, features: 3 });
    return {
      model,
      batch: { x: ndarray([0, 3, 3, 1], [2, 2], "i32") },
      loss: ({ x }) => model.forward(x!).square().sum(),
    };
  },
};
