/** @file The PixelCNN: what it expects of each pixel, and pixels drawn from that one after the other. */
import { key, split, uniformDraws } from "@gen/core";
import type { OpenModel } from "../models/engine.js";
import { f32 } from "./arrays.js";
import { DIGITS, SIDE } from "./digits.js";

export const SIZE = SIDE * SIDE;

/** What a model says of pictures [n, 28, 28], black or white. */
export interface Expected {
  /** p(x_i = 1 | x_<i), for each pixel of each picture. */
  readonly p: Float32Array;
  /** log p(x) of each picture, in nats. */
  readonly logProb: readonly number[];
}

export async function expected(model: OpenModel, x: Float32Array): Promise<Expected> {
  const n = x.length / SIZE;
  const { params } = await model.run("network.onnx", { x: f32(x, [n, ...DIGITS]) });
  const odds = params!.data as Float32Array;
  const logProb = new Array<number>(n).fill(0);
  odds.forEach((a, i) => {
    const signed = x[i]! > 0.5 ? a : -a;
    logProb[Math.floor(i / SIZE)]! -= Math.log1p(Math.exp(-Math.abs(signed))) + Math.max(0, -signed);
  });
  return { p: odds.map((a) => 1 / (1 + Math.exp(-a))), logProb };
}

export interface DrawPixels {
  /** One picture, black or white, and 1 where it is to be drawn. */
  readonly x: Float32Array;
  readonly mask: Float32Array;
  /** How many ways to draw it. */
  readonly count: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Pictures on the way: the pixels before `at` are drawn. */
export interface Pixels {
  readonly x: Float32Array;
  readonly at: number;
  /** What was expected of each pixel, the last time that one was drawn. */
  readonly p: Float32Array;
}

/**
 * Draws masked pixels row by row, each from p(x_i | x_<i): what stands after a pixel has no say in it. A pixel of picture k
 * is 1 where draw k of child i of the seed's key is below its probability.
 */
export async function* pixelByPixel(
  model: OpenModel,
  { x, mask, count, seed, signal }: DrawPixels,
): AsyncGenerator<Pixels> {
  const all = new Float32Array(count * SIZE);
  for (let k = 0; k < count; k++)
    all.set(
      x.map((v, i) => (mask[i] === 1 ? 0 : v)),
      k * SIZE,
    );
  const root = key(seed);
  for (let at = 0; at < SIZE; at++) {
    if (mask[at] !== 1) continue;
    const { p } = await expected(model, all);
    if (signal.aborted) return;
    const u = uniformDraws(split(root, at), count);
    for (let k = 0; k < count; k++) all[k * SIZE + at] = Number(u[k]! < p[k * SIZE + at]!);
    yield { x: all.slice(), at: at + 1, p };
  }
}
