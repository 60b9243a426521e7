/** @file The sampler's file, alike for every family: whole numbers in, `seed` and `n` first, `samples` out. */
import { ndarray } from "../ndarray.js";
import type { Model } from "../program/model.js";
import type { Tensor } from "../tensor/tensor.js";
import { keyFromSeed } from "../tensor/random.js";
import { inference, type BatchField } from "../train/step.js";
import type { ExportFile, Sizes } from "./export.js";

export interface SamplerOptions {
  /** What the samples are, with their unit and range. */
  readonly samples: string;
  /**
   * Samples [n, …] in nodes, their randomness from `key`. `sizes` are n and what is named in `also`, for shapes and counts
   * of steps; `inputs` are the same as i64 scalars, for arithmetic.
   */
  readonly draw: (
    sizes: { readonly n: number } & Sizes,
    key: Tensor,
    inputs: Readonly<Record<string, Tensor>>,
  ) => Tensor;
  /** Further whole numbers that are inputs of the file, such as the steps of an integration, and what each is. */
  readonly also?: Readonly<Record<string, string>>;
}

const INTEGER: BatchField = { shape: [], dtype: "i64" };

/**
 * The file of a sampler: (seed, n, …) → samples, the whole loop and its randomness inside. Its `trace` is the program
 * that the trainer runs for the same samples, on the feeds that `example` gives.
 */
export function samplerFile(model: Model, { samples, draw, also = {} }: SamplerOptions): ExportFile {
  const names = ["n", ...Object.keys(also)];
  const batch = Object.fromEntries(["seed", ...names].map((name) => [name, INTEGER]));
  return {
    purpose: "new samples from a seed",
    trace: (sizes) =>
      inference(model, batch, (inputs: Readonly<Record<string, Tensor>>) => ({
        samples: draw(sizes as { n: number }, keyFromSeed(inputs["seed"]!.cast("u64")), inputs),
      })),
    symbols: Object.fromEntries(names.map((name) => [name, { from: "input", name }])),
    describe: { n: "how many", ...also, samples },
    example: (sizes) =>
      Object.fromEntries(
        Object.entries({ seed: 7, ...sizes }).map(([name, v]) => [name, ndarray([BigInt(v)], [], "i64")]),
      ),
  };
}
