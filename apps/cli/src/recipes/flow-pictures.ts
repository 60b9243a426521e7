/** @file What a flow shows of itself: samples, as pictures or, of points in the plane, as a map of where they fall. */
import { ndarray, type Program } from "@gen/core";
import { sample, type Flow } from "@gen/flow";
import type { Picture } from "../recipe.js";
import { histogram, MAP_POINTS } from "./points-map.js";

const COLUMNS = 10;
const ROWS = 8;

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
      program ??= sample(flow, { n: MAP_POINTS });
      return histogram((await runtime.run(program, { store, from, key }))["samples"]!);
    },
  };
}
