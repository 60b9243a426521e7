/**
 * @file Reference meaning of the products. A convolution is the bilinear map y = Σ x · w over triples of positions
 * (x, w, y); its two gradients are the same sum with another of the three on the left.
 */
import type { NdArray } from "../ndarray.js";
import { sizeOf, stridesOf, type Shape } from "../shape.js";
import { blank, broadcastPositions, elementsOf, type EvaluateTable } from "./evaluate-arrays.js";
import type { ConvAttrs } from "./ops.js";

type Visit = (x: number, w: number, y: number) => void;

/** Every (x, w, y) whose product is a term of the convolution. */
function forEachTerm(shapes: { x: Shape; w: Shape; y: Shape }, attrs: ConvAttrs, visit: Visit): void {
  const [count, channels] = shapes.x as [number, number];
  const [outputs, perGroup] = shapes.w as [number, number];
  const [xSize, wSize, ySize] = [shapes.x, shapes.w, shapes.y].map((shape) => sizeOf(shape.slice(2))) as [
    number,
    number,
    number,
  ];
  const taps = spatialTerms(shapes, attrs);
  for (let n = 0; n < count; n++) {
    for (let o = 0; o < outputs; o++) {
      const group = Math.floor(o / (outputs / attrs.groups));
      for (let c = 0; c < perGroup; c++) {
        const x = (n * channels + group * perGroup + c) * xSize;
        const w = (o * perGroup + c) * wSize;
        const y = (n * outputs + o) * ySize;
        for (const tap of taps) visit(x + tap.x, w + tap.w, y + tap.y);
      }
    }
  }
}

/** The same for one pair of channels: along each axis, x = y·stride + w·dilation − pad, where that is inside. */
function spatialTerms(
  { x, w, y }: { x: Shape; w: Shape; y: Shape },
  { strides, pads, dilations }: ConvAttrs,
): { x: number; w: number; y: number }[] {
  const [xSteps, wSteps, ySteps] = [x, w, y].map((shape) => stridesOf(shape.slice(2))) as [
    number[],
    number[],
    number[],
  ];
  let terms = [{ x: 0, w: 0, y: 0 }];
  strides.forEach((stride, axis) => {
    const along: typeof terms = [];
    for (let i = 0; i < y[axis + 2]!; i++) {
      for (let k = 0; k < w[axis + 2]!; k++) {
        const at = i * stride + k * dilations[axis]! - pads[axis]!;
        if (at >= 0 && at < x[axis + 2]!)
          along.push({ x: at * xSteps[axis]!, w: k * wSteps[axis]!, y: i * ySteps[axis]! });
      }
    }
    terms = terms.flatMap((t) => along.map((a) => ({ x: t.x + a.x, w: t.w + a.w, y: t.y + a.y })));
  });
  return terms;
}

function numbersOf(array: NdArray): Float64Array {
  return elementsOf(array) as unknown as Float64Array;
}

export const productRules = {
  matmul: ([a, b], { types }) => {
    const { array } = blank(types[0]!);
    const [x, y, out] = [numbersOf(a!), numbersOf(b!), numbersOf(array)];
    const batch = array.shape.slice(0, -2);
    const [rows, inner, columns] = [a!.shape.at(-2)!, a!.shape.at(-1)!, b!.shape.at(-1)!];
    const [p, q] = [broadcastPositions(a!.shape.slice(0, -2), batch), broadcastPositions(b!.shape.slice(0, -2), batch)];
    for (let n = 0; n < p.length; n++) {
      for (let i = 0; i < rows; i++) {
        for (let k = 0; k < inner; k++) {
          const factor = x[(p[n]! * rows + i) * inner + k]!;
          for (let j = 0; j < columns; j++)
            out[(n * rows + i) * columns + j]! += factor * y[(q[n]! * inner + k) * columns + j]!;
        }
      }
    }
    return [array];
  },
  conv: ([x, w], { types, attrs }) => {
    const { array } = blank(types[0]!);
    const [from, by, out] = [numbersOf(x!), numbersOf(w!), numbersOf(array)];
    forEachTerm({ x: x!.shape, w: w!.shape, y: array.shape }, attrs, (i, k, o) => (out[o]! += from[i]! * by[k]!));
    return [array];
  },
  convInputGrad: ([g, w], { types, attrs }) => {
    const { array } = blank(types[0]!);
    const [from, by, out] = [numbersOf(g!), numbersOf(w!), numbersOf(array)];
    forEachTerm({ x: array.shape, w: w!.shape, y: g!.shape }, attrs, (i, k, o) => (out[i]! += from[o]! * by[k]!));
    return [array];
  },
  convWeightGrad: ([x, g], { types, attrs }) => {
    const { array } = blank(types[0]!);
    const [from, by, out] = [numbersOf(x!), numbersOf(g!), numbersOf(array)];
    forEachTerm({ x: x!.shape, w: array.shape, y: g!.shape }, attrs, (i, k, o) => (out[k]! += from[i]! * by[o]!));
    return [array];
  },
} satisfies Partial<EvaluateTable>;
