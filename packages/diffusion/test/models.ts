/** @file Small models and data for tests. */
import { arrays, key, ndarray, normalDraws, type Dataset, type NdArray } from "@gen/core";
import { Diffusion, MlpNetwork, straight, type DiffusionOptions } from "../src/index.js";

/** Two blobs of standard deviation 0.2, at (−1, 0.5) and (1, −0.5), which the label tells apart. */
export function blobs(rows: number, seed = 1): Dataset {
  const noise = normalDraws(key(seed), 2 * rows);
  const x = noise.map((v, k) => {
    const side = Math.floor(k / 2) % 2 === 0 ? -1 : 1;
    return (k % 2 === 0 ? side : -0.5 * side) + 0.2 * v;
  });
  const label = Int32Array.from({ length: rows }, (_, i) => i % 2);
  return arrays({ x: ndarray(x, [rows, 2]), label: ndarray(label, [rows], "i32") });
}

export function tiny(options: Partial<DiffusionOptions> = {}): Diffusion {
  const network = new MlpNetwork({ dim: 2, width: 32, depth: 2, conditionFeatures: 8 });
  return new Diffusion({ network, process: straight(), target: "velocity", condition: { classes: 2 }, ...options });
}

export const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");
export const labels = (values: readonly number[]): NdArray => ndarray(Int32Array.from(values), [values.length], "i32");
