/** @file What one does with a trained VAE, as programs: measure, encode, decode, sample, fill in. */
import {
  GenError,
  inference,
  scalar,
  scan,
  splitKey as splitAt,
  traceScope,
  type BatchField,
  type Program,
  type Scope,
  type Tensor,
} from "@gen/core";
import type { LatentModel } from "./latent.js";
import { boundOf } from "./bound.js";
import type { Objective } from "./objective.js";
import { observe, type VaeBatch } from "./observed.js";

export interface RowsOptions {
  /** Rows in a batch. */
  readonly n: number;
  /** How pictures are given: bytes from 0 to 255, or f32 intensities in [0, 1]. @default "f32" */
  readonly pixels?: "u8" | "f32";
}

export interface MaskedRowsOptions extends RowsOptions {
  /** Feed `mask` [n, …shape] as well, f32 or as it says: 1 where x is known. Only that part counts. @default false */
  readonly masked?: boolean | "f32" | "u8";
}

export interface BoundOptions extends MaskedRowsOptions {
  /** @default that of the model */
  readonly objective?: Objective;
}

export interface SampleOptions {
  readonly n: number;
  /** A draw of x given z, or its mean. @default "mean" */
  readonly draw?: "mean" | "sample";
}

export interface LogProbOptions extends MaskedRowsOptions {
  /** Draws of z for each row. @default 5000 */
  readonly k?: number;
}

type Fields = { readonly x: BatchField; readonly label?: BatchField; readonly mask?: BatchField };

/** The fields that feed a program of this model. */
export function fields(model: LatentModel, { n, pixels = "f32", masked = false }: MaskedRowsOptions): Fields {
  const shape = [n, ...model.shape];
  return {
    x: { shape, dtype: pixels },
    ...labels(model, n),
    ...(masked !== false && { mask: { shape, dtype: masked === "u8" ? "u8" : "f32" } }),
  };
}

function labels(model: LatentModel, n: number): { label?: BatchField } {
  return model.classes === 0 ? {} : { label: { shape: [n], dtype: "i32" } };
}

/**
 * Negative bound of each row.
 *
 * @returns outputs nats [n], bitsPerDim [n], reconstruction [n], kl [n]
 */
export function bound(model: LatentModel, { objective, ...rows }: BoundOptions): Program {
  return inference(model, fields(model, rows), (batch, scope) => {
    const { bound, reconstruction, kl } = boundOf(model, batch, { scope, ...(objective && { objective }) });
    const nats = bound.neg();
    return { nats, bitsPerDim: nats.mul(1 / (model.dims * Math.LN2)), reconstruction: reconstruction.neg(), kl };
  });
}

/**
 * log p(x) of each row by importance sampling, in nats:
 *
 *     log p(x) ≈ log 1/K Σ_k w_k      w = p(x|z) p(z) / q(z|x),  z ~ q(z|x)
 *
 * The mean of the estimate is below log p(x) and rises to it with K. The draws stream through the graph, a few at a
 * time: memory does not depend on K.
 *
 * @returns output logProb [n]
 * @see Burda, Grosse & Salakhutdinov 2016, arXiv:1509.00519, eq. 8
 */
export function logProb(model: LatentModel, { k = 5000, ...rows }: LogProbOptions): Program {
  return inference(model, fields(model, rows), (batch, scope) => ({ logProb: importance(model, batch, { k, scope }) }));
}

/** Rows of the decoder's batch in one round of draws: enough for its products to run at full speed. */
const ROUND_ROWS = 1000;

export interface ImportanceOptions {
  readonly k: number;
  readonly scope: Scope;
  /** Draws for each row in one round. @default as many as make about a thousand rows */
  readonly chunk?: number;
}

/**
 * The estimate inside a graph: the encoder once, then rounds of draws in a loop. A running maximum m and sum
 * s = Σ e^(log w − m) keep it in range.
 */
export function importance(model: LatentModel, batch: VaeBatch, { k, scope, chunk }: ImportanceOptions): Tensor {
  if (!Number.isInteger(k) || k < 1) throw new GenError("range", `logProb: expected k ≥ 1 draws, got ${k}`);
  const seen = observe(model, batch, { scope });
  const q = model.posterior(seen.x, seen.condition, scope);
  const key = scope.nextKey();
  const n = seen.x.shape[0]!;
  const most = Math.min(k, chunk ?? Math.max(1, Math.round(ROUND_ROWS / n)));
  const round = (draws: number, [m, s, i]: readonly Tensor[]): Tensor[] => {
    const inner = traceScope(scope.mode, splitAt(key, i!));
    const { z, gap } = q.draw(draws, inner);
    const logW = seen.logLikelihood(z, draws, inner).sub(gap.sum(1).reshape([draws, n])); // [draws, N]
    const top = m!.maximum(logW.max(0)); // [N]
    const sum = s!.mul(m!.sub(top).exp()).add(logW.sub(top).exp().sum(0));
    return [top, sum, i!.add(scalar(BigInt(draws), "u64"))];
  };
  const start = [scalar(-1e30).expand([n]), scalar(0).expand([n]), scalar(0n, "u64")];
  const { carry } = scan({ carry: start, length: Math.floor(k / most) }, (before) => ({ carry: round(most, before) }));
  const [m, s, count] = (k % most === 0 ? carry : round(k % most, carry)) as [Tensor, Tensor, Tensor];
  return s.log().add(m).sub(count.cast("f32").log());
}

/** @returns outputs mean [n, Z] and std [n, Z] of q(z|x) */
export function encode(model: LatentModel, options: RowsOptions): Program {
  return inference(model, fields(model, options), (batch, scope) => {
    const { x, condition } = observe(model, batch, { scope, dequantise: "middle" });
    const { mean, std } = model.posterior(x, condition, scope);
    return { mean, std };
  });
}

/** What decoding is conditioned on: a class for each row, or a mixture of classes. */
export interface DecodeOptions {
  readonly n: number;
  /** Feed `mixture` [n, classes] f32 instead of `label`: a walk between two classes. @default false */
  readonly mixed?: boolean;
}

/**
 * The mean of p(x|z).
 *
 * @returns output x [n, …shape], intensities
 * @throws GenError `option` for a mixture of the classes of a model that has none
 */
export function decode(model: LatentModel, { n, mixed = false }: DecodeOptions): Program {
  if (mixed && model.classes === 0)
    throw new GenError("option", "decode: expected a model with classes to mix, got one without", {
      fix: "leave `mixed` out",
    });
  const condition: Record<string, BatchField> = mixed ? { mixture: [n, model.classes] } : labels(model, n);
  return inference(
    model,
    { z: [n, model.latentDim], ...condition },
    (batch: Readonly<Record<string, Tensor>>, scope) => ({
      x: model.codec.decode(model.given(batch["z"]!, batch["mixture"] ?? model.condition(batch["label"]), scope).mean),
    }),
  );
}

/** Reconstructions through the mean of q(z|x). @returns outputs reconstruction [n, …shape], mean and std [n, Z] */
export function reconstruct(model: LatentModel, options: RowsOptions): Program {
  return inference(model, fields(model, options), (batch, scope) => {
    const { x, condition } = observe(model, batch, { scope, dequantise: "middle" });
    const { mean, std } = model.posterior(x, condition, scope);
    return { reconstruction: model.codec.decode(model.given(mean, condition, scope).mean), mean, std };
  });
}

/** Pictures from the prior, z ~ N(0, I). @returns output samples [n, …shape], intensities */
export function sample(model: LatentModel, { n, draw = "mean" }: SampleOptions): Program {
  return inference(
    model,
    labels(model, n) as Record<string, BatchField>,
    (batch: Readonly<Record<string, Tensor>>, scope) => ({
      samples: draws(model, { n, draw, condition: model.condition(batch["label"]) }, scope),
    }),
  );
}

/** Pictures from the prior inside a graph. */
export function draws(
  model: LatentModel,
  { n, draw = "mean", condition }: SampleOptions & { condition: Tensor | undefined },
  scope: Scope,
): Tensor {
  const z = model.prior.sample(n, scope);
  const x = model.given(z, condition, scope);
  return model.codec.decode(draw === "mean" ? x.mean : x.sample(scope.nextKey()));
}
