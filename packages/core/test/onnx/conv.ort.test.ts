import { describe, expect, it } from "vitest";
import type { ConvAttrs } from "../../src/ir/ops.js";
import { grad } from "../../src/autodiff/grad.js";
import { lower } from "../../src/onnx/lower.js";
import { feed } from "../../src/tensor/inputs.js";
import { apply } from "../../src/tensor/tensor.js";
import { check, graphOf, numbers } from "./check.js";

interface Case extends Partial<ConvAttrs> {
  readonly x: number[];
  readonly w: number[];
}

const cases: Record<string, Case> = {
  "3×3": { x: [2, 3, 5, 6], w: [4, 3, 3, 3], pads: [1, 1, 1, 1] },
  "1×1": { x: [2, 3, 5, 6], w: [4, 3, 1, 1] },
  "without padding": { x: [2, 3, 5, 6], w: [4, 3, 3, 2] },
  "stride 2": { x: [2, 3, 7, 6], w: [4, 3, 3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  "stride 2, a rest": { x: [2, 3, 8, 7], w: [4, 3, 3, 4], strides: [2, 3], pads: [1, 0, 0, 1] },
  "stride beyond the kernel": { x: [1, 2, 9, 9], w: [3, 2, 2, 2], strides: [4, 4] },
  dilation: { x: [2, 3, 9, 8], w: [4, 3, 3, 3], dilations: [2, 3], pads: [2, 3, 2, 3] },
  "dilation and stride": { x: [2, 3, 11, 10], w: [4, 3, 3, 2], dilations: [2, 1], strides: [2, 3], pads: [1, 0, 2, 1] },
  "uneven padding": { x: [2, 3, 5, 6], w: [4, 3, 3, 3], pads: [0, 2, 1, 0] },
  "padding beyond the kernel": { x: [2, 3, 3, 3], w: [4, 3, 2, 2], pads: [2, 2, 2, 2] },
  groups: { x: [2, 4, 5, 6], w: [6, 2, 3, 3], groups: 2, pads: [1, 1, 1, 1] },
  "groups and stride": { x: [3, 4, 8, 6], w: [6, 2, 3, 3], groups: 2, pads: [1, 1, 1, 1], strides: [2, 2] },
  depthwise: { x: [2, 4, 5, 6], w: [4, 1, 3, 3], groups: 4, pads: [1, 1, 1, 1] },
  "wide enough for products": { x: [2, 8, 7, 6], w: [9, 8, 4, 4], pads: [1, 1, 1, 1], strides: [2, 2] },
  "wide enough for products, one axis": { x: [2, 8, 9], w: [12, 8, 3], pads: [2, 0], dilations: [2] },
  "one axis": { x: [2, 3, 9], w: [4, 3, 3], pads: [2, 0], strides: [2], dilations: [2] },
  "one axis, groups": { x: [2, 4, 9], w: [4, 2, 3], pads: [1, 1], groups: 2 },
};

describe.each(Object.keys(cases))("conv: %s", (name) => {
  const { x: xs, w: ws, ...given } = cases[name]!;
  const rank = xs.length - 2;
  const ones = Array<number>(rank).fill(1);
  const attrs: ConvAttrs = {
    strides: ones,
    dilations: ones,
    pads: Array<number>(2 * rank).fill(0),
    groups: 1,
    ...given,
  };

  it.each(["portable", "cpu"] as const)("with its gradients, %s", async (target) => {
    const [x, w] = [feed(xs), feed(ws)];
    const y = apply("conv", [x, w], attrs);
    const g = feed(y.shape);
    const [dx, dw] = grad(y.mul(g).sum(), [x, w]);
    const graph = graphOf({ x, w, g }, { y, dx: dx!, dw: dw! });
    await check(
      graph,
      { x: numbers(xs), w: numbers(ws, "f32", 2), g: numbers(y.shape, "f32", 3) },
      { target, atol: 1e-4 },
    );
  });
});

it("computes f64 in f32, which alone has a kernel", async () => {
  const [x, w] = [feed([1, 2, 4, 4], "f64"), feed([3, 2, 3, 3], "f64")];
  const y = apply("conv", [x, w], { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 });
  await check(graphOf({ x, w }, { y }), { x: numbers([1, 2, 4, 4], "f64"), w: numbers([3, 2, 3, 3], "f64") });
});

it("multiplies slices on the CPU, and convolves elsewhere", () => {
  const [x, g] = [feed([2, 3, 8, 8]), feed([2, 4, 8, 8])];
  const attrs = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1, kernelSize: [3, 3] };
  const graph = graphOf({ x, g }, { dw: apply("convWeightGrad", [x, g], attrs) });
  const ops = (target: "portable" | "cpu") => lower(graph, { target }).graph.nodes.map(({ op }) => op);
  expect(ops("portable")).toEqual(["Transpose", "Transpose", "Conv", "Transpose"]);
  expect(ops("cpu").filter((op) => op === "FusedMatMul")).toHaveLength(1);
});

it("gathers and multiplies where there are channels enough", () => {
  const [x, w] = [feed([2, 8, 8, 8]), feed([16, 8, 4, 4])];
  const y = apply("conv", [x, w], { strides: [2, 2], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 });
  const graph = graphOf({ x, w }, { y });
  const ops = (target: "portable" | "cpu") => new Set(lower(graph, { target }).graph.nodes.map(({ op }) => op));
  expect(ops("portable")).toEqual(new Set(["Conv"]));
  expect(ops("cpu").has("Conv")).toBe(false);
  expect(ops("cpu").has("Gather")).toBe(true);
});
