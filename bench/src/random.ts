/** @file Random numbers for weights and rows, the same everywhere, and the rows that are made of them. */
import type { Rows } from "./work.js";

/** Uniform in [0, 1). */
export type Random = () => number;

/** mulberry32 (Tommy Ettinger, public domain): enough for test data. */
export function random(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A standard normal number (Box & Muller 1958). */
export function normal(uniform: Random): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

export interface PictureSizes {
  readonly rows: number;
  /** [pixels] of a square picture, or [C, H, W]. */
  readonly data: readonly number[];
}

/** Blobs at random places, 0 or 1: a few latent dimensions explain them, so a VAE has something to learn. */
export function blobs({ rows, data }: PictureSizes, uniform: Random): Rows {
  const [depth, side] = data.length === 3 ? [data[0]!, data[1]!] : [1, Math.sqrt(data[0]!)];
  const out = new Float32Array(rows * data.reduce((a, b) => a * b));
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const spots = Array.from({ length: 3 }, () => ({
      x: uniform() * side,
      y: uniform() * side,
      spread: side * (0.05 + 0.1 * uniform()),
      colour: Array.from({ length: depth }, () => (depth === 1 ? 1 : uniform())),
    }));
    for (let c = 0; c < depth; c++) {
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const ink = spots.map(
            (b) => b.colour[c]! * Math.exp(-((x - b.x) ** 2 + (y - b.y) ** 2) / (2 * b.spread ** 2)),
          );
          out[at++] = Math.max(...ink) >= 0.5 ? 1 : 0;
        }
      }
    }
  }
  return { shape: [rows, ...data], data: out };
}
