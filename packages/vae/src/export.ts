/** @file The files of an exported VAE: what each holds, and what goes in and comes out, in the user's units. */
import {
  inference,
  key,
  keyFromSeed,
  ndarray,
  normalDraws,
  split,
  traceScope,
  uniformDraws,
  type BatchField,
  type ExportFile,
  type NdArray,
  type Program,
  type Sizes,
  type Tensor,
} from "@gen/core";
import type { LatentModel } from "./latent.js";
import type { VaeBatch } from "./observed.js";
import { StandardNormal } from "./prior.js";
import { decode, draws, encode, importance, reconstruct } from "./programs.js";

type Feeds = Readonly<Record<string, Tensor>>;

const X = "pictures, intensities in [0, 1]";
const LABEL = "class of each row";
const MEAN = "the latent code of each row: the mean of q(z|x)";
const STD = "standard deviation of q(z|x)";
const SEED = "where the randomness comes from: the same seed gives the same result on every runtime; at least 0";

/** The files of a VAE: network, encode, decode, logprob and sampler. */
export function exportedFiles(model: LatentModel): Readonly<Record<string, ExportFile>> {
  const rows = { n: { from: "dim", input: "x", axis: 0 } } as const;
  const isPlain = model.prior instanceof StandardNormal;
  const describe = { x: X, ...(model.classes > 0 ? { label: LABEL } : {}) };
  const pictures = (sizes: Sizes): Record<string, NdArray> => ({
    x: example.pictures(model, sizes["n"]!),
    ...example.labels(model, sizes["n"]!),
  });
  return {
    network: {
      purpose: "the whole model: pictures in, their codes and reconstructions out",
      trace: ({ n }) => reconstruct(model, { n: n! }),
      symbols: rows,
      describe: { ...describe, reconstruction: `mean of p(x|z) at the mean of q(z|x): ${X}`, mean: MEAN, std: STD },
      example: pictures,
    },
    encode: {
      purpose: "pictures to their latent codes",
      trace: ({ n }) => encode(model, { n: n! }),
      symbols: rows,
      describe: { ...describe, mean: MEAN, std: STD },
      example: pictures,
    },
    decode: {
      purpose: "latent codes to pictures",
      trace: ({ n }) => decode(model, { n: n! }),
      symbols: { n: { from: "dim", input: "z", axis: 0 } },
      describe: {
        ...describe,
        z: `latent codes; the prior is ${isPlain ? "the standard normal distribution" : "learned: the sampler draws from it"}`,
        x: `mean of p(x|z): ${X}`,
      },
      example: ({ n }) => ({ z: example.codes(model, n!), ...example.labels(model, n!) }),
    },
    logprob: {
      purpose: "log p(x) of pictures, by importance sampling with k draws",
      trace: ({ n, k }) => logProbOfSeed(model, { n: n!, k: k! }),
      symbols: { ...rows, k: { from: "input", name: "k" } },
      describe: {
        ...describe,
        seed: SEED,
        k: "draws for each row: more are slower and closer to log p(x)",
        logprob: "estimate of log p(x) in nats, below it in the mean",
      },
      example: (sizes) => ({ ...pictures(sizes), ...example.scalars({ seed: 7, k: sizes["k"]! }) }),
    },
    sampler: {
      purpose: "new pictures from a seed",
      trace: ({ n }) => sampleOfSeed(model, n!),
      symbols: { n: { from: "input", name: "n" } },
      describe: { ...describe, seed: SEED, n: "how many pictures", samples: `mean of p(x|z), z from the prior: ${X}` },
      example: ({ n }) => ({ ...example.scalars({ seed: 7, n: n! }), ...example.labels(model, n!) }),
      ...(isPlain ? {} : { precision: "f32" as const }), // a learned prior may choose among components
    },
  };
}

/** Samples whose randomness comes from a feed `seed`: what the sampler's file holds. */
export function sampleOfSeed(model: LatentModel, n: number): Program {
  const label: Record<string, BatchField> = model.classes > 0 ? { label: { shape: [n], dtype: "i32" } } : {};
  return inference(model, { seed: INTEGER, n: INTEGER, ...label }, (feeds: Feeds) => ({
    samples: draws(model, { n, condition: model.condition(feeds["label"]) }, seeded(feeds)),
  }));
}

function logProbOfSeed(model: LatentModel, { n, k }: { n: number; k: number }): Program {
  const label: Record<string, BatchField> = model.classes > 0 ? { label: { shape: [n], dtype: "i32" } } : {};
  const batch: Record<string, BatchField> = { x: [n, ...model.shape], seed: INTEGER, k: INTEGER, ...label };
  return inference(model, batch, (feeds: Feeds) => ({
    logprob: importance(model, feeds as unknown as VaeBatch, { k, scope: seeded(feeds), chunk: 1 }),
  }));
}

const INTEGER = { shape: [], dtype: "i64" } as const;

function seeded(feeds: Feeds): ReturnType<typeof traceScope> {
  return traceScope("eval", keyFromSeed(feeds["seed"]!.cast("u64")));
}

/** Inputs to hold an exported file against the trainer on. */
const example = {
  pictures: (model: LatentModel, n: number): NdArray =>
    ndarray(uniformDraws(key(11), n * model.dims), [n, ...model.shape]),
  codes: (model: LatentModel, n: number): NdArray =>
    ndarray(normalDraws(split(key(11), 1), n * model.latentDim), [n, model.latentDim]),
  labels: (model: LatentModel, n: number): Record<string, NdArray> =>
    model.classes === 0
      ? {}
      : {
          label: ndarray(
            Array.from({ length: n }, (_, i) => i % model.classes),
            [n],
            "i32",
          ),
        },
  scalars: (values: Readonly<Record<string, number>>): Record<string, NdArray> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, ndarray([BigInt(value)], [], "i64")])),
};
