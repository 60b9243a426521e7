/** @file The VAE of letters: which class a letter is, and letters drawn in the style of a code. */
import type { OpenModel } from "../models/engine.js";
import { f32, i32, mixed, normals } from "./arrays.js";

/** In the order of the classes. */
export const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
export const STYLE = 12;
export const SHAPE = [1, 28, 28] as const;

/** The letters of a text that the model knows. */
export const known = (text: string): string =>
  Array.from(text)
    .filter((letter) => LETTERS.includes(letter))
    .join("");

/** Letters, each in its own style: codes [n, 12] one after the other. Returns [n, 28, 28]. */
export async function drawn(model: OpenModel, text: string, codes: Float32Array): Promise<Float32Array> {
  const label = i32(Array.from(text, (letter) => LETTERS.indexOf(letter)));
  const { x } = await model.run("decode.onnx", { z: f32(codes, [text.length, STYLE]), label });
  return x!.data as Float32Array;
}

export interface Way {
  readonly from: Float32Array;
  readonly to: Float32Array;
  /** How often the text is drawn, both ends among them. */
  readonly steps: number;
}

/** A text again and again, on the straight way from one code to another. Returns [steps · letters, 28, 28]. */
export function walked(model: OpenModel, text: string, { from, to, steps }: Way): Promise<Float32Array> {
  const codes = new Float32Array(steps * text.length * STYLE);
  for (let step = 0; step < steps; step++)
    codes.set(repeated(mixed(from, to, step / (steps - 1)), text.length), step * text.length * STYLE);
  return drawn(model, text.repeat(steps), codes);
}

/** The same code for so many letters. */
export function repeated(code: Float32Array, count: number): Float32Array {
  const all = new Float32Array(count * code.length);
  for (let i = 0; i < count; i++) all.set(code, i * code.length);
  return all;
}

/** Two directions of length 1, at right angles, by a seed. */
export function directions(seed: number): readonly [Float32Array, Float32Array] {
  const both = normals(seed, 2 * STYLE);
  const u = unit(both.subarray(0, STYLE));
  const v = both.subarray(STYLE);
  const along = u.reduce((sum, a, i) => sum + a * v[i]!, 0);
  return [u, unit(v.map((b, i) => b - along * u[i]!))];
}

function unit(a: Float32Array): Float32Array {
  const length = Math.hypot(...a);
  return a.map((v) => v / length);
}

/** The code at a place of the plane. A place is as far from 0 in each of the two as draws are in all of them. */
export function placeOf([u, v]: readonly [Float32Array, Float32Array], x: number, y: number): Float32Array {
  return u.map((a, i) => x * a + y * v[i]!);
}
