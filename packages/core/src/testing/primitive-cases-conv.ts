/** @file Cases of convolutions and of their gradients: the same geometries for all three. */
import type { ConvAttrs } from "../ir/ops.js";
import type { Shape } from "../shape.js";
import { apply } from "../tensor/tensor.js";
import { primitiveCase, spread, type PrimitiveCase } from "./primitive-cases-build.js";

/** A convolution: its operands' shapes and how the kernel moves. */
export interface Geometry extends ConvAttrs {
  readonly name: string;
  readonly x: Shape;
  readonly w: Shape;
}

const plain = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], groups: 1 };
const plain1 = { strides: [1], pads: [0, 0], dilations: [1], groups: 1 };

export const geometries: readonly Geometry[] = [
  { name: "3×3", x: [2, 2, 5, 4], w: [3, 2, 3, 3], ...plain },
  { name: "1×1", x: [2, 3, 2, 3], w: [2, 3, 1, 1], ...plain },
  { name: "same size", x: [1, 2, 4, 3], w: [2, 2, 3, 3], ...plain, pads: [1, 1, 1, 1] },
  { name: "one channel out", x: [2, 3, 4, 5], w: [1, 3, 3, 2], ...plain, pads: [2, 0, 1, 1], dilations: [1, 2] },
  { name: "stride 2", x: [1, 2, 5, 6], w: [2, 2, 3, 3], ...plain, strides: [2, 2], pads: [1, 1, 1, 1] },
  { name: "stride 2 that leaves a rest", x: [1, 1, 6, 7], w: [2, 1, 3, 2], ...plain, strides: [2, 3] },
  { name: "stride 2, kernel 4", x: [1, 2, 6, 6], w: [1, 2, 4, 4], ...plain, strides: [2, 2], pads: [1, 1, 1, 1] },
  { name: "dilation", x: [1, 2, 6, 5], w: [2, 2, 2, 3], ...plain, dilations: [2, 2] },
  { name: "asymmetric pads", x: [1, 2, 3, 4], w: [2, 2, 2, 3], ...plain, pads: [1, 0, 0, 2] },
  { name: "groups", x: [2, 4, 4, 3], w: [6, 2, 2, 2], ...plain, groups: 2 },
  { name: "depthwise", x: [1, 3, 4, 4], w: [3, 1, 3, 3], ...plain, pads: [1, 1, 1, 1], groups: 3 },
  {
    name: "everything at once",
    x: [2, 4, 7, 6],
    w: [2, 2, 2, 3],
    strides: [2, 1],
    pads: [1, 2, 0, 1],
    dilations: [2, 2],
    groups: 2,
  },
  { name: "1-d", x: [2, 2, 7], w: [3, 2, 3], ...plain1 },
  { name: "1-d, causal and dilated", x: [1, 2, 6], w: [2, 2, 2], ...plain1, pads: [2, 0], dilations: [2] },
  { name: "1-d, stride", x: [1, 1, 8], w: [2, 1, 3], ...plain1, strides: [3], pads: [1, 1] },
];

/** Extents of the result. */
export function convShape({ x, w, strides, pads, dilations }: Geometry): number[] {
  const extent = (stride: number, i: number): number => {
    const covered = (w[i + 2]! - 1) * dilations[i]! + 1;
    return Math.floor((x[i + 2]! + pads[i]! + pads[i + strides.length]! - covered) / stride) + 1;
  };
  return [x[0]!, w[0]!, ...strides.map(extent)];
}

export function convCases(op: "conv" | "convInputGrad" | "convWeightGrad"): PrimitiveCase[] {
  return geometries.map((geometry) => {
    const { name, strides, pads, dilations, groups } = geometry;
    const attrs = { strides, pads, dilations, groups };
    const [x, w, g] = [spread(geometry.x), spread(geometry.w, [-1, 1], 1), spread(convShape(geometry), [-1, 2], 2)];
    if (op === "conv") return primitiveCase(name, { x, w }, (t) => apply(op, [t.x, t.w], attrs));
    if (op === "convInputGrad") {
      return primitiveCase(name, { g, w }, (t) => apply(op, [t.g, t.w], { ...attrs, inputSize: geometry.x.slice(2) }));
    }
    return primitiveCase(name, { x, g }, (t) => apply(op, [t.x, t.g], { ...attrs, kernelSize: geometry.w.slice(2) }));
  });
}
