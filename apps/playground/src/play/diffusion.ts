/** @file Sampling from the diffusion model step by step, so that each step can be looked at: DDIM over its `network.onnx`. */
import { key, normalDraws, split } from "@gen/core";
import type { OpenModel } from "../models/engine.js";
import { f32, i32 } from "./arrays.js";

export const SIDE = 28;
const SIZE = SIDE * SIDE;
/** The class that stands for none. */
const NONE = 10;

export interface DrawOptions {
  readonly digit: number;
  readonly count: number;
  readonly steps: number;
  /** 0 leaves the digit out, 1 is the model as it was trained, above 1 more of it. */
  readonly guidance: number;
  readonly seed: number;
  /** Intensities [28, 28], and 1 where they are known: the rest is drawn. */
  readonly known?: { readonly x: Float32Array; readonly mask: Float32Array };
  readonly signal: AbortSignal;
}

/** One level of noise on the way: intensities [count, 28, 28]. */
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
  const { digit, count, steps, guidance, seed, known, signal } = options;
  const root = key(seed);
  const noise = (i: number): Float32Array => Float32Array.from(normalDraws(split(root, i), count * SIZE));
  const sigmas = levels(steps);
  let x = noise(0).map((v) => v * sigmas[0]!);
  for (let i = 0; i < steps; i++) {
    const [from, to] = [sigmas[i]!, sigmas[i + 1]!];
    if (known !== undefined) x = withKnown(x, known, { sigma: from, noise: noise(2 * i + 1) });
    const guess = await estimate(model, x, { digit, count, guidance, sigma: from });
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

function withKnown(
  x: Float32Array,
  known: NonNullable<DrawOptions["known"]>,
  { sigma, noise }: { readonly sigma: number; readonly noise: Float32Array },
): Float32Array<ArrayBuffer> {
  return Float32Array.from(x, (v, i) =>
    known.mask[i % SIZE] === 1 ? 2 * known.x[i % SIZE]! - 1 + (sigma === 0 ? 0 : sigma * noise[i]!) : v,
  );
}

interface Estimating extends Pick<DrawOptions, "digit" | "count" | "guidance"> {
  readonly sigma: number;
}

/** x̂(x, none) + w (x̂(x, digit) − x̂(x, none)): Ho & Salimans 2022, arXiv:2207.12598. One run for both. */
async function estimate(
  model: OpenModel,
  x: Float32Array,
  { digit, count, guidance, sigma }: Estimating,
): Promise<Float32Array> {
  const isPlain = guidance === 1;
  const rows = isPlain ? count : 2 * count;
  const twice = new Float32Array(rows * SIZE);
  twice.set(x);
  if (!isPlain) twice.set(x, x.length);
  const label = Array.from({ length: rows }, (_, i) => (i < count ? digit : NONE));
  const { denoised } = await model.run("network.onnx", {
    x: f32(twice, [rows, 1, SIDE, SIDE]),
    sigma: f32(new Float32Array(rows).fill(sigma), [rows]),
    label: i32(label),
  });
  const both = denoised!.data as Float32Array;
  if (isPlain) return both;
  const [told, free] = [both.subarray(0, x.length), both.subarray(x.length)];
  return told.map((v, i) => free[i]! + guidance * (v - free[i]!));
}
