/** @file What a flow shows of itself: samples, as pictures or, of points in the plane, as a map of where they fall. */
import { ndarray, zeros, type NdArray, type Program } from "@gen/core";
import { sample, type Flow } from "@gen/flow";
import type { Picture } from "../recipe.js";

const COLUMNS = 10;
const ROWS = 8;
/** Points of a map, its pixels along a side, and how many of them half of the frame is, in deviations. */
const [POINTS, SIDE, REACH] = [20_000, 160, 3];

/** @returns nothing for rows that are neither pictures nor points in the plane */
export function flowPictures(flow: Flow): Record<string, Picture> {
  const [channels] = flow.shape;
  if (flow.shape.length === 3 && (channels === 1 || channels === 3)) return { samples: grid(flow) };
  return flow.shape.length === 1 && channels === 2 && flow.contextDim === 0 ? { samples: map(flow) } : {};
}

function grid(flow: Flow): Picture {
  const n = ROWS * COLUMNS;
  let program: Program | undefined;
  return {
    title: "Samples",
    caption:
      flow.classes === 0
        ? "Drawn from the base distribution and decoded: none of them is in the data."
        : "Drawn from the base distribution and decoded, one class after the other: none of them is in the data.",
    columns: COLUMNS,
    async draw({ runtime, store, from, key }) {
      program ??= sample(flow, { n });
      const labels = Array.from({ length: n }, (_, i) => i % flow.classes);
      const feeds = flow.classes === 0 ? {} : { label: ndarray(labels, [n], "i32") };
      return (await runtime.run(program, { store, from, key, feeds }))["samples"]!;
    },
  };
}

function map(flow: Flow): Picture {
  let program: Program | undefined;
  return {
    title: "Samples",
    caption: "Where 20,000 drawn points fall, within three deviations of their mean; brighter is denser.",
    columns: 1,
    scale: 2,
    async draw({ runtime, store, from, key }) {
      program ??= sample(flow, { n: POINTS });
      return histogram((await runtime.run(program, { store, from, key }))["samples"]!);
    },
  };
}

/** How often points fall into each pixel, [1, 1, SIDE, SIDE], the most frequent being 1. */
function histogram({ data }: NdArray): NdArray {
  const n = data.length / 2;
  const picture = zeros([1, 1, SIDE, SIDE]);
  const counts = picture.data as Float32Array;
  const frames = [0, 1].map((axis) => {
    const values = Array.from({ length: n }, (_, i) => Number(data[2 * i + axis]));
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const std = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n) || 1;
    return (i: number): number => Math.floor(((values[i]! - mean) / (REACH * std) + 1) * (SIDE / 2));
  });
  for (let i = 0; i < n; i++) {
    const [column, line] = [frames[0]!(i), SIDE - 1 - frames[1]!(i)];
    if (column >= 0 && column < SIDE && line >= 0 && line < SIDE) counts[line * SIDE + column]!++;
  }
  const top = counts.reduce((a, b) => Math.max(a, b), 1);
  counts.forEach((count, i) => (counts[i] = count / top));
  return picture;
}
