/** @file What one does with a trained VAE, as programs: measure, encode, decode, sample, fill in. */
import {
  GenError,
  inference,
  randomNormal,
  scalar,
  scan,
  splitKey as splitAt,
  type BatchField,
  type Program,
  type Scope,
  type Tensor,
} from "@gen/core";
import { normal } from "@gen/core/prob";
import type { Vae } from "./vae.js";

export interface RowsOptions {
  /** Rows in a batch. */
  readonly n: number;
  /** How pictures are given: bytes from 0 to 255, or f32 intensities in [0, 1]. @default "f32" */
  readonly pixels?: "u8" | "f32";
}

export interface SampleOptions {
  readonly n: number;
  /** A draw of x given z, or its mean. @default "mean" */
  readonly draw?: "mean" | "sample";
}

export interface LogProbOptions extends RowsOptions {
  /** Draws of z for each row. @default 5000 */
  readonly k?: number;
}

export interface CompleteOptions {
  readonly n: number;
  /** Rounds of pseudo-Gibbs sampling. @default 50 */
  readonly rounds?: number;
}

/** The fields that feed a program of this model. */
export function fields(vae: Vae, { n, pixels = "f32" }: RowsOptions): { x: BatchField } & { label?: BatchField } {
  return { x: { shape: [n, ...vae.shape], dtype: pixels }, ...labels(vae, n) };
}

function labels(vae: Vae, n: number): { label?: BatchField } {
  return vae.classes === 0 ? {} : { label: { shape: [n], dtype: "i32" } };
}

/**
 * Negative bound of each row.
 *
 * @returns outputs nats [n], bitsPerDim [n], reconstruction [n], kl [n]
 */
export function bound(vae: Vae, options: RowsOptions): Program {
  return inference(vae, fields(vae, options), (batch, scope) => {
    const { elbo, reconstruction, kl } = vae.elbo(batch, scope);
    const nats = elbo.neg();
    return { nats, bitsPerDim: nats.mul(1 / (vae.dims * Math.LN2)), reconstruction: reconstruction.neg(), kl };
  });
}

/**
 * log p(x) of each row by importance sampling, in nats:
 *
 *     log p(x) ≈ log 1/K Σ_k w_k      w = p(x|z) p(z) / q(z|x),  z ~ q(z|x)
 *
 * The mean of the estimate is below log p(x) and rises to it with K. The draws stream through the graph one at a time:
 * memory does not depend on K.
 *
 * @returns output logProb [n]
 * @see Burda, Grosse & Salakhutdinov 2016, arXiv:1509.00519, eq. 8
 */
export function logProb(vae: Vae, { k = 5000, ...rows }: LogProbOptions): Program {
  return inference(vae, fields(vae, rows), (batch, scope) => ({ logProb: importance(vae, batch, { k, scope }) }));
}

/** The estimate inside a graph. A running maximum m and sum s = Σ e^(log w − m) keep it in range. */
export function importance(
  vae: Vae,
  { x: pictures, label }: Readonly<Record<string, Tensor>>,
  { k, scope }: { k: number; scope: Scope },
): Tensor {
  if (!Number.isInteger(k) || k < 1) throw new GenError("range", `logProb: expected k ≥ 1 draws, got ${k}`);
  const x = vae.prepared(pictures!);
  const condition = vae.condition(label);
  const q = vae.posterior(x, condition, scope);
  const prior = normal({ mean: scalar(0), std: scalar(1).expand(q.mean.shape), eventDims: 1 });
  const key = scope.nextKey();
  const n = x.shape[0]!;
  const { carry } = scan(
    { carry: [scalar(-1e30).expand([n]), scalar(0).expand([n]), scalar(0n, "u64")], length: k },
    ([m, s, i]) => {
      const z = q.sample(splitAt(key, i!));
      const logW = vae.given(z, condition, scope).logProb(x).add(prior.logProb(z)).sub(q.logProb(z)); // [n]
      const top = m!.maximum(logW);
      return { carry: [top, s!.mul(m!.sub(top).exp()).add(logW.sub(top).exp()), i!.add(scalar(1n, "u64"))] };
    },
  );
  const [m, s, count] = carry as [Tensor, Tensor, Tensor];
  return s.log().add(m).sub(count.cast("f32").log());
}

/** @returns outputs mean [n, Z] and std [n, Z] of q(z|x) */
export function encode(vae: Vae, options: RowsOptions): Program {
  return inference(vae, fields(vae, options), ({ x, label }, scope) => {
    const { mean, std } = vae.posterior(vae.prepared(x), vae.condition(label), scope);
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
export function decode(vae: Vae, { n, mixed = false }: DecodeOptions): Program {
  if (mixed && vae.classes === 0)
    throw new GenError("option", "decode: expected a model with classes to mix, got one without", {
      fix: "leave `mixed` out",
    });
  const condition: Record<string, BatchField> = mixed ? { mixture: [n, vae.classes] } : labels(vae, n);
  return inference(vae, { z: [n, vae.latentDim], ...condition }, (batch: Readonly<Record<string, Tensor>>, scope) => ({
    x: vae.given(batch["z"]!, batch["mixture"] ?? vae.condition(batch["label"]), scope).mean,
  }));
}

/** Reconstructions through the mean of q(z|x). @returns outputs reconstruction [n, …shape], mean and std [n, Z] */
export function reconstruct(vae: Vae, options: RowsOptions): Program {
  return inference(vae, fields(vae, options), ({ x, label }, scope) => {
    const condition = vae.condition(label);
    const { mean, std } = vae.posterior(vae.prepared(x), condition, scope);
    return { reconstruction: vae.given(mean, condition, scope).mean, mean, std };
  });
}

/** Pictures from the prior, z ~ N(0, I). @returns output samples [n, …shape], intensities */
export function sample(vae: Vae, { n, draw = "mean" }: SampleOptions): Program {
  return inference(
    vae,
    labels(vae, n) as Record<string, BatchField>,
    (batch: Readonly<Record<string, Tensor>>, scope) => ({
      samples: draws(vae, { n, draw, condition: vae.condition(batch["label"]) }, scope),
    }),
  );
}

/** Pictures from the prior inside a graph. */
export function draws(
  vae: Vae,
  { n, draw = "mean", condition }: SampleOptions & { condition: Tensor | undefined },
  scope: Scope,
): Tensor {
  const z = randomNormal(scope.nextKey(), [n, vae.latentDim]);
  const x = vae.given(z, condition, scope);
  return draw === "mean" ? x.mean : x.sample(scope.nextKey());
}

/**
 * Fills in what a mask hides, by pseudo-Gibbs sampling: the hidden part is drawn from p(x|z) with z ~ q(z|x), again and
 * again; of the last round it is the mean. Feeds x [n, …shape] f32, whose hidden part may hold anything, and mask
 * [n, …shape] f32, 1 where x is known and 0 where it is not.
 *
 * @returns output x [n, …shape], whose known part is that of the feed, to the bit
 * @throws GenError `range` for less than one round
 * @see Rezende, Mohamed & Wierstra 2014, arXiv:1401.4082, appendix F
 */
export function complete(vae: Vae, { n, rounds = 50 }: CompleteOptions): Program {
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new GenError("range", `complete: expected rounds ≥ 1, got ${rounds}`);
  const shape = [n, ...vae.shape];
  const batch: Record<string, BatchField> = { x: shape, mask: shape, ...labels(vae, n) };
  return inference(vae, batch, (inputs: Readonly<Record<string, Tensor>>, scope) => {
    const known = inputs["mask"]!.greater(0.5);
    const blend = (filled: Tensor): Tensor => known.where(inputs["x"]!, filled);
    const condition = vae.condition(inputs["label"]);
    const key = scope.nextKey();
    const grey = blend(scalar(0.5).expand(shape));
    const { carry } = scan({ carry: [grey, grey, scalar(0n, "u64")], length: rounds }, ([drawn, , i]) => {
      const own = splitAt(key, i!);
      const z = vae.posterior(vae.prepared(drawn!), condition, scope).sample(splitAt(own, 0));
      const x = vae.given(z, condition, scope);
      return { carry: [blend(x.sample(splitAt(own, 1))), blend(x.mean), i!.add(scalar(1n, "u64"))] };
    });
    return { x: carry[1]! };
  });
}
