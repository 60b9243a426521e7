/** @file The files of an exported VAE: what each holds, and what goes in and comes out, in the user's units. */
import {
  inference,
  key,
  keyFromSeed,
  ndarray,
  normalDraws,
  sizeOf,
  split,
  traceScope,
  type BatchField,
  type ExportFile,
  type NdArray,
  type Program,
  type Sizes,
  type Tensor,
} from "@gen/core";
import { exampleRows } from "@gen/core/codec";
import { completed, type MaskedBatch } from "./complete.js";
import type { LatentModel } from "./latent.js";
import type { VaeBatch } from "./observed.js";
import { StandardNormal } from "./prior.js";
import { decode, draws, encode, fields, importance, reconstruct } from "./programs.js";

type Feeds = Readonly<Record<string, Tensor>>;

const LABEL = "class of each row";
const MEAN = "the latent code of each row: the mean of q(z|x)";
const STD = "standard deviation of q(z|x)";

/** The files of a VAE: network, encode, decode, logprob, complete and sampler. */
export function exportedFiles(model: LatentModel): Readonly<Record<string, ExportFile>> {
  const ofRows = { n: { from: "dim", input: "x", axis: 0 } } as const;
  const isPlain = model.prior instanceof StandardNormal;
  const about = model.codec.describe();
  const describe = { x: about.x, ...(model.classes > 0 ? { label: LABEL } : {}) };
  const rows = (sizes: Sizes): Record<string, NdArray> => ({
    x: exampleRows(model.codec, sizes["n"]!),
    ...example.labels(model, sizes["n"]!),
  });
  return {
    network: {
      purpose: "the whole model: rows in, their codes and reconstructions out",
      trace: ({ n }) => reconstruct(model, { n: n! }),
      symbols: ofRows,
      describe: {
        ...describe,
        reconstruction: `mean of p(x|z) at the mean of q(z|x): ${about.x}`,
        mean: MEAN,
        std: STD,
      },
      example: rows,
    },
    encode: {
      purpose: "rows to their latent codes",
      trace: ({ n }) => encode(model, { n: n! }),
      symbols: ofRows,
      describe: { ...describe, mean: MEAN, std: STD },
      example: rows,
    },
    decode: {
      purpose: "latent codes to rows",
      trace: ({ n }) => decode(model, { n: n! }),
      symbols: { n: { from: "dim", input: "z", axis: 0 } },
      describe: {
        ...describe,
        z: `latent codes; the prior is ${isPlain ? "the standard normal distribution" : "learned: the sampler draws from it"}`,
        x: `mean of p(x|z): ${about.x}`,
      },
      example: ({ n }) => ({ z: example.codes(model, n!), ...example.labels(model, n!) }),
    },
    logprob: {
      purpose: "log p(x) of rows, by importance sampling with k draws",
      trace: ({ n, k }) => logProbOfSeed(model, { n: n!, k: k! }),
      symbols: { ...ofRows, k: { from: "input", name: "k" } },
      describe: {
        ...describe,
        k: "draws for each row: more are slower and closer to log p(x)",
        logprob: `estimate of log p(x), below it in the mean: ${about.logProb}`,
      },
      example: (sizes) => ({ ...rows(sizes), ...example.scalars({ seed: 7, k: sizes["k"]! }) }),
    },
    complete: {
      purpose: "rows with their hidden part filled in: the mean of it, given what is known",
      trace: ({ n, rounds, k }) => completeOfSeed(model, { n: n!, rounds: rounds!, k: k! }),
      symbols: { ...ofRows, rounds: { from: "input", name: "rounds" }, k: { from: "input", name: "k" } },
      describe: {
        ...describe,
        mask: "1 where x is known; 0 where it is not, and may hold anything",
        rounds: "of pseudo-Gibbs sampling, such as 50; 0 suits a model that was trained on rows with gaps",
        k: "draws that are weighed for each row, such as 50",
        completed: `x, and the mean of its hidden part where it is not known: ${about.x}`,
      },
      example: (sizes) => ({
        ...rows(sizes),
        mask: example.mask(model, sizes["n"]!),
        ...example.scalars({ seed: 7, rounds: sizes["rounds"]!, k: sizes["k"]! }),
      }),
      precision: "f32", // it draws what is hidden, again and again
    },
    sampler: {
      purpose: "new rows from a seed",
      trace: ({ n }) => sampleOfSeed(model, n!),
      symbols: { n: { from: "input", name: "n" } },
      describe: { ...describe, n: "how many", samples: `mean of p(x|z), z from the prior: ${about.x}` },
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

function completeOfSeed(
  model: LatentModel,
  { n, rounds, k }: { readonly n: number; readonly rounds: number; readonly k: number },
): Program {
  const batch: Record<string, BatchField> = {
    ...fields(model, { n, masked: true }),
    ...{ seed: INTEGER, rounds: INTEGER, k: INTEGER },
  };
  return inference(model, batch, (feeds: Feeds) => ({
    completed: completed(model, feeds as unknown as MaskedBatch, { rounds, k, scope: seeded(feeds) }),
  }));
}

const INTEGER = { shape: [], dtype: "i64" } as const;

function seeded(feeds: Feeds): ReturnType<typeof traceScope> {
  return traceScope("eval", keyFromSeed(feeds["seed"]!.cast("u64")));
}

/** Inputs to hold an exported file against the trainer on. */
const example = {
  /** Two of three numbers are known. */
  mask: (model: LatentModel, n: number): NdArray => {
    const shape = [n, ...model.shape];
    return ndarray(
      Array.from({ length: sizeOf(shape) }, (_, i) => Number(i % 3 > 0)),
      shape,
    );
  },
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
