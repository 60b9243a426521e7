import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";
import { Conv1d, Conv2d } from "../../src/nn/conv.js";
import { Linear } from "../../src/nn/linear.js";
import { MaskedMlp, type MaskedMlpOptions } from "../../src/nn/masked-mlp.js";
import { madeMasks, pixelMask } from "../../src/nn/masks.js";
import { Sequential } from "../../src/nn/sequential.js";
import { type SpectralNorm, spectralNorm } from "../../src/nn/weight-norm.js";
import { masked } from "../../src/nn/weight-map.js";
import { paths } from "../../src/program/model.js";
import { traceScope } from "../../src/program/scope.js";
import { feed } from "../../src/tensor/inputs.js";
import { concat, type Tensor } from "../../src/tensor/tensor.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { valuesOf } from "../../src/testing/run-reference.js";

const numbers = (array: NdArray | undefined): number[] => [...array!.data].map(Number);
const positive = (tensors: Iterable<Tensor>): Map<Tensor, NdArray> =>
  new Map([...tensors].map((t, i) => [t, spread(t.shape, [0.1, 1], i)])); // nothing cancels

/** Which inputs each output depends on: [outputs][inputs], of one example. */
function dependences(y: Tensor, x: Tensor, model: object): boolean[][] {
  const flat = y.reshape([-1]);
  const slopes = Array.from({ length: flat.size }, (_, i) => grad(flat.slice(0, i, i + 1).sum(), [x])[0]!);
  return valuesOf(slopes, positive([x, ...paths(model).values()])).map((row) => numbers(row).map((v) => v !== 0));
}

describe("MADE", () => {
  it.each<[string, MaskedMlpOptions]>([
    ["in order", { inputs: 5, hidden: [12, 12] }],
    ["in another order", { inputs: 4, hidden: [9], order: [2, 0, 3, 1], perInput: 2 }],
    ["without hidden layers", { inputs: 3, hidden: [] }],
    ["of one number", { inputs: 1, hidden: [4], perInput: 3 }],
    ["with a context", { inputs: 3, hidden: [8, 8], context: 2, order: [2, 1, 0] }],
    ["of two views and a context", { inputs: 3, views: 2, hidden: [8, 8], context: 2, order: [2, 0, 1] }],
  ])("sees all that comes before, and nothing else: %s", (_, options) => {
    const net = new MaskedMlp({ activation: "sigmoid", ...options });
    const { inputs, views = 1, context = 0, perInput = 1 } = options;
    const { order = Array.from({ length: inputs }, (_, d) => d) } = options;
    const x = feed([1, views * inputs + context]);
    const [own, rest] = x.split([views * inputs, context]) as [Tensor, Tensor];
    const y = net.forward(own, undefined, context > 0 ? rest : undefined);
    expect(y.shape).toEqual([1, inputs, perInput]);
    dependences(y, x, net).forEach((row, i) => {
      const d = Math.floor(i / perInput);
      row.forEach((isSeen, j) => expect(isSeen).toBe(j >= views * inputs || order[j % inputs]! < order[d]!));
    });
  });

  it.each<[string, MaskedMlpOptions]>([
    ["two hidden layers and a context", { inputs: 3, hidden: [8, 6], perInput: 2, context: 2 }],
    ["no hidden layer", { inputs: 3, hidden: [], perInput: 2 }],
    ["two views and a context", { inputs: 3, views: 2, hidden: [8], perInput: 2, context: 2 }],
  ])("gives the same one input after the other: %s", (_, options) => {
    const net = new MaskedMlp({ activation: "tanh", ...options });
    const { inputs, views = 1, context = 0 } = options;
    const x = feed([2, views * inputs + context]);
    const [own, rest] = x.split([views * inputs, context]) as [Tensor, Tensor];
    const given = context > 0 ? rest : undefined;
    const walk = net.oneByOne({ n: 2, context: given });
    let sums = walk.start;
    const each = Array.from({ length: inputs }, (_, d) => {
      const turn = walk.turns.map((t) => t.slice(0, d, d + 1).squeeze(0));
      const found = walk.params(sums, turn);
      const seen = own
        .reshape([2, views, inputs])
        .slice(2, d, d + 1)
        .squeeze(2);
      sums = walk.add(sums, views === 1 ? seen.squeeze(1) : seen, turn);
      return found.unsqueeze(1);
    });
    const [whole, steps] = valuesOf(
      [net.forward(own, undefined, given), concat(each, 1)],
      positive([x, ...paths(net).values()]),
    );
    expect(steps!.shape).toEqual([2, inputs, 2]);
    numbers(steps).forEach((v, i) => expect(v).toBeCloseTo(numbers(whole)[i]!, 12));
  });

  it("refuses what is no order, and a context that it has no use for", () => {
    expect(() => madeMasks({ inputs: 3, hidden: [], order: [0, 1, 1] })).toThrow(
      "a permutation of 0 … 2, got [0, 1, 1]",
    );
    const net = new MaskedMlp({ inputs: 3, hidden: [4] });
    expect(() => net.forward(feed([2, 3]), undefined, feed([2, 1]))).toThrow("a context [… 0], got [2, 3] and [2, 1]");
    expect(() => new Linear({ inputs: 2, outputs: 3, weightMap: masked(ndarray([1, 0], [2, 1])) })).toThrow(
      "a mask [2, 3], got [2, 1]",
    );
  });
});

describe("pixel masks", () => {
  it("let a stack of layers see only what comes before in raster order, colour by colour", () => {
    const layer = (type: "A" | "B", inputs: number, outputs: number): Conv2d => {
      const options = { inputs, outputs, kernel: 3 };
      return new Conv2d({ ...options, padding: 1, weightMap: masked(pixelMask({ ...options, type, colours: 3 })) });
    };
    const net = new Sequential([layer("A", 3, 6), (h) => h.sigmoid(), layer("B", 6, 3)]);
    const x = feed([1, 3, 3, 4]);
    const seen = dependences(net.forward(x, traceScope("eval")), x, net);
    const place = (i: number): [number, number] => [i % 12, Math.floor(i / 12)]; // pixel, colour
    let reached = 0;
    seen.forEach((row, i) => {
      const [pixel, colour] = place(i);
      row.forEach((isSeen, j) => {
        const [other, shade] = place(j);
        const isBefore = other < pixel || (other === pixel && shade < colour);
        if (isSeen) expect(isBefore).toBe(true);
        if (isSeen && isBefore) reached++;
      });
    });
    expect(reached).toBeGreaterThan(300); // of 630 pairs in order; two 3×3 layers see no further than two pixels
  });

  it("differ at the centre only", () => {
    const options = { inputs: 1, outputs: 1, kernel: 3 } as const;
    expect(numbers(pixelMask({ ...options, type: "A" }))).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect(numbers(pixelMask({ ...options, type: "B" }))).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0]);
    expect(() => pixelMask({ ...options, kernel: 2, type: "A" })).toThrow("of odd extents, got 2×2");
    expect(() => pixelMask({ ...options, type: "A", colours: 3 })).toThrow(
      "channels that 3 colours divide, got 1 and 1",
    );
  });
});

describe("causal convolutions", () => {
  it.each([
    { kernel: 3, dilation: 2 },
    { kernel: 2, stride: 2 },
    { kernel: 3, groups: 2 },
  ])("see what comes before, at their own time too: %o", (options) => {
    const layer = new Conv1d({ inputs: 2, outputs: 2, padding: "causal", ...options });
    const x = feed([1, 2, 6]);
    const y = layer.forward(x);
    const { stride, kernel, dilation } = { stride: 1, dilation: 1, ...options };
    const times = y.shape[2]!;
    expect(times).toBe(Math.ceil(6 / stride));
    dependences(y, x, layer).forEach((row, i) => {
      const now = (i % times) * stride;
      const channels = "groups" in options ? [Math.floor(i / times)] : [0, 1];
      row.forEach((isSeen, j) => {
        const lag = (now - (j % 6)) / dilation;
        expect(isSeen).toBe(Number.isInteger(lag) && lag >= 0 && lag < kernel && channels.includes(Math.floor(j / 6)));
      });
    });
  });

  it("are of one axis only", () => {
    expect(() => new Conv2d({ inputs: 1, outputs: 1, kernel: 3, padding: "causal" })).toThrow("of one axis only");
  });
});

describe("SpectralNorm", () => {
  it("finds the largest singular value, leaves its state alone in evaluation, and needs a scope", () => {
    const layer = new Linear({ inputs: 3, outputs: 2, bias: false, weightMap: spectralNorm({ iterations: 30 }) });
    const x = feed([3, 3]);
    const scope = traceScope("train");
    const y = layer.forward(x, scope);
    const weight = ndarray([3, 0, 0, -2, 0, 0], [3, 2], "f64"); // singular values 3 and 2
    const given = new Map<Tensor, NdArray>([
      [x, ndarray([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3], "f64")],
      [layer.weight, weight],
      [(layer.weightMap as SpectralNorm).u, ndarray([0.4, -3], [2], "f64")],
    ]);
    numbers(valuesOf([y], given)[0]).forEach((v, i) => expect(v).toBeCloseTo(Number(weight.data[i]) / 3, 6));
    const evaluation = traceScope("eval");
    layer.forward(x, evaluation);
    expect([scope.writes.size, evaluation.writes.size]).toEqual([1, 0]);
    expect(() => layer.forward(x)).toThrow("SpectralNorm: expected a scope");
    expect(() => new Linear({ inputs: 1, outputs: 1, weightMap: spectralNorm({ iterations: 0 }) })).toThrow(
      "≥ 1, got 0",
    );
  });
});
