/** @file The files of an exported GAN: what each holds, and what goes in and comes out, in the user's units. */
import {
  inference,
  key,
  keyFromSeed,
  ndarray,
  normalDraws,
  sizeOf,
  split,
  traceScope,
  uniformDraws,
  type BatchField,
  type ExportFile,
  type NdArray,
  type Program,
  type Sizes,
} from "@gen/core";
import type { Gan } from "./gan.js";
import { draws, generate, judge, labels, type Feeds } from "./programs.js";

export interface ExportOptions {
  /** What a row is, with its unit and range. @default what the codec says */
  readonly x?: string;
}

/** A truncation that leaves all noise as it is: its normal draws in f32 end before 6. */
const ALL_NOISE = 6;

const INTEGER: BatchField = { shape: [], dtype: "i64" };

/** The files of a GAN: generator, discriminator and sampler. */
export function exportedFiles(gan: Gan, { x }: ExportOptions = {}): Readonly<Record<string, ExportFile>> {
  const describe = {
    x: x ?? gan.codec?.describe().x ?? "rows, in the units of the data",
    z: latentText(gan),
    label: "class of each row",
    n: "how many",
    truncation: `noise stays within this, at least 0: less of it gives less variety, ${ALL_NOISE} gives all there is; NaN below 0`,
    score: "how real each row looks, in the units of the loss: larger is more real",
  };
  return {
    generator: {
      purpose: "noise to rows",
      trace: ({ n }) => generate(gan, { n: n! }),
      symbols: { n: { from: "dim", input: "z", axis: 0 } },
      describe,
      example: ({ n }) => ({ z: exampleNoise(gan, n!), ...exampleLabels(gan, n!) }),
    },
    discriminator: {
      purpose: "rows to how real they look",
      trace: ({ n }) => judge(gan, { n: n! }),
      symbols: { n: { from: "dim", input: "x", axis: 0 } },
      describe,
      example: ({ n }) => ({
        x: ndarray(uniformDraws(key(11), n! * sizeOf(gan.shape)), [n!, ...gan.shape]),
        ...exampleLabels(gan, n!),
      }),
    },
    sampler: {
      purpose: "new rows from a seed",
      trace: ({ n }) => sampleOfSeed(gan, n!),
      symbols: { n: { from: "input", name: "n" } },
      describe: { ...describe, samples: describe.x },
      example: (sizes) => ({
        ...scalars({ seed: 7, n: sizes["n"]! }),
        truncation: ndarray([2], []),
        ...exampleLabels(gan, sizes["n"]!),
      }),
    },
  };
}

/** Samples whose randomness comes from a feed `seed`, their noise within `truncation`: what the sampler's file holds. */
export function sampleOfSeed(gan: Gan, n: number): Program {
  const batch = { seed: INTEGER, n: INTEGER, truncation: { shape: [], dtype: "f32" }, ...labels(gan, n) } as const;
  return inference(gan, batch, ({ seed, truncation, label }: Feeds) => ({
    samples: draws(gan, { n, truncation, label }, traceScope("eval", keyFromSeed(seed!.cast("u64")))),
  }));
}

function latentText({ latent }: Gan): string {
  const noise = `${latent.dim} numbers of ${latent.prior === "normal" ? "N(0, 1)" : "U(−1, 1)"}`;
  const codes = latent.codes.map(({ kind, size }) =>
    kind === "categorical" ? `a code of ${size}, zeros with a one` : `${size} codes of U(−1, 1)`,
  );
  return `noise of each row: ${[noise, ...codes].join(", then ")}`;
}

function exampleNoise({ latent }: Gan, n: number): NdArray {
  return ndarray(normalDraws(split(key(11), 1), n * latent.width), [n, latent.width]);
}

function exampleLabels({ classes }: Gan, n: number): Record<string, NdArray> {
  if (classes === 0) return {};
  const indices = Array.from({ length: n }, (_, i) => i % classes);
  return { label: ndarray(indices, [n], "i32") };
}

function scalars(values: Sizes): Record<string, NdArray> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, ndarray([BigInt(value)], [], "i64")]));
}
