/** @file What a flow shows of itself: samples, walks and completed pictures, or of tables how its rows lie beside the data. */
import { ndarray, sizeOf, type Dataset, type NdArray, type Program } from "@gen/core";
import type { ColumnInfo } from "@gen/core/codec";
import { complete, interpolate, sample, type Flow } from "@gen/flow";
import type { Picture } from "../recipe.js";
import { tablePictures } from "./flow-tables.js";

const [COLUMNS, ROWS, WALKS, STEPS] = [10, 8, 4, 10];
/** Pictures that are completed, and steps of the dynamics that do it. */
const [COMPLETED, DYNAMICS] = [8, 60];

export interface FlowPicturesOptions {
  /** Held-out rows. */
  readonly rows: Dataset;
  /** Of a table. */
  readonly columns: readonly ColumnInfo[] | undefined;
  /** Whether the inverse takes one pass. */
  readonly isQuick: boolean;
}

/** @returns nothing for rows that are neither pictures nor those of a table */
export function flowPictures(flow: Flow, { rows, columns, isQuick }: FlowPicturesOptions): Record<string, Picture> {
  const [channels] = flow.shape;
  if (columns !== undefined) return tablePictures(flow, { rows, columns });
  if (flow.shape.length !== 3 || (channels !== 1 && channels !== 3)) return {};
  if (flow.contextDim > 0) return { samples: grid(flow) };
  return { samples: grid(flow), walk: walk(flow, rows), ...(isQuick ? { completed: completed(flow, rows) } : {}) };
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

function walk(flow: Flow, rows: Dataset): Picture {
  let program: Program | undefined;
  return {
    title: "Walks",
    caption: "From one held-out picture to another, straight in the space of codes; both ends are the pictures.",
    columns: STEPS,
    async draw({ runtime, store, from, key }) {
      program ??= interpolate(flow, { steps: STEPS });
      const parts: NdArray[] = [];
      for (let i = 0; i < WALKS; i++) {
        const feeds = { from: await intensities(rows, [2 * i]), to: await intensities(rows, [2 * i + 1]) };
        parts.push((await runtime.run(program, { store, from, key, feeds }))["x"]!);
      }
      return joined(parts);
    },
  };
}

function completed(flow: Flow, rows: Dataset): Picture {
  let program: Program | undefined;
  const [, height, width] = flow.shape as [number, number, number];
  const mask = Float32Array.from({ length: COMPLETED * sizeOf(flow.shape) }, (_, i) =>
    Number(Math.floor(i / width) % height < height / 2),
  );
  return {
    title: "Completed",
    caption:
      "Above: held-out pictures whose lower half is hidden. Below: filled in, approximately, by a short run of Langevin dynamics of codes.",
    columns: COMPLETED,
    async draw({ runtime, store, from, key }) {
      program ??= complete(flow, { n: COMPLETED, steps: DYNAMICS });
      const x = await intensities(
        rows,
        Array.from({ length: COMPLETED }, (_, i) => i),
      );
      const feeds = { x, mask: ndarray(mask, x.shape) };
      const { x: filled } = await runtime.run(program, { store, from, key, feeds });
      const hidden = ndarray(
        (x.data as Float32Array).map((v, i) => v * mask[i]!),
        x.shape,
      );
      return joined([hidden, filled!]);
    },
  };
}

/** Rows of pictures as numbers in [0, 1]. */
async function intensities(rows: Dataset, indices: readonly number[]): Promise<NdArray> {
  const { x } = await rows.rows(indices.map((i) => i % rows.length));
  return ndarray(
    Float32Array.from(x!.data as Uint8Array, (v) => v / 255),
    x!.shape,
  );
}

function joined(parts: readonly NdArray[]): NdArray {
  const [, ...shape] = parts[0]!.shape;
  const data = Float32Array.from(parts.flatMap(({ data }) => Array.from(data as Float32Array)));
  return ndarray(data, [data.length / sizeOf(shape), ...shape]);
}
