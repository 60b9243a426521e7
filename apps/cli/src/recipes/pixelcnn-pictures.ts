/** @file What a model of pixels shows of itself: samples, and held-out pictures whose lower half it draws anew. */
import { ndarray, sizeOf, type Dataset, type NdArray, type Program, type Rows } from "@gen/core";
import { completePixels, samplePixels, type PixelModel } from "@gen/autoregressive";
import type { Picture } from "../recipe.js";

const [COLUMNS, ROWS] = [10, 6];
/** Completions of each half. */
const VARIANTS = 4;

/** @param data rows to complete */
export function pixelPictures(model: PixelModel, data: Dataset): Record<string, Picture> {
  const [channels] = model.shape;
  return channels === 1 || channels === 3 ? { samples: samples(model), completions: completions(model, data) } : {};
}

function samples(model: PixelModel): Picture {
  const n = ROWS * COLUMNS;
  let program: Program | undefined;
  return {
    title: "Samples",
    caption: "Drawn pixel after pixel: none of them is in the data.",
    columns: COLUMNS,
    async draw({ runtime, store, from, key }) {
      program ??= samplePixels(model, { n });
      const labels = Array.from({ length: n }, (_, i) => i % model.classes);
      const feeds = model.classes === 0 ? {} : { label: ndarray(labels, [n], "i32") };
      return (await runtime.run(program, { store, from, key, feeds }))["samples"]!;
    },
  };
}

/** A line of held-out pictures, a line of what is given of them, and lines of what the model makes of that. */
function completions(model: PixelModel, data: Dataset): Picture {
  const n = COLUMNS * VARIANTS;
  const [, height, width] = model.shape as [number, number, number];
  const half = Math.floor(height / 2) * width;
  let program: Program | undefined;
  return {
    title: "Completions",
    caption: `Held-out pictures; below each its upper half, which is all that is given; below that ${VARIANTS} ways to go on.`,
    columns: COLUMNS,
    scale: 2,
    async draw({ runtime, store, from, key }) {
      program ??= completePixels(model, { n });
      const chosen = Array.from({ length: COLUMNS }, (_, i) => Math.floor(((i + 0.5) * data.length) / COLUMNS));
      const rows = await data.rows(Array.from({ length: n }, (_, i) => chosen[i % COLUMNS]!));
      const x = intensities(rows["x"]!);
      const feeds: Rows = {
        x,
        known: ndarray(new Array<number>(n).fill(half), [n], "i32"),
        ...(model.classes === 0 ? {} : { label: rows["label"]! }),
      };
      const { completed } = await runtime.run(program, { store, from, key, feeds });
      const line = COLUMNS * sizeOf(model.shape);
      const originals = Array.from((x.data as Float32Array).subarray(0, line));
      const given = originals.map((v, i) => (i % (height * width) < half ? v : 0.5));
      const all = [...originals, ...given, ...(completed!.data as Float32Array)];
      return ndarray(all, [COLUMNS * (VARIANTS + 2), ...model.shape]);
    },
  };
}

function intensities({ shape, data }: NdArray): NdArray {
  return ndarray(
    Float32Array.from(data as Uint8Array, (value) => value / 255),
    shape,
  );
}
