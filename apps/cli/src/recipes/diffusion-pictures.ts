/** @file What a diffusion model shows of itself: samples, and noise on its way to them, as a strip and as an animation. */
import { ndarray, sizeOf, type NdArray, type Rows } from "@gen/core";
import { denoising, generate, type Diffusion, type SampleOptions } from "@gen/diffusion";
import type { Picture } from "../recipe.js";
import { histogram, MAP_POINTS } from "./points-map.js";
import { waves } from "./waves.js";

export interface ShownOptions {
  /** Sampler, spacing, and how guided estimates are corrected. */
  readonly how: Pick<SampleOptions, "sampler" | "spacing" | "guidance">;
  readonly samplerSteps: number;
  readonly guidance: number;
}

const [COLUMNS, ROWS] = [10, 8];
/** Samples of the grid. */
export const SHOWN = ROWS * COLUMNS;
/** Samples whose way is shown, and pictures on it. */
const [WAYS, FRAMES] = [6, 10];
/** Pictures of an animation, and its samples. */
const [MOMENTS, MOVING] = [25, 20];
/** Sounds that are shown. */
const WAVES = 8;
/** Points that move. */
const SWARM = 4000;

/**
 * @param given what the samples are conditioned on, {@link SHOWN} of each field
 * @returns nothing for rows that are neither pictures nor sounds nor points in the plane
 */
export function diffusionPictures(model: Diffusion, options: ShownOptions, given: Rows): Record<string, Picture> {
  const [channels] = model.shape;
  const shown = new Shown(model, options, given);
  if (model.shape.length === 3 && (channels === 1 || channels === 3))
    return { samples: shown.grid(), denoising: shown.strip(), "denoising-animation": shown.animation() };
  if (model.shape.length === 2) return { samples: shown.waves() };
  return model.shape.length === 1 && channels === 2 && model.condition === undefined
    ? { samples: shown.map(), "denoising-animation": shown.swarm() }
    : {};
}

class Shown {
  constructor(
    readonly model: Diffusion,
    readonly options: ShownOptions,
    readonly given: Rows,
  ) {}

  grid(): Picture {
    const { how, samplerSteps } = this.options;
    const name = typeof how.sampler === "object" ? how.sampler.name : how.sampler;
    const { options, feeds } = this.#drawing(SHOWN);
    const told = this.model.condition === undefined ? "" : ", told what rows that were held out are told";
    return {
      title: "Samples",
      caption: `Drawn in ${samplerSteps} steps of ${name}${told}: none of them is in the data.`,
      columns: COLUMNS,
      draw: ({ runtime, store, from, key }) => generate(this.model, { ...options, runtime, store, from, key, feeds }),
    };
  }

  waves(): Picture {
    const { options, feeds } = this.#drawing(WAVES);
    return {
      title: "Samples",
      caption: "Sounds that were drawn, as waves over time.",
      columns: 2,
      draw: async ({ runtime, store, from, key }) =>
        waves(await generate(this.model, { ...options, runtime, store, from, key, feeds })),
    };
  }

  strip(): Picture {
    return {
      title: "From noise to samples",
      caption:
        "Each row is one sample on its way: noise at the left, what the sampler has made of it further and further to the right.",
      columns: FRAMES,
      draw: this.#frames(WAYS, FRAMES, (frames) => bySample(frames)),
    };
  }

  animation(): Picture {
    return {
      title: "Denoising, as it goes",
      caption: "Samples from noise to their end, again and again.",
      columns: MOVING / 4,
      frames: MOMENTS,
      draw: this.#frames(MOVING, MOMENTS, ({ data, shape: [frames, n, ...row] }) =>
        ndarray(data, [frames! * n!, ...row]),
      ),
    };
  }

  map(): Picture {
    const { options } = this.#drawing(MAP_POINTS);
    return {
      title: "Samples",
      caption: "Where 20,000 drawn points fall, within three deviations of their mean; brighter is denser.",
      columns: 1,
      scale: 2,
      draw: async ({ runtime, store, from, key }) =>
        histogram(await generate(this.model, { ...options, runtime, store, from, key })),
    };
  }

  /** Points of the plane on their way. */
  swarm(): Picture {
    return {
      title: "Denoising, as it goes",
      caption: `${SWARM.toLocaleString("en")} points from noise to where the data lie, again and again.`,
      columns: 1,
      scale: 2,
      frames: MOMENTS,
      draw: this.#frames(SWARM, MOMENTS, ({ data, shape: [frames, n] }) => {
        const maps = Array.from({ length: frames! }, (_, t) =>
          histogram(ndarray(data.slice(t * n! * 2, (t + 1) * n! * 2), [n!, 2])),
        );
        const side = maps[0]!.shape[2]!;
        const all = Float32Array.from(maps.flatMap((map) => [...(map.data as Float32Array)]));
        return ndarray(all, [frames!, 1, side, side]);
      }),
    };
  }

  /** Draws the way of `n` samples and hands `count` moments of it on: [count, n, …shape]. */
  #frames(n: number, count: number, arranged: (frames: NdArray) => NdArray): Picture["draw"] {
    const { options, feeds } = this.#drawing(n);
    const steps = Math.max(this.options.samplerSteps, count - 1);
    const program = denoising(this.model, { ...options, steps });
    return async ({ runtime, store, from, key }) => {
      const { frames } = await runtime.run(program, { store, from, key, feeds });
      return arranged(some(frames!, count));
    };
  }

  #drawing(n: number) {
    const { how, samplerSteps: steps, guidance: weight } = this.options;
    if (this.model.condition === undefined) return { options: { ...how, n, steps }, feeds: {} };
    return { options: { ...how, n, steps, guidance: { ...how.guidance, weight } }, feeds: firstRows(this.given, n) };
  }
}

function firstRows(rows: Rows, n: number): Rows {
  return Object.fromEntries(
    Object.entries(rows).map(
      ([
        name,
        {
          data,
          shape: [, ...row],
          dtype,
        },
      ]) => {
        return [name, ndarray(data.slice(0, n * sizeOf(row)), [n, ...row], dtype)];
      },
    ),
  );
}

/** Some of the frames [T, …], evenly, the first and the last among them: [count, …]. */
function some({ data, shape: [total, ...rest] }: NdArray, count: number): NdArray {
  const size = sizeOf(rest);
  const out = new Float32Array(count * size);
  for (let k = 0; k < count; k++) {
    const frame = Math.round((k * (total! - 1)) / (count - 1));
    out.set((data as Float32Array).subarray(frame * size, (frame + 1) * size), k * size);
  }
  return ndarray(out, [count, ...rest]);
}

/** Frames [T, N, …] as rows of pictures, a sample after the other: [N · T, …]. */
function bySample({ data, shape: [frames, n, ...row] }: NdArray): NdArray {
  const size = sizeOf(row);
  const out = new Float32Array(data.length);
  for (let i = 0; i < n!; i++)
    for (let t = 0; t < frames!; t++)
      out.set((data as Float32Array).subarray((t * n! + i) * size, (t * n! + i + 1) * size), (i * frames! + t) * size);
  return ndarray(out, [n! * frames!, ...row]);
}
