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
  type BatchField,
  type ExportFile,
  type NdArray,
  type Program,
  type Sizes,
} from "@gen/core";
import { exampleRows } from "@gen/core/codec";
import type { Gan } from "./gan.js";
import { draws, generate, judge, labels, type Feeds } from "./programs.js";
import { searched } from "./search.js";

export interface ExportOptions {
  /** What a row is, with its unit and range. @default what the codec says */
  readonly x?: string;
}

/** A truncation that leaves all noise as it is: its normal draws in f32 end before 6. */
const ALL_NOISE = 6;

const INTEGER: BatchField = { shape: [], dtype: "i64" };

/** The files of a GAN: generator, discriminator, sampler, and the search for the noise of given rows. */
export function exportedFiles(gan: Gan, { x }: ExportOptions = {}): Readonly<Record<string, ExportFile>> {
  const rowText = x ?? gan.codec?.describe().x ?? "rows, in the units of the data";
  const describe = {
    x: rowText,
    z: latentText(gan),
    label: "class of each row",
    n: "how many",
    truncation: `noise stays within this, at least 0: less of it gives less variety, ${ALL_NOISE} gives all there is; NaN below 0`,
    score: "how real each row looks, in the units of the loss: larger is more real",
    mask: "1 where x counts, 0 where the generator shall fill in",
    steps: "how far to search: at least 1, 200 is usual",
    made: `what the generator makes of z: ${rowText}`,
    completed: `x where it counts, elsewhere what the generator makes: ${rowText}`,
    error: "mean squared difference from x where it counts, in the units of the generator",
  };
  const rows = (n: number): NdArray =>
    gan.codec === undefined
      ? ndarray(normalDraws(key(11), n * sizeOf(gan.shape)), [n, ...gan.shape])
      : exampleRows(gan.codec, n);
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
        x: rows(n!),
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
    search: {
      purpose:
        "rows to the noise that makes what is nearest to them, by descent; with a mask, what is hidden is filled in",
      trace: ({ n, steps }) => searchOfSeed(gan, { n: n!, steps: steps! }),
      symbols: { n: { from: "dim", input: "x", axis: 0 }, steps: { from: "input", name: "steps" } },
      describe,
      example: ({ n, steps }) => ({
        ...scalars({ seed: 7, steps: steps! }),
        x: rows(n!),
        mask: ndarray(
          Array.from({ length: n! * sizeOf(gan.shape) }, (_, i) => Number(i % 3 > 0)),
          [n!, ...gan.shape],
        ),
        ...exampleLabels(gan, n!),
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

/**
 * `search` with a mask, its randomness from a feed `seed`: what the search's file holds. Feeds seed, steps, x, mask, `label`.
 *
 * @returns outputs z [n, latent.width]; made [n, …shape], G(z); completed, x where the mask is 1 and G(z) elsewhere; error [n]
 */
export function searchOfSeed(gan: Gan, { n, steps }: { readonly n: number; readonly steps: number }): Program {
  const shape = [n, ...gan.shape];
  const batch = { seed: INTEGER, steps: INTEGER, x: shape, mask: shape, ...labels(gan, n) };
  return inference(gan, batch, (feeds: Feeds) => {
    const scope = traceScope("eval", keyFromSeed(feeds["seed"]!.cast("u64")));
    const { z, x, error } = searched(
      gan,
      { n, steps, masked: true },
      { feeds, scope, count: feeds["steps"]!.cast("f32") },
    );
    const completed = feeds["mask"]!.greater(0.5).where(feeds["x"]!, x!);
    return { z: z!, made: x!, completed, error: error! };
  });
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
