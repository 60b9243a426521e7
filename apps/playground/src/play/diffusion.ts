/** @file Sampling from diffusion models step by step, so that each step can be looked at: DDIM over their `network.onnx`. */
import { key, normalDraws, split } from "@gen/core";
import type { OpenModel } from "../models/engine.js";
import { f32, i32 } from "./arrays.js";

/** What a network is told of a picture, in whole numbers. */
export interface Told {
  /** The input that takes it. */
  readonly name: string;
  /** Of the numbers of one picture: [] for a single one. */
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** What stands for nothing. */
  readonly nothing: readonly number[];
}

export interface DrawOptions {
  /** [channels, height, width] */
  readonly shape: readonly [number, number, number];
  readonly told: readonly Told[];
  readonly count: number;
  readonly steps: number;
  /** 0 leaves out what is told, 1 is the model as it was trained, above 1 more of it. */
  readonly guidance: number;
  readonly seed: number;
  /** Intensities of one picture, and 1 where they are known: the rest is drawn. */
  readonly known?: { readonly x: Float32Array; readonly mask: Float32Array };
  readonly signal: AbortSignal;
}

/** One level of noise on the way: intensities [count, …shape]. */
export interface Moment {
  readonly sigma: number;
  /** What there is, noise and all. */
  readonly noisy: Float32Array;
  /** What the network takes the picture to be. */
  readonly estimate: Float32Array;
}

/**
 * Levels of noise of the cosine process, even in its time, the last 0: √(1 − ᾱ)/√ᾱ with β at most 0.999.
 * Nichol & Dhariwal 2021, eq. 17, arXiv:2102.09672
 */
export function levels(steps: number): number[] {
  const alpha = (t: number): number => Math.cos((((t / 1000 + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  const sigmas = [0];
  for (let t = 1, bar = 1; t <= 1000; t++) {
    bar *= 1 - Math.min(0.999, 1 - alpha(t) / alpha(t - 1));
    sigmas.push(Math.sqrt((1 - bar) / bar));
  }
  return Array.from({ length: steps + 1 }, (_, i) => {
    const at = 1000 * (1 - i / steps);
    const [low, part] = [Math.floor(at), at - Math.floor(at)];
    return part === 0 ? sigmas[low]! : sigmas[low]! ** (1 - part) * sigmas[low + 1]! ** part;
  });
}

/**
 * The walk from noise to pictures, one moment for each step.
 *
 *     x ← x̂ + √(σ′² − s²)·(x − x̂)/σ + s·z        s = 0, or with a known part σ′/σ √(σ² − σ′²)
 *
 * Where the picture is known it is put in at every level, with the noise of that level: Song et al. 2021, §I.2,
 * arXiv:2011.13456. Song, Meng & Ermon 2021, eq. 12, arXiv:2010.02502.
 */
export async function* denoised(model: OpenModel, options: DrawOptions): AsyncGenerator<Moment> {
  const { shape, count, steps, seed, known, signal } = options;
  const root = key(seed);
  const size = count * sizeOf(shape);
  const noise = (i: number): Float32Array => Float32Array.from(normalDraws(split(root, i), size));
  const sigmas = levels(steps);
  let x = noise(0).map((v) => v * sigmas[0]!);
  for (let i = 0; i < steps; i++) {
    const [from, to] = [sigmas[i]!, sigmas[i + 1]!];
    if (known !== undefined) x = withKnown(x, known, { sigma: from, noise: noise(2 * i + 1) });
    const guess = await estimate(model, x, { ...options, sigma: from });
    if (signal.aborted) return;
    const scale = 1 / Math.sqrt(1 + from * from);
    yield { sigma: from, noisy: x.map((v) => intensity(v * scale)), estimate: guess.map(intensity) };
    const s = known === undefined ? 0 : (to / from) * Math.sqrt(from * from - to * to);
    const rest = Math.sqrt(to * to - s * s) / from;
    const z = s === 0 ? undefined : noise(2 * i + 2);
    x = x.map((v, k) => guess[k]! + rest * (v - guess[k]!) + s * (z?.[k] ?? 0));
  }
  if (known !== undefined) x = withKnown(x, known, { sigma: 0, noise: x });
  const last = x.map(intensity);
  yield { sigma: 0, noisy: last, estimate: last };
}

const intensity = (v: number): number => Math.min(1, Math.max(0, (v + 1) / 2));
const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function withKnown(
  x: Float32Array,
  known: NonNullable<DrawOptions["known"]>,
  { sigma, noise }: { readonly sigma: number; readonly noise: Float32Array },
): Float32Array<ArrayBuffer> {
  const size = known.x.length;
  return Float32Array.from(x, (v, i) =>
    known.mask[i % size] === 1 ? 2 * known.x[i % size]! - 1 + (sigma === 0 ? 0 : sigma * noise[i]!) : v,
  );
}

interface Estimating extends Pick<DrawOptions, "shape" | "told" | "count" | "guidance"> {
  readonly sigma: number;
}

/** x̂(x, none) + w (x̂(x, told) − x̂(x, none)): Ho & Salimans 2022, arXiv:2207.12598. One run for both. */
async function estimate(
  model: OpenModel,
  x: Float32Array,
  { shape, told, count, guidance, sigma }: Estimating,
): Promise<Float32Array> {
  const isPlain = guidance === 1;
  const rows = isPlain ? count : 2 * count;
  const twice = new Float32Array(rows * sizeOf(shape));
  twice.set(x);
  if (!isPlain) twice.set(x, x.length);
  const conditions = told.map(({ name, shape, values, nothing }) => {
    const each = Array.from({ length: rows }, (_, i) => (i < count ? values : nothing));
    return [name, i32(each.flat(), [rows, ...shape])] as const;
  });
  const { denoised } = await model.run("network.onnx", {
    x: f32(twice, [rows, ...shape]),
    sigma: f32(new Float32Array(rows).fill(sigma), [rows]),
    ...Object.fromEntries(conditions),
  });
  const both = denoised!.data as Float32Array;
  if (isPlain) return both;
  const [guided, free] = [both.subarray(0, x.length), both.subarray(x.length)];
  return guided.map((v, i) => free[i]! + guidance * (v - free[i]!));
}
