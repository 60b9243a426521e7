/** @file The noise of an exported GAN, as its generator was trained on: draws, changed ones, and what lies between two. */
import { interpolate, key, ndarray, normalDraws, split, uniformDraws, type Card, type NdArray } from "@gen/core";
import { originOf } from "./origin.js";

const FILE = "generator.onnx";

/** What z is made of: numbers of a prior, then the codes of InfoGAN, if any. */
export interface Noise {
  readonly width: number;
  /** Numbers of the prior, which come first. */
  readonly dim: number;
  readonly prior: "normal" | "uniform";
  readonly categories: readonly number[];
}

export function noiseOf(card: Card): Noise {
  const width = Number(card.files[FILE]!.inputs.find(({ name }) => name === "z")!.shape[1]);
  const { latentDim, prior, categories } = originOf(card).options;
  return {
    width,
    dim: typeof latentDim === "number" ? latentDim : width,
    prior: prior === "uniform" ? "uniform" : "normal",
    categories: Array.isArray(categories) ? categories.map(Number) : [],
  };
}

/** Rows of z, as training drew them. @returns [n, width] */
export function drawNoise(card: Card, n: number, seed: number): NdArray {
  const { width, dim, prior, categories } = noiseOf(card);
  const [ofNoise, ofCodes] = [split(key(seed), 0), split(key(seed), 1)];
  const noise =
    prior === "normal" ? normalDraws(ofNoise, n * dim) : uniformDraws(ofNoise, n * dim).map((u) => 2 * u - 1);
  const codes = uniformDraws(ofCodes, n * (width - dim));
  const rows = Array.from({ length: n }, (_, i) => {
    const own = codes.subarray(i * (width - dim), (i + 1) * (width - dim));
    const chosen = categories.flatMap((size, c) =>
      Array.from({ length: size }, (_u, v) => Number(Math.floor(own[c]! * size) === v)),
    );
    return [...noise.subarray(i * dim, (i + 1) * dim), ...chosen, ...own.subarray(chosen.length).map((u) => 2 * u - 1)];
  });
  return ndarray(rows.flat(), [n, width]);
}

/**
 * z with new noise: a share of it that is `strength` strong, so that the whole is as likely as before. Codes stay.
 *
 * @param z [n, width]
 */
export function movedNoise(card: Card, z: NdArray, { strength, seed }: { strength: number; seed: number }): NdArray {
  const { width, dim, prior } = noiseOf(card);
  const keep = prior === "normal" ? Math.sqrt(1 - strength ** 2) : 1 - strength;
  const fresh = drawNoise(card, z.shape[0]!, seed);
  const moved = Array.from(z.data, Number).map((v, i) =>
    i % width < dim ? keep * v + strength * Number(fresh.data[i]) : v,
  );
  return ndarray(moved, z.shape);
}

/** From one row of noise to another, in even steps, ends included. @returns [steps, width] */
export function noiseWalk(card: Card, ends: readonly [NdArray, NdArray], steps: number): NdArray {
  const { width, dim, prior } = noiseOf(card);
  const path = prior === "normal" && dim === width ? "spherical" : "linear";
  return interpolate({ from: ends[0], to: ends[1], steps, path });
}
