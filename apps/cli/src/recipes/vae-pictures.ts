/** @file What a VAE shows of itself: samples, reconstructions, and walks from one picture to another. */
import { inference, ndarray, sizeOf, type Dataset, type NdArray, type Program, type Rows } from "@gen/core";
import { decode, interpolate, reconstruct, sample, type Vae } from "@gen/vae";
import type { Live, Picture } from "../recipe.js";

const COLUMNS = 10;
/** Rows of samples. */
const ROWS = 8;
/** Walks, each a row of its own. */
const WALKS = 6;
const WALK_STEPS = 12;
/** Classes that a line of samples can hold, and lines in all. */
const WIDEST = 32;
const LINES = 10;

/** @param data rows to reconstruct and to walk between */
export function vaePictures(vae: Vae, data: Dataset): Record<string, Picture> {
  return {
    samples: vae.classes === 0 ? samples(vae) : samplesByClass(vae),
    walk: walks(vae, data),
    reconstructions: reconstructions(vae, data),
  };
}

function samples(vae: Vae): Picture {
  const drawn = once(() => sample(vae, { n: ROWS * COLUMNS }));
  return {
    title: "Samples",
    caption: "Drawn from the prior: none of them is in the data.",
    columns: COLUMNS,
    draw: async ({ runtime, store, from, key }) => (await runtime.run(drawn(), { store, from, key }))["samples"]!,
  };
}

/** All classes with one z, then with the next: each z shows as a style. */
function samplesByClass(vae: Vae): Picture {
  const lines = Math.ceil(Math.min(vae.classes, WIDEST * LINES) / WIDEST); // that one style takes
  const columns = Math.min(WIDEST, Math.ceil(vae.classes / lines));
  const styles = Math.max(1, Math.floor(LINES / lines));
  const n = styles * lines * columns;
  const decoded = once(() => decode(vae, { n }));
  const drawn = once(() => inference(vae, {}, (_, scope) => ({ z: vae.prior.sample(styles, scope) })));
  const classOf = (i: number): number => i % (lines * columns);
  return {
    title: "Samples",
    caption: `${styles === 1 ? "An invented style" : `${styles} invented styles`}: each is one draw from the prior, decoded as every class. None of them is in the data.`,
    columns,
    async draw({ runtime, store, from, key }) {
      const label = ndarray(
        Array.from({ length: n }, (_, i) => Math.min(classOf(i), vae.classes - 1)),
        [n],
        "i32",
      );
      const { z: codes } = await runtime.run(drawn(), { store, from, feeds: {}, key });
      const z = Array.from({ length: n }, (_, i) => {
        const style = Math.floor(i / (lines * columns));
        return [...(codes!.data as Float32Array).subarray(style * vae.latentDim, (style + 1) * vae.latentDim)];
      });
      const feeds = { z: ndarray(z.flat(), [n, vae.latentDim]), label };
      const { x } = await runtime.run(decoded(), { store, from, feeds });
      return blanked(x!, (i) => classOf(i) >= vae.classes);
    },
  };
}

function reconstructions(vae: Vae, data: Dataset): Picture {
  const rebuilt = once(() => reconstruct(vae, { n: COLUMNS * 3, pixels: "u8" }));
  return {
    title: "Reconstructions",
    caption: "Held-out pictures, and below each what is left of it after passing through the latent space.",
    columns: COLUMNS,
    scale: 2,
    async draw({ runtime, store, from }) {
      const rows = await data.rows(apart(COLUMNS * 3, data.length));
      const { reconstruction } = await runtime.run(rebuilt(), { store, from, feeds: rows });
      return interleave(intensities(rows["x"]!), reconstruction!);
    },
  };
}

/** From one held-out picture to another. With classes, half of the walks change the class and keep z, half keep the class. */
function walks(vae: Vae, data: Dataset): Picture {
  const ends = once(() => reconstruct(vae, { n: WALKS * 2, pixels: "u8" }));
  const decoded = once(() => decode(vae, { n: WALKS * WALK_STEPS, mixed: vae.classes > 0 }));
  const meansOf = async ({ runtime, store, from }: Live, rows: Rows): Promise<NdArray> =>
    (await runtime.run(ends(), { store, from, feeds: rows }))["mean"]!;
  return {
    title: "Walks",
    caption:
      vae.classes === 0
        ? "From one held-out picture to another, in even steps through the latent space."
        : "Above, from one class to another in the style of a held-out picture; below, one class from the style of one held-out picture to that of another.",
    columns: WALK_STEPS,
    scale: 2,
    async draw(live) {
      const { runtime, store, from } = live;
      const rows = await data.rows(apart(WALKS * 2, data.length));
      const changesClass = (walk: number): boolean => vae.classes > 0 && walk < WALKS / 2;
      const means = await meansOf(live, rows);
      const feeds = {
        z: between(means, { path: "spherical", stays: changesClass }),
        ...(vae.classes === 0
          ? {}
          : { mixture: between(oneHots(rows, vae.classes), { path: "linear", stays: (walk) => !changesClass(walk) }) }),
      };
      return (await runtime.run(decoded(), { store, from, feeds }))["x"]!;
    },
  };
}

/** A program that is made when it is first needed, and only once: runtimes know programs by identity. */
function once(make: () => Program): () => Program {
  let program: Program | undefined;
  return () => (program ??= make());
}

/** `count` indices, evenly apart. */
function apart(count: number, length: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count));
}

function intensities({ shape, data }: NdArray): NdArray {
  return ndarray(
    Float32Array.from(data as Uint8Array, (value) => value / 255),
    shape,
  );
}

/** Nothing where `isEmpty` says so. */
function blanked({ shape, data }: NdArray, isEmpty: (i: number) => boolean): NdArray {
  const size = sizeOf(shape.slice(1));
  return ndarray(
    Float32Array.from(data as Float32Array, (value, i) => (isEmpty(Math.floor(i / size)) ? 0 : value)),
    shape,
  );
}

/** A line of `a`, the same line of `b` below it, and so on. */
function interleave(a: NdArray, b: NdArray): NdArray {
  const [n, ...shape] = a.shape as [number, ...number[]];
  const line = COLUMNS * sizeOf(shape);
  const data = new Float32Array(2 * a.data.length);
  for (let at = 0; at < a.data.length; at += line) {
    data.set((a.data as Float32Array).subarray(at, at + line), 2 * at);
    data.set((b.data as Float32Array).subarray(at, at + line), 2 * at + line);
  }
  return ndarray(data, [2 * n, ...shape]);
}

interface Paths {
  readonly path: "linear" | "spherical";
  /** Does this walk stay where it begins? */
  readonly stays: (walk: number) => boolean;
}

/** From row 2i to row 2i + 1 in even steps, for each i. @param ends [2W, D] @returns [W · steps, D] */
function between({ shape, data }: NdArray, { path, stays }: Paths): NdArray {
  const [ends, width] = shape as [number, number];
  const row = (i: number): NdArray =>
    ndarray(Float32Array.from(data.slice(i * width, (i + 1) * width), Number), [width]);
  const walks = Array.from({ length: ends / 2 }, (_, walk) => {
    const [from, to] = [row(2 * walk), row(2 * walk + (stays(walk) ? 0 : 1))];
    return [...interpolate({ from, to, steps: WALK_STEPS, path }).data];
  });
  return ndarray(walks.flat(), [(ends / 2) * WALK_STEPS, width]);
}

function oneHots({ label }: Rows, classes: number): NdArray {
  const data = new Float32Array(label!.data.length * classes);
  label!.data.forEach((one: number | bigint, row: number) => (data[row * classes + Number(one)] = 1));
  return ndarray(data, [label!.data.length, classes]);
}
