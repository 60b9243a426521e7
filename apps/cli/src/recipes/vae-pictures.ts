/** @file What a VAE shows of itself: samples, reconstructions, and walks from one picture to another. */
import { ndarray, sizeOf, type Dataset, type NdArray, type Program, type Rows } from "@gen/core";
import { decode, reconstruct, sample, type Vae } from "@gen/vae";
import type { Picture } from "../recipe.js";

const COLUMNS = 10;
/** Rows of samples. */
const ROWS = 8;
/** Walks, each a row of its own. */
const WALKS = 6;

/** @param data rows to reconstruct and to walk between */
export function vaePictures(vae: Vae, data: Dataset, classes: readonly string[] | undefined): Record<string, Picture> {
  const drawn = once(() => sample(vae, { n: ROWS * COLUMNS }));
  const rebuilt = once(() => reconstruct(vae, { n: COLUMNS * 3, pixels: "u8" }));
  const ends = once(() => reconstruct(vae, { n: WALKS * 2, pixels: "u8" }));
  const decoded = once(() => decode(vae, { n: WALKS * COLUMNS, mixed: vae.classes > 0 }));
  return {
    samples: {
      title: "Samples",
      caption:
        vae.classes === 0
          ? "Drawn from the prior: none of them is in the data."
          : "Drawn from the prior, class by class.",
      columns: COLUMNS,
      async draw({ runtime, store, from, key }) {
        const label = vae.classes === 0 ? {} : { label: counting(ROWS * COLUMNS, vae.classes) };
        return (await runtime.run(drawn(), { store, from, key, feeds: label }))["samples"]!;
      },
    },
    reconstructions: {
      title: "Reconstructions",
      caption: "Held-out pictures, and below each what is left of it after passing through the latent space.",
      columns: COLUMNS,
      async draw({ runtime, store, from }) {
        const rows = await data.rows(apart(COLUMNS * 3, data.length));
        const { reconstruction } = await runtime.run(rebuilt(), { store, from, feeds: rows });
        return interleave(intensities(rows["x"]!), reconstruction!);
      },
    },
    walk: {
      title: "Walks",
      caption: `From one held-out ${classes === undefined ? "picture" : "character"} to another, in even steps through the latent space.`,
      columns: COLUMNS,
      async draw({ runtime, store, from }) {
        const rows = await data.rows(apart(WALKS * 2, data.length));
        const { mean } = await runtime.run(ends(), { store, from, feeds: rows });
        const mixture = vae.classes === 0 ? {} : { mixture: between(oneHots(rows, vae.classes)) };
        return (await runtime.run(decoded(), { store, from, feeds: { z: between(mean!), ...mixture } }))["x"]!;
      },
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

/** 0, 1, …, classes − 1, 0, 1, … */
function counting(n: number, classes: number): NdArray {
  return ndarray(
    Array.from({ length: n }, (_, i) => i % classes),
    [n],
    "i32",
  );
}

function intensities({ shape, data }: NdArray): NdArray {
  return ndarray(
    Float32Array.from(data as Uint8Array, (value) => value / 255),
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

/** From row 2i to row 2i + 1 in even steps, for each i. @param ends [2W, D] @returns [W · steps, D] */
function between({ shape, data }: NdArray): NdArray {
  const [ends, width] = shape as [number, number];
  const out = new Float32Array((ends / 2) * COLUMNS * width);
  for (let row = 0; row < (ends / 2) * COLUMNS; row++) {
    const walk = Math.floor(row / COLUMNS);
    const t = (row % COLUMNS) / (COLUMNS - 1);
    for (let d = 0; d < width; d++) {
      const from = Number(data[2 * walk * width + d]);
      const to = Number(data[(2 * walk + 1) * width + d]);
      out[row * width + d] = from + t * (to - from);
    }
  }
  return ndarray(out, [(ends / 2) * COLUMNS, width]);
}

function oneHots({ label }: Rows, classes: number): NdArray {
  const data = new Float32Array(label!.data.length * classes);
  label!.data.forEach((one: number | bigint, row: number) => (data[row * classes + Number(one)] = 1));
  return ndarray(data, [label!.data.length, classes]);
}
