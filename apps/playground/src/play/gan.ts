/** @file The GAN of digits: codes that are kept within bounds, and what the generator makes of them. */
import type { OpenModel } from "../models/engine.js";
import { f32, normals } from "./arrays.js";

/** Numbers of a code, and draws that are tried for each. */
export const LATENT = 64;
const TRIES = 40;

/** Codes [n, 64] to digits [n, 28, 28]. */
export async function generated(model: OpenModel, z: Float32Array): Promise<Float32Array> {
  const outputs = await model.run("generator.onnx", { z: f32(z, [z.length / LATENT, LATENT]) });
  return Object.values(outputs)[0]!.data as Float32Array;
}

/** Codes [n, 64] of draws from N(0, 1) given |z| ≤ most: of several draws the first that is, for each number. */
export function within(most: number, seed: number, n: number): Float32Array {
  const count = n * LATENT;
  const draws = normals(seed, TRIES * count);
  return Float32Array.from({ length: count }, (_, i) => {
    for (let k = 0; k < TRIES; k++) {
      const z = draws[k * count + i]!;
      if (Math.abs(z) <= most) return z;
    }
    return 0;
  });
}
