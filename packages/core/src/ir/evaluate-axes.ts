/** @file Reference meaning of the ops along axes and of those that only move elements. */
import { isReal } from "../dtype.js";
import { GenError } from "../error.js";
import type { NdArray } from "../ndarray.js";
import { stridesOf, type Shape } from "../shape.js";
import {
  blank,
  broadcastPositions,
  elementsOf,
  pick,
  positions,
  type Elements,
  type EvaluateTable,
  type Scalar,
} from "./evaluate-arrays.js";

/** Where in the result each element of `shape` goes, when some axes are reduced. */
function targets(shape: Shape, axes: readonly number[]): Int32Array {
  const strides = stridesOf(shape.map((n, i) => (axes.includes(i) ? 1 : n)));
  return positions(
    shape,
    strides.map((stride, i) => (axes.includes(i) ? 0 : stride)),
  );
}

/** The first positions of the lines along an axis, and the step from one element of a line to the next. */
function lines(shape: Shape, axis: number): { starts: Int32Array; step: number; extent: number } {
  const strides = stridesOf(shape);
  const starts = positions(
    shape.map((n, i) => (i === axis ? 1 : n)),
    strides,
  );
  return { starts, step: strides[axis]!, extent: shape[axis]! };
}

function larger(a: Scalar, b: Scalar): Scalar {
  return typeof a === "number" ? Math.max(a, b as number) : a > b ? a : b;
}

function plus(a: Scalar, b: Scalar): Scalar {
  return (a as number) + (b as number); // both of one kind
}

function checkIndex(index: number, size: number): number {
  if (index < 0 || index >= size)
    throw new GenError("range", `gather, scatterAdd: expected indices in [0, ${size - 1}], got ${index}`);
  return index;
}

export const axisRules = {
  sum: ([x], { types, attrs }) => {
    const { array, data } = blank(types[0]!);
    const from = elementsOf(x!);
    targets(x!.shape, attrs.axes).forEach((to, i) => (data[to] = plus(data[to]!, from[i]!)));
    return [array];
  },
  reduceMax: ([x], { types, attrs }) => {
    const { array, data } = blank(types[0]!);
    const from = elementsOf(x!);
    const seen = new Uint8Array(data.length);
    targets(x!.shape, attrs.axes).forEach((to, i) => {
      data[to] = seen[to] === 1 ? larger(data[to]!, from[i]!) : from[i]!;
      seen[to] = 1;
    });
    return [array];
  },
  argMax: ([x], { types, attrs }) => {
    const { array, data } = blank(types[0]!);
    const from = elementsOf(x!);
    const { starts, step, extent } = lines(x!.shape, attrs.axis);
    starts.forEach((start, line) => {
      let best = 0;
      for (let k = 1; k < extent; k++) if (from[start + k * step]! > from[start + best * step]!) best = k;
      data[line] = best;
    });
    return [array];
  },
  argTopK: ([x], { types, attrs: { k } }) => {
    const { array, data } = blank(types[0]!);
    const from = elementsOf(x!);
    lines(x!.shape, x!.shape.length - 1).starts.forEach((start, line) => {
      const order = Array.from({ length: x!.shape.at(-1)! }, (_, i) => i); // sorting is stable
      order.sort((i, j) => Number(from[start + j]! > from[start + i]!) - Number(from[start + j]! < from[start + i]!));
      for (let place = 0; place < k; place++) data[line * k + place] = order[place]!;
    });
    return [array];
  },
  cumSum: ([x], { types, attrs: { axis, exclusive, reverse } }) => {
    const { array, data } = blank(types[0]!);
    const from = elementsOf(x!);
    const { starts, step, extent } = lines(x!.shape, axis);
    const order = Array.from({ length: extent }, (_, k) => (reverse ? extent - 1 - k : k));
    for (const start of starts) {
      let before = -1; // the position summed last
      for (const k of order) {
        const here = start + k * step;
        const added = exclusive ? before : here; // exclusive: the element before, not the element itself
        if (added >= 0) data[here] = before < 0 ? from[added]! : plus(data[before]!, from[added]!);
        before = here;
      }
    }
    return [array];
  },

  reshape: ([x], { attrs }) => [{ ...x!, shape: attrs.shape }],
  transpose: ([x], { types, attrs: { perm } }) => {
    const strides = stridesOf(x!.shape);
    return [
      pick(
        x!,
        types[0]!,
        positions(
          types[0]!.shape,
          perm.map((axis) => strides[axis]!),
        ),
      ),
    ];
  },
  expand: ([x], { types }) => [pick(x!, types[0]!, broadcastPositions(x!.shape, types[0]!.shape))],
  slice: ([x], { types, attrs: { starts, steps } }) => {
    const strides = stridesOf(x!.shape);
    const offset = strides.reduce((sum, stride, i) => sum + stride * starts[i]!, 0);
    return [
      pick(
        x!,
        types[0]!,
        positions(
          types[0]!.shape,
          strides.map((stride, i) => stride * steps[i]!),
          offset,
        ),
      ),
    ];
  },
  pad: ([x], { types, attrs: { before, value } }) => {
    const { array, data } = blank(types[0]!);
    const strides = stridesOf(array.shape);
    const offset = strides.reduce((sum, stride, i) => sum + stride * before[i]!, 0);
    fill(
      data,
      typeof elementsOf(array)[0] === "bigint" ? BigInt(value) : isReal(array.dtype) ? value : Math.trunc(value),
    );
    place(data, elementsOf(x!), positions(x!.shape, strides, offset));
    return [array];
  },
  concat: (inputs, { types, attrs: { axis } }) => {
    const { array, data } = blank(types[0]!);
    const strides = stridesOf(array.shape);
    let start = 0;
    for (const input of inputs) {
      place(data, elementsOf(input), positions(input.shape, strides, start * strides[axis]!));
      start += input.shape[axis]!;
    }
    return [array];
  },
  gather: ([x, indices], { types, attrs: { axis } }) => [pick(x!, types[0]!, taken(x!.shape, axis, indices!))],
  scatterAdd: ([indices, updates], { types, attrs: { axis } }) => {
    const { array, data } = blank(types[0]!);
    const from = elementsOf(updates!);
    taken(array.shape, axis, indices!).forEach((to, i) => (data[to] = plus(data[to]!, from[i]!)));
    return [array];
  },
} satisfies Partial<EvaluateTable>;

/** Where the elements that `indices` take from an axis lie, in the order in which they stand when taken. */
function taken(shape: Shape, axis: number, indices: NdArray): Int32Array {
  const strides = stridesOf(shape);
  const rows = Int32Array.from(indices.data as Int32Array, (index) => checkIndex(index, shape[axis]!) * strides[axis]!);
  const [outer, inner] = [
    positions(shape.slice(0, axis), strides),
    positions(shape.slice(axis + 1), strides.slice(axis + 1)),
  ];
  const found = new Int32Array(outer.length * rows.length * inner.length);
  let i = 0;
  for (const a of outer) for (const b of rows) for (const c of inner) found[i++] = a + b + c;
  return found;
}

function fill(data: Elements, value: Scalar): void {
  for (let i = 0; i < data.length; i++) data[i] = value;
}

function place(data: Elements, from: Elements, at: Int32Array): void {
  at.forEach((to, i) => (data[to] = from[i]!));
}
