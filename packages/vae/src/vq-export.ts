/** @file The files of an exported VQ-VAE: what each holds, and what goes in and comes out, in the user's units. */
import {
  inference,
  key,
  keyFromSeed,
  ndarray,
  sizeOf,
  split,
  traceScope,
  uniformDraws,
  type ExportFile,
  type NdArray,
  type Program,
  type Sizes,
  type Tensor,
} from "@gen/core";
import { exampleRows } from "@gen/core/codec";
import { labels, picturesOf, vqDecode, vqEncode, vqReconstruct } from "./vq-programs.js";
import type { VqVae } from "./vq-vae.js";

const MEAN = "mean of p(x|codes): pictures, intensities";

/**
 * The files of a VQ-VAE: network, encode and decode; with a prior also logprob and sampler. All but the decoder choose
 * codes, and keep their weights in f32.
 */
export function vqExportedFiles(vq: VqVae): Readonly<Record<string, ExportFile>> {
  const rows = { n: { from: "dim", input: "x", axis: 0 } } as const;
  const [levels, height, width] = vq.codeShape;
  const codes = `${levels} × ${height} × ${width} codes in 0 … ${vq.quantizer.codes - 1}`;
  const about = vq.codec.describe();
  const describe = { x: about.x, ...(vq.classes > 0 ? { label: "class of each row" } : {}) };
  const nats = "−log p(x|codes) in nats";
  const files: Record<string, ExportFile> = {
    network: {
      purpose: "the whole autoencoder: pictures in, their codes and reconstructions out",
      trace: ({ n }) => vqReconstruct(vq, { n: n! }),
      symbols: rows,
      describe: {
        x: about.x,
        reconstruction: MEAN,
        codes,
        nats,
        squaredError: "mean squared error of each reconstruction",
      },
      example: (sizes) => examplePictures(vq, sizes),
      precision: "f32",
    },
    encode: {
      purpose: "pictures to their codes",
      trace: ({ n }) => vqEncode(vq, { n: n! }),
      symbols: rows,
      describe: { x: about.x, codes },
      example: (sizes) => examplePictures(vq, sizes),
      precision: "f32",
    },
    decode: {
      purpose: "codes to pictures",
      trace: ({ n }) => vqDecode(vq, { n: n! }),
      symbols: { n: { from: "dim", input: "codes", axis: 0 } },
      describe: { codes, x: MEAN },
      example: ({ n }) => ({ codes: exampleCodes(vq, n!) }),
    },
  };
  if (vq.prior === undefined) return files;
  return {
    ...files,
    logprob: {
      purpose: "a lower bound on log p(x) of pictures",
      trace: ({ n }) => boundOnly(vq, n!),
      symbols: rows,
      describe: { ...describe, logprob: `log p(codes) + log p(x|codes), at most log p(x): ${about.logProb}` },
      example: (sizes) => ({ ...examplePictures(vq, sizes), ...exampleLabels(vq, sizes) }),
      precision: "f32",
    },
    sampler: {
      purpose: "new pictures from a seed: codes from the prior, one after the other, decoded",
      trace: ({ n }) => vqSampleOfSeed(vq, n!),
      symbols: { n: { from: "input", name: "n" } },
      describe: {
        ...describe,
        n: "how many pictures",
        samples: MEAN,
      },
      example: (sizes) => ({ seed: integer(7), n: integer(sizes["n"]!), ...exampleLabels(vq, sizes) }),
      precision: "f32",
    },
  };
}

/** Samples whose randomness comes from a feed `seed`: what the sampler's file holds. */
export function vqSampleOfSeed(vq: VqVae, n: number): Program {
  const whole = { shape: [], dtype: "i64" } as const;
  return inference(vq, { seed: whole, n: whole, ...labels(vq, n) }, (feeds: Readonly<Record<string, Tensor>>) => {
    const scope = traceScope("eval", keyFromSeed(feeds["seed"]!.cast("u64")));
    return { samples: picturesOf(vq, vq.draw(n, { scope, label: feeds["label"] }), scope) };
  });
}

function boundOnly(vq: VqVae, n: number): Program {
  const fields = { x: [n, ...vq.shape], ...labels(vq, n) };
  return inference(vq, fields, (batch, scope) => ({ logprob: vq.bound(batch, scope).bound }));
}

function examplePictures(vq: VqVae, { n }: Sizes): Record<string, NdArray> {
  return { x: exampleRows(vq.codec, n!) };
}

function exampleCodes(vq: VqVae, n: number): NdArray {
  const u = uniformDraws(split(key(11), 1), n * sizeOf(vq.codeShape));
  return ndarray(
    Array.from(u, (v) => BigInt(Math.floor(v * vq.quantizer.codes))),
    [n, ...vq.codeShape],
    "i64",
  );
}

function exampleLabels(vq: VqVae, { n }: Sizes): Record<string, NdArray> {
  if (vq.classes === 0) return {};
  const rows = Array.from({ length: n! }, (_, i) => i % vq.classes);
  return { label: ndarray(rows, [n!], "i32") };
}

function integer(value: number): NdArray {
  return ndarray([BigInt(value)], [], "i64");
}
