import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/ir/evaluate.js";
import { Graph } from "../../src/ir/graph.js";
import type { NdArray } from "../../src/ndarray.js";
import { sizeOf, type Shape } from "../../src/shape.js";
import { apply, constant, type Tensor } from "../../src/tensor/tensor.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { convShape, geometries, type Geometry } from "../../src/testing/primitive-cases-conv.js";

function run(t: Tensor): Float64Array {
  return evaluate(new Graph({ inputs: [], outputs: [{ name: "y", node: t.node }] }), {})["y"]!.data as Float64Array;
}

/** An array as a function of its indices, zero outside. One spatial axis counts as a column. */
function reader({ shape, data }: NdArray): (...index: [number, number, number, number]) => number {
  const [a, b, h, w] = wide(shape);
  return (n, c, i, j) => {
    const isInside = i >= 0 && i < h && j >= 0 && j < w && n < a && c < b;
    return isInside ? Number(data[((n * b + c) * h + i) * w + j]) : 0;
  };
}

const wide = (shape: Shape): [number, number, number, number] => [shape[0]!, shape[1]!, shape[2]!, shape[3] ?? 1];

/** The definition in the ONNX manual, with two spatial axes written out and an index for each loop. */
function naive(x: NdArray, w: NdArray, geometry: Geometry): number[] {
  const [X, W] = [reader(x), reader(w)];
  const flat = geometry.strides.length === 1;
  const [sh, sw] = [geometry.strides[0]!, geometry.strides[1] ?? 1];
  const [dh, dw] = [geometry.dilations[0]!, geometry.dilations[1] ?? 1];
  const [top, left] = [geometry.pads[0]!, flat ? 0 : geometry.pads[1]!];
  const [, perGroup, kh, kw] = wide(w.shape);
  const [N, O, H, V] = wide(convShape(geometry));
  const y: number[] = [];
  for (let n = 0; n < N; n++)
    for (let o = 0; o < O; o++)
      for (let i = 0; i < H; i++)
        for (let j = 0; j < V; j++) {
          let total = 0;
          const first = Math.floor((o * geometry.groups) / O) * perGroup;
          for (let c = 0; c < perGroup; c++)
            for (let p = 0; p < kh; p++)
              for (let q = 0; q < kw; q++)
                total += X(n, first + c, i * sh + p * dh - top, j * sw + q * dw - left) * W(o, c, p, q);
          y.push(total);
        }
  return y;
}

const dot = (a: Float64Array, b: NdArray): number => a.reduce((sum, v, i) => sum + v * Number(b.data[i]), 0);

describe("convolutions", () => {
  it.each(geometries.map((geometry) => [geometry.name, geometry] as const))(
    "%s: the value, and both adjoints",
    (_, geometry) => {
      const { strides, pads, dilations, groups } = geometry;
      const attrs = { strides, pads, dilations, groups };
      const [x, w] = [spread(geometry.x), spread(geometry.w, [-1, 1], 1)];
      const g = spread(convShape(geometry), [-1, 2], 2);
      const [X, W, G] = [constant(x), constant(w), constant(g)];
      const y = run(apply("conv", [X, W], attrs));
      const wanted = naive(x, w, geometry);
      expect(y).toHaveLength(sizeOf(g.shape));
      y.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 12));

      // ⟨conv(x, w), g⟩ = ⟨x, convInputGrad(g, w)⟩ = ⟨w, convWeightGrad(x, g)⟩, as conv is linear in both
      const [inputSize, kernelSize] = [geometry.x.slice(2), geometry.w.slice(2)];
      expect(dot(run(apply("convInputGrad", [G, W], { ...attrs, inputSize })), x)).toBeCloseTo(dot(y, g), 10);
      expect(dot(run(apply("convWeightGrad", [X, G], { ...attrs, kernelSize })), w)).toBeCloseTo(dot(y, g), 10);
    },
  );
});
