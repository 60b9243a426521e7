/** @file What one does with a trained VQ-VAE, as programs: encode to codes, decode, reconstruct, sample, measure. */
import { GenError, inference, type BatchField, type Program, type Scope, type Tensor } from "@gen/core";
import type { RowsOptions } from "./programs.js";
import type { VqVae } from "./vq-vae.js";

export interface VqSampleOptions {
  readonly n: number;
  /** Of the prior: below 1, likelier and less varied codes. @default 1 */
  readonly temperature?: number;
}

export interface VqDecodeOptions {
  readonly n: number;
  /** How many levels of codes are fed: the first ones alone give a coarser picture. @default all */
  readonly levels?: number;
}

/** Codes of pictures. @returns output codes [n, L, h, w] i64, in [0, K) */
export function vqEncode(vq: VqVae, options: RowsOptions): Program {
  return inference(vq, pictures(vq, options), ({ x }, scope) => ({ codes: vq.codesOf(x, scope).cast("i64") }));
}

/**
 * Pictures of codes: the mean of p(x|codes). Feeds codes [n, levels, h, w] i64.
 *
 * @returns output x [n, …shape], intensities
 * @throws GenError `range` for levels that the quantizer does not have
 */
export function vqDecode(vq: VqVae, { n, levels = vq.quantizer.levels }: VqDecodeOptions): Program {
  if (!Number.isInteger(levels) || levels < 1 || levels > vq.quantizer.levels) {
    throw new GenError("range", `vqDecode: expected levels in [1, ${vq.quantizer.levels}], got ${levels}`);
  }
  const shape = [n, levels, ...vq.codeShape.slice(1)];
  return inference(vq, { codes: { shape, dtype: "i64" } }, ({ codes }, scope) => ({
    x: picturesOf(vq, codes.cast("i32"), scope),
  }));
}

/**
 * Pictures through their codes.
 *
 * @returns outputs reconstruction [n, …shape], codes [n, L, h, w] i64, squaredError [n] (a mean over the picture, in
 *   squared units of intensity) and nats [n] (−log p(x|codes))
 */
export function vqReconstruct(vq: VqVae, options: RowsOptions): Program {
  return inference(vq, pictures(vq, options), (batch, scope) => {
    const { y: x, logDet } = vq.codec.encode(batch.x, scope, { dequantise: "middle" });
    const { y, codes } = vq.quantize(x, scope);
    const given = vq.given(y, scope);
    const reconstruction = vq.codec.decode(given.mean);
    const squaredError = reconstruction.sub(vq.codec.decode(x)).square().flatten().mean(1);
    return { reconstruction, codes: codes.cast("i64"), squaredError, nats: given.logProb(x).add(logDet).neg() };
  });
}

/** New pictures, from codes of the prior. @returns outputs samples [n, …shape], intensities, codes [n, L, h, w] i64 */
export function vqSample(vq: VqVae, { n, temperature = 1 }: VqSampleOptions): Program {
  return inference(vq, labels(vq, n), (batch: Readonly<Record<string, Tensor>>, scope) => {
    const codes = vq.draw(n, { label: batch["label"], scope, temperature });
    return { samples: picturesOf(vq, codes, scope), codes: codes.cast("i64") };
  });
}

/**
 * Negative lower bound on log p(x) of each row, and its parts.
 *
 * @returns outputs nats [n], bitsPerDim [n], reconstruction [n], codes [n]
 */
export function vqBound(vq: VqVae, options: RowsOptions): Program {
  const fields: Record<string, BatchField> = { ...pictures(vq, options), ...labels(vq, options.n) };
  return inference(vq, fields, (batch: Readonly<Record<string, Tensor>>, scope) => {
    const terms = vq.bound({ x: batch["x"]!, ...(batch["label"] && { label: batch["label"] }) }, scope);
    const nats = terms.bound.neg();
    return {
      nats,
      bitsPerDim: nats.mul(1 / (vq.dims * Math.LN2)),
      reconstruction: terms.reconstruction.neg(),
      codes: terms.codes.neg(),
    };
  });
}

/** The mean of p(x|codes) inside a graph. */
export function picturesOf(vq: VqVae, codes: Tensor, scope: Scope): Tensor {
  return vq.codec.decode(vq.given(vq.quantizer.embed(codes, scope), scope).mean);
}

/** The field `label` of a model with classes. */
export function labels(vq: VqVae, n: number): Record<string, BatchField> {
  return vq.classes === 0 ? {} : { label: { shape: [n], dtype: "i32" } };
}

function pictures(vq: VqVae, { n, pixels = "f32" }: RowsOptions): { x: BatchField } {
  return { x: { shape: [n, ...vq.shape], dtype: pixels } };
}
