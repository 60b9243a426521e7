/** @file What a model that draws in raster order shows of itself: samples, and held-out pictures whose lower half it draws anew. */
import { ndarray, sizeOf, type Dataset, type NdArray, type Program, type Rows, type Shape } from "@gen/core";
import type { Picture } from "../recipe.js";

const [COLUMNS, ROWS] = [10, 6];
/** Completions of each half. */
const VARIANTS = 4;

export interface Raster {
  /** Of a row; of pictures [C, H, W]. */
  readonly shape: Shape;
  /** Classes to draw from, or 0. */
  readonly classes: number;
  /** Rows to complete. */
  readonly data: Dataset;
  /** Draws `samples`, fed with a `label` if there are classes. */
  readonly sample: (n: number) => Program;
  /** Draws what is `completed`, given x and how many of its numbers are `known`. */
  readonly complete: (n: number) => Program;
}

/** Nothing for rows that are no pictures. */
export function rasterPictures(raster: Raster): Record<string, Picture> {
  const [channels] = raster.shape;
  const isPicture = raster.shape.length === 3 && (channels === 1 || channels === 3);
  return isPicture ? { samples: samples(raster), completions: completions(raster) } : {};
}

function samples({ classes, sample }: Raster): Picture {
  const n = ROWS * COLUMNS;
  let program: Program | undefined;
  return {
    title: "Samples",
    caption: "Drawn pixel after pixel: none of them is in the data.",
    columns: COLUMNS,
    async draw({ runtime, store, from, key }) {
      program ??= sample(n);
      const labels = Array.from({ length: n }, (_, i) => i % classes);
      const feeds = classes === 0 ? {} : { label: ndarray(labels, [n], "i32") };
      return (await runtime.run(program, { store, from, key, feeds }))["samples"]!;
    },
  };
}

/** A line of held-out pictures, a line of what is given of them, and lines of what the model makes of that. */
function completions({ shape, classes, data, complete }: Raster): Picture {
  const n = COLUMNS * VARIANTS;
  const [, height, width] = shape as [number, number, number];
  const half = Math.floor(height / 2) * width;
  let program: Program | undefined;
  return {
    title: "Completions",
    caption: `Held-out pictures; below each its upper half, which is all that is given; below that ${VARIANTS} ways to go on.`,
    columns: COLUMNS,
    scale: 2,
    async draw({ runtime, store, from, key }) {
      program ??= complete(n);
      const chosen = Array.from({ length: COLUMNS }, (_, i) => Math.floor(((i + 0.5) * data.length) / COLUMNS));
      const rows = await data.rows(Array.from({ length: n }, (_, i) => chosen[i % COLUMNS]!));
      const x = intensities(rows["x"]!);
      const feeds: Rows = {
        x,
        known: ndarray(new Array<number>(n).fill(half), [n], "i32"),
        ...(classes === 0 ? {} : { label: rows["label"]! }),
      };
      const { completed } = await runtime.run(program, { store, from, key, feeds });
      const line = COLUMNS * sizeOf(shape);
      const originals = Array.from((x.data as Float32Array).subarray(0, line));
      const given = originals.map((v, i) => (i % (height * width) < half ? v : 0.5));
      const all = [...originals, ...given, ...(completed!.data as Float32Array)];
      return ndarray(all, [COLUMNS * (VARIANTS + 2), ...shape]);
    },
  };
}

function intensities({ shape, data }: NdArray): NdArray {
  return ndarray(
    Float32Array.from(data as Uint8Array, (value) => value / 255),
    shape,
  );
}
