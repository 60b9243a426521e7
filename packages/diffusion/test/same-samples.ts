/** @file A small transformer with weights that are the same everywhere, and what it draws: for each runtime beside the others. */
import { key, ndarray, normalDraws, sizeOf, split, type NdArray, type Runtime, type Store } from "@gen/core";
import { cosine, Diffusion, Dit, generate, type GenerateOptions } from "../src/index.js";
import { labels, whole } from "./models.js";

const shape = [1, 8, 8];
export const model = new Diffusion({
  network: new Dit({ shape, patch: 4, width: 16, depth: 1, heads: 2, conditionFeatures: 4 }),
  process: cosine(),
  target: "v",
  condition: { classes: 2 },
});

/** A store with weights that were not learned, but are nowhere 0. */
export async function filled(runtime: Runtime): Promise<Store> {
  const store = await runtime.init(model, { key: key(0) });
  for (const [i, name] of store.names().sort().entries()) {
    const { shape } = await store.read(name);
    const draws = normalDraws(split(key(1), i), sizeOf(shape)).map((v) => 0.3 * v);
    await store.write(name, ndarray(draws, shape));
  }
  return store;
}

export const SIZES = { n: 3, steps: 5, sampler: "dpm-solver-2m" } as const;
const label = labels([0, 1, 1]);

/** What sampler.onnx is fed. */
export const feeds: Readonly<Record<string, NdArray>> = {
  seed: whole(7),
  n: whole(SIZES.n),
  steps: whole(SIZES.steps),
  label,
  guidance: ndarray([1.5], []),
};

/** Samples as the runtime likes to make them: on a GPU step by step, driven by the host. */
export async function generated(runtime: Runtime, store: Store): Promise<number[]> {
  const options: GenerateOptions = {
    ...SIZES,
    guidance: { weight: 1.5 },
    runtime,
    store,
    key: key(9),
    feeds: { label },
  };
  return Array.from((await generate(model, options)).data, Number);
}

/** How far numbers are apart, at most, in parts of 1 + |value|. */
export function apart(got: ArrayLike<number | bigint>, wanted: readonly number[]): number {
  if (got.length !== wanted.length) return Infinity;
  return Math.max(...wanted.map((v, i) => Math.abs(Number(got[i]) - v) / (1 + Math.abs(v))));
}
