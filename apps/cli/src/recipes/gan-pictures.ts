/** @file What a GAN shows of itself: samples, walks between them, or, of points in the plane, a map of where they fall. */
import { inference, ndarray, type Key, type NdArray, type Program } from "@gen/core";
import { generate, interpolate, sample, type Gan } from "@gen/gan";
import type { Live, Picture, Recording } from "../recipe.js";
import { histogram, MAP_POINTS } from "./points-map.js";
import { waves } from "./waves.js";

const [COLUMNS, ROWS] = [10, 8];
const [WALKS, WALK_STEPS] = [6, 12];
/** Sounds that are shown, and heard. */
const SOUNDS = 8;

/** @returns nothing for rows that are neither pictures nor sounds nor points in the plane */
export function ganPictures(gan: Gan): Record<string, Picture> {
  const [channels] = gan.shape;
  if (gan.shape.length === 3 && (channels === 1 || channels === 3)) return { samples: grid(gan), walk: walks(gan) };
  if (gan.shape.length === 2) return { samples: sounds(gan) };
  return gan.shape.length === 1 && channels === 2 && gan.classes === 0 ? { samples: map(gan) } : {};
}

/** @param rate samples a second */
export function ganRecordings(gan: Gan, rate: number): Record<string, Recording> {
  const draw = drawing(gan, SOUNDS);
  return {
    samples: {
      title: "Samples to listen to",
      caption: "The same as in the picture; gen sample writes more of them as .wav.",
      async record(live) {
        const { data, shape } = await draw(live);
        const [, channels, length] = shape as [number, number, number];
        const size = channels * length;
        const within = (data as Float32Array).map((v) => Math.min(1, Math.max(-1, v)));
        return Array.from({ length: SOUNDS }, (_, i) => {
          const one = within.slice(i * size, (i + 1) * size);
          return { samples: ndarray(one, [channels, length]), rate };
        });
      },
    },
  };
}

/** Draws n rows, of a model with classes one class after the other. */
function drawing(gan: Gan, n: number): Picture["draw"] {
  let program: Program | undefined;
  return async ({ runtime, store, from, key }) => {
    program ??= sample(gan, { n });
    return (await runtime.run(program, { store, from, key, feeds: labels(gan, n, (i) => i) }))["samples"]!;
  };
}

function sounds(gan: Gan): Picture {
  const draw = drawing(gan, SOUNDS);
  return {
    title: "Samples",
    caption: "Sounds made from noise, as waves over time.",
    columns: 2,
    draw: async (live) => waves(await draw(live)),
  };
}

function grid(gan: Gan): Picture {
  return {
    title: "Samples",
    caption:
      gan.classes === 0
        ? "Made from noise, by the running average of the generator: none of them is in the data."
        : "Made from noise, one class after the other, by the running average of the generator: none of them is in the data.",
    columns: COLUMNS,
    draw: drawing(gan, ROWS * COLUMNS),
  };
}

/** From one noise to another, straight where there are codes. */
function walks(gan: Gan): Picture {
  const { latent } = gan;
  const path = latent.prior === "normal" && latent.codes.length === 0 ? "spherical" : "linear";
  let [ends, made]: [Program?, Program?] = [];
  return {
    title: "Walks",
    caption: "Each row a walk from one noise to another in even steps.",
    columns: WALK_STEPS,
    scale: 2,
    async draw({ runtime, store, from, key }: Live & { readonly key: Key }) {
      ends ??= inference(gan, {}, (_, scope) => ({ z: latent.draw(2 * WALKS, scope) }));
      made ??= generate(gan, { n: WALKS * WALK_STEPS });
      const { z } = await runtime.run(ends, { store, from, key });
      const row = (i: number): NdArray =>
        ndarray((z!.data as Float32Array).slice(i * latent.width, (i + 1) * latent.width), [latent.width]);
      const all = Array.from({ length: WALKS }, (_, walk) => [
        ...(interpolate({ from: row(2 * walk), to: row(2 * walk + 1), steps: WALK_STEPS, path }).data as Float32Array),
      ]);
      const n = WALKS * WALK_STEPS;
      const feeds = { z: ndarray(all.flat(), [n, latent.width]), ...labels(gan, n, (i) => Math.floor(i / WALK_STEPS)) };
      return (await runtime.run(made, { store, from, feeds }))["x"]!;
    },
  };
}

function map(gan: Gan): Picture {
  let program: Program | undefined;
  return {
    title: "Samples",
    caption: "Where 20,000 generated points fall, within three deviations of their mean; brighter is denser.",
    columns: 1,
    scale: 2,
    async draw({ runtime, store, from, key }) {
      program ??= sample(gan, { n: MAP_POINTS });
      return histogram((await runtime.run(program, { store, from, key }))["samples"]!);
    },
  };
}

function labels({ classes }: Gan, n: number, of: (i: number) => number): Record<string, NdArray> {
  if (classes === 0) return {};
  return {
    label: ndarray(
      Array.from({ length: n }, (_, i) => of(i) % classes),
      [n],
      "i32",
    ),
  };
}
