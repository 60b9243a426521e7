/** @file What a diffusion model shows of itself: samples, and noise on its way to them. */
import { ndarray, sizeOf, type NdArray, type Program } from "@gen/core";
import { denoising, generate, type Diffusion, type SamplerName } from "@gen/diffusion";
import type { Picture } from "../recipe.js";
import { histogram, MAP_POINTS } from "./points-map.js";

export interface ShownOptions {
  readonly sampler: SamplerName;
  readonly samplerSteps: number;
  readonly guidance: number;
  readonly classes: number;
}

const [COLUMNS, ROWS] = [10, 8];
/** Samples whose way is shown, and pictures on it. */
const [WAYS, FRAMES] = [6, 10];

/** @returns nothing for rows that are neither pictures nor points in the plane */
export function diffusionPictures(model: Diffusion, options: ShownOptions): Record<string, Picture> {
  const [channels] = model.shape;
  if (model.shape.length === 3 && (channels === 1 || channels === 3))
    return { samples: grid(model, options), denoising: strip(model, options) };
  return model.shape.length === 1 && channels === 2 && model.condition === undefined
    ? { samples: map(model, options) }
    : {};
}

function drawing(model: Diffusion, { sampler, samplerSteps: steps, guidance, classes }: ShownOptions, n: number) {
  if (model.condition === undefined) return { options: { n, sampler, steps }, feeds: {} };
  const label = ndarray(
    Array.from({ length: n }, (_, i) => i % classes),
    [n],
    "i32",
  );
  return { options: { n, sampler, steps, guidance: { weight: guidance } }, feeds: { label } };
}

function grid(model: Diffusion, shown: ShownOptions): Picture {
  const { options, feeds } = drawing(model, shown, ROWS * COLUMNS);
  return {
    title: "Samples",
    caption: `Drawn in ${shown.samplerSteps} steps of ${shown.sampler}${model.condition === undefined ? "" : ", one class after the other"}: none of them is in the data.`,
    columns: COLUMNS,
    draw: ({ runtime, store, from, key }) => generate(model, { ...options, runtime, store, from, key, feeds }),
  };
}

function strip(model: Diffusion, shown: ShownOptions): Picture {
  const { options, feeds } = drawing(model, shown, WAYS);
  const steps = Math.max(shown.samplerSteps, FRAMES - 1);
  let program: Program | undefined;
  return {
    title: "From noise to samples",
    caption:
      "Each row is one sample on its way: noise at the left, what the sampler has made of it further and further to the right.",
    columns: FRAMES,
    async draw({ runtime, store, from, key }) {
      program ??= denoising(model, { ...options, steps });
      const { frames } = await runtime.run(program, { store, from, key, feeds });
      return chosen(frames!, FRAMES);
    },
  };
}

/** Some of the frames [T, N, …], evenly, as rows of pictures: [N · count, …], a sample after the other. */
function chosen({ data, shape }: NdArray, count: number): NdArray {
  const [total, n, ...row] = shape as [number, number, ...number[]];
  const size = sizeOf(row);
  const out = new Float32Array(n * count * size);
  for (let sample = 0; sample < n; sample++) {
    for (let k = 0; k < count; k++) {
      const frame = Math.round((k * (total - 1)) / (count - 1));
      const at = (frame * n + sample) * size;
      out.set((data as Float32Array).subarray(at, at + size), (sample * count + k) * size);
    }
  }
  return ndarray(out, [n * count, ...row]);
}

function map(model: Diffusion, shown: ShownOptions): Picture {
  const { options } = drawing(model, shown, MAP_POINTS);
  return {
    title: "Samples",
    caption: "Where 20,000 drawn points fall, within three deviations of their mean; brighter is denser.",
    columns: 1,
    scale: 2,
    draw: async ({ runtime, store, from, key }) =>
      histogram(await generate(model, { ...options, runtime, store, from, key })),
  };
}
