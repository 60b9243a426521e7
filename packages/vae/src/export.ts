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
import { decode, draws, encode, importance, reconstruct } from "./programs.js";
import type { Vae } from "./vae.js";

type Feeds = Readonly<Record<string, Tensor>>;

const X = "pictures, intensities in [0, 1]";
const LABEL = "class of each row";
const MEAN = "mean of q(z|x), the latent code of each row";
const STD = "standard deviation of q(z|x)";
const SEED = "where the randomness comes from: the same seed gives the same result on every runtime; at least 0";

/** The files of a VAE: network, encode, decode, logprob and sampler. */
export function exportedFiles(vae: Vae): Readonly<Record<string, ExportFile>> {
  const rows = { n: { from: "dim", input: "x", axis: 0 } } as const;
  const describe = { x: X, ...(vae.classes > 0 ? { label: LABEL } : {}) };
  const pictures = (sizes: Sizes): Record<string, NdArray> => ({
    x: example.pictures(vae, sizes["n"]!),
    ...example.labels(vae, sizes["n"]!),
  });
  return {
    network: {
      purpose: "the whole model: pictures in, their codes and reconstructions out",
      trace: ({ n }) => reconstruct(vae, { n: n! }),
      symbols: rows,
      describe: { ...describe, reconstruction: `mean of p(x|z) at the mean of q(z|x): ${X}`, mean: MEAN, std: STD },
      example: pictures,
    },
    encode: {
      purpose: "pictures to their latent codes",
      trace: ({ n }) => encode(vae, { n: n! }),
      symbols: rows,
      describe: { ...describe, mean: MEAN, std: STD },
      example: pictures,
    },
    decode: {
      purpose: "latent codes to pictures",
      trace: ({ n }) => decode(vae, { n: n! }),
      symbols: { n: { from: "dim", input: "z", axis: 0 } },
      describe: {
        ...describe,
        z: "latent codes; the prior is the standard normal distribution",
        x: `mean of p(x|z): ${X}`,
      },
      example: ({ n }) => ({ z: example.codes(vae, n!), ...example.labels(vae, n!) }),
    },
    logprob: {
      purpose: "log p(x) of pictures, by importance sampling with k draws",
      trace: ({ n, k }) => logProbOfSeed(vae, { n: n!, k: k! }),
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
      trace: ({ n }) => sampleOfSeed(vae, n!),
      symbols: { n: { from: "input", name: "n" } },
      describe: { ...describe, seed: SEED, n: "how many pictures", samples: `mean of p(x|z), z from the prior: ${X}` },
      example: ({ n }) => ({ ...example.scalars({ seed: 7, n: n! }), ...example.labels(vae, n!) }),
    },
  };
}

/** Samples whose randomness comes from a feed `seed`: what the sampler's file holds. */
export function sampleOfSeed(vae: Vae, n: number): Program {
  const label: Record<string, BatchField> = vae.classes > 0 ? { label: { shape: [n], dtype: "i32" } } : {};
  return inference(vae, { seed: INTEGER, n: INTEGER, ...label }, (feeds: Feeds) => ({
    samples: draws(vae, { n, condition: vae.condition(feeds["label"]) }, seeded(feeds)),
  }));
}

function logProbOfSeed(vae: Vae, { n, k }: { n: number; k: number }): Program {
  const label: Record<string, BatchField> = vae.classes > 0 ? { label: { shape: [n], dtype: "i32" } } : {};
  const batch: Record<string, BatchField> = { x: [n, ...vae.shape], seed: INTEGER, k: INTEGER, ...label };
  return inference(vae, batch, (feeds: Feeds) => ({ logprob: importance(vae, feeds, { k, scope: seeded(feeds) }) }));
}

const INTEGER = { shape: [], dtype: "i64" } as const;

function seeded(feeds: Feeds): ReturnType<typeof traceScope> {
  return traceScope("eval", keyFromSeed(feeds["seed"]!.cast("u64")));
}

/** Inputs to hold an exported file against the trainer on. */
const example = {
  pictures: (vae: Vae, n: number): NdArray => ndarray(uniformDraws(key(11), n * vae.dims), [n, ...vae.shape]),
  codes: (vae: Vae, n: number): NdArray =>
    ndarray(normalDraws(split(key(11), 1), n * vae.latentDim), [n, vae.latentDim]),
  labels: (vae: Vae, n: number): Record<string, NdArray> =>
    vae.classes === 0
      ? {}
      : {
          label: ndarray(
            Array.from({ length: n }, (_, i) => i % vae.classes),
            [n],
            "i32",
          ),
        },
  scalars: (values: Readonly<Record<string, number>>): Record<string, NdArray> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, ndarray([BigInt(value)], [], "i64")])),
};
