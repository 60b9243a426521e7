/** @file Slice as ONNX has it: some axes, negative positions, ends beyond the axis, steps that run backwards. */
import { ndarray } from "../ndarray.js";
import { normalizeAxis } from "../shape.js";
import { constant, type Tensor } from "../tensor/tensor.js";
import type { Site } from "./import.js";

export function importSlice(site: Site): Tensor {
  const starts = site.ints(1)!;
  const ends = site.ints(2)!;
  const axes = site.ints(3) ?? starts.map((_, i) => i);
  const steps = site.ints(4) ?? starts.map(() => 1);
  return axes.reduce((x, given, i) => {
    const axis = normalizeAxis(given, x.rank, "Slice");
    return cut(x, axis, { start: starts[i]!, end: ends[i]!, step: steps[i]! });
  }, site.x(0));
}

function cut(x: Tensor, axis: number, { start, end, step }: { start: number; end: number; step: number }): Tensor {
  const extent = x.shape[axis]!;
  const place = (position: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, position < 0 ? position + extent : position));
  if (step > 0) {
    const from = place(start, 0, extent);
    return x.slice(axis, from, { end: Math.max(from, place(end, 0, extent)), step });
  }
  const picked: number[] = [];
  for (let i = place(start, -1, extent - 1); i > place(end, -1, extent - 1); i += step) picked.push(i);
  return x.gather(constant(ndarray(picked, [picked.length], "i32")), axis);
}
