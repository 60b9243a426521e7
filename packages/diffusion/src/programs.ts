/** @file What one does with a trained model, as programs: sample, measure, encode, decode, fill in, change. */
import {
  concat,
  GenError,
  inference,
  randomNormal,
  randomUniform,
  scan,
  scalar,
  splitKey,
  type BatchField,
  type Program,
  type Scope,
  type Tensor,
} from "@gen/core";
import { boundTerm, priorTerm, stepTerm } from "./bound.js";
import type { Given } from "./condition.js";
import type { Diffusion } from "./diffusion.js";
import { draw, walkOf, type DrawOptions } from "./draw.js";
import { inverted, odeLogProb, reverted, type DensityOptions, type OdeOptions } from "./flow-ode.js";
import { column, sigmaAt } from "./forward.js";
import { inpainting, merged } from "./inpaint.js";
import { samplerOf } from "./samplers.js";
import { walked, watched } from "./walk.js";

export interface RowsOptions {
  /** Rows in a batch. */
  readonly n: number;
  /** How rows are given: numbers, or bytes from 0 to 255 for a codec of pictures. @default "f32" */
  readonly pixels?: "u8" | "f32";
}

export type Feeds = Readonly<Record<string, Tensor>>;

export interface SampleOptions extends Omit<DrawOptions, "count"> {
  readonly n: number;
  /** Leave the condition out, which takes a model with a null. @default false */
  readonly unconditional?: boolean;
  /** Feed `negativeLabel` or `negativeContext` as well: what samples are guided away from. @default false */
  readonly negative?: boolean;
}

/** The field of what rows are conditioned on, if the model has a condition. */
export function conditionFields(model: Diffusion, n: number): Record<string, BatchField> {
  return model.condition === undefined ? {} : { [model.condition.field]: model.condition.fieldOf(n) };
}

/** The fields that feed a program of this model. */
export function fields(
  model: Diffusion,
  { n, pixels = "f32" }: RowsOptions,
): { x: BatchField } & Record<string, BatchField> {
  return { x: { shape: [n, ...model.shape], dtype: pixels }, ...conditionFields(model, n) };
}

/** What a batch is conditioned on. */
export function givenOf({ label, context }: Feeds): Given {
  return { label, context };
}

function sampleFields(
  model: Diffusion,
  { n, unconditional = false, negative = false }: SampleOptions,
): Record<string, BatchField> {
  const { condition } = model;
  if (condition === undefined || unconditional) return {};
  const avoided = condition.field === "label" ? "negativeLabel" : "negativeContext";
  return { ...conditionFields(model, n), ...(negative ? { [avoided]: condition.fieldOf(n) } : {}) };
}

function negativeOf(feeds: Feeds): { negative?: Given } {
  const { negativeLabel, negativeContext } = feeds;
  if (negativeLabel === undefined && negativeContext === undefined) return {};
  return { negative: { label: negativeLabel, context: negativeContext } };
}

/**
 * New rows. Feeds `label` or `context`, if the model has a condition.
 *
 * @returns output samples [n, …shape]
 * @throws GenError `range` for steps < 1, `option` for guidance of a model without a null condition
 */
export function sample(model: Diffusion, options: SampleOptions): Program {
  const { n } = options;
  return inference(model, sampleFields(model, options), (feeds: Feeds, scope) => {
    const at = { given: givenOf(feeds), ...negativeOf(feeds), scope, key: scope.nextKey(), n };
    return { samples: model.decoded(draw(model, options, at)) };
  });
}

/** How noise becomes rows. @returns output frames [steps + 1, n, …shape]: each x, brought to the size of data, and the end */
export function denoising(model: Diffusion, options: SampleOptions): Program {
  const { n, steps = 50 } = options;
  return inference(model, sampleFields(model, options), (feeds: Feeds, scope) => {
    const at = { given: givenOf(feeds), ...negativeOf(feeds), scope, key: scope.nextKey(), n };
    const path = walkOf(model, options, at);
    const { frames, sigmas } = watched(path, path.begin([n, ...model.rowShape]), steps);
    const alpha = sigmas.square().add(1).sqrt().reciprocal();
    const seen = frames.mul(alpha.reshape([steps + 1, 1, ...model.rowShape.map(() => 1)]));
    const rows = model.decoded(seen.reshape([(steps + 1) * n, ...model.rowShape]));
    return { frames: rows.reshape([steps + 1, n, ...model.shape]) };
  });
}

/**
 * Rows changed: noise up to `strength`, then down again. Feeds x. SDEdit.
 *
 * @returns output x [n, …shape]
 * @see Meng et al. 2022, "SDEdit", algorithm 1. arXiv:2108.01073
 */
export function edit(model: Diffusion, options: SampleOptions & { readonly strength: number }): Program {
  const { n, steps = 50 } = options;
  const batch = { ...fields(model, { n }), ...sampleFields(model, options) };
  return inference(model, batch, (feeds: Feeds, scope) => {
    const at = { given: givenOf(feeds), ...negativeOf(feeds), scope, key: scope.nextKey(), n };
    const { y } = model.encoded(feeds["x"]!, scope);
    const path = walkOf(model, options, at);
    return { x: model.decoded(walked(path, path.begin(y.shape, y), steps)) };
  });
}

export interface CompleteOptions extends SampleOptions {
  /** See `inpainting`. @default 1 */
  readonly repeats?: number;
}

/**
 * Fills in what a mask hides. Feeds x, whose hidden part may hold anything, and mask, [n, …shape] f32, 1 where x is known.
 *
 * @returns output x [n, …shape], whose known part is that of the feed, to the bit
 */
export function complete(model: Diffusion, options: CompleteOptions): Program {
  const { n } = options;
  const batch = { ...fields(model, { n }), mask: [n, ...model.shape], ...sampleFields(model, options) };
  return inference(model, batch, (feeds: Feeds, scope) => ({
    x: completed(model, options, { feeds, scope, key: scope.nextKey() }),
  }));
}

/** The same inside a graph. */
export function completed(
  model: Diffusion,
  options: CompleteOptions & DrawOptions,
  { feeds, scope, key }: { feeds: Feeds; scope: Scope; key: Tensor },
): Tensor {
  const { n, sampler = "ddpm", repeats = 1, steps = 50 } = options;
  const { x, mask } = feeds as { x: Tensor; mask: Tensor };
  const safe = mask.greater(0.5).where(x, 0); // NaN may hide where nobody looks
  const { y: known } = model.encoded(safe, scope);
  const rowMask = mask.reshape(known.shape);
  const keeping = inpainting({ sampler: samplerOf(sampler), known, mask: rowMask, repeats });
  const at = { given: givenOf(feeds), ...negativeOf(feeds), scope, key, n };
  const path = walkOf(model, { ...options, sampler: keeping }, at);
  const end = walked(path, path.begin(known.shape), steps);
  return merged(model.decoded(merged(end, known, rowMask)), x, mask);
}

/** Codes of rows, by the probability-flow ODE. Feeds x. @returns output z [n, …rowShape] */
export function encode(
  model: Diffusion,
  { n, pixels = "f32", ...options }: RowsOptions & Omit<OdeOptions, "count">,
): Program {
  return inference(model, fields(model, { n, pixels }), (feeds: Feeds, scope) => {
    const at = { given: givenOf(feeds), scope, key: scalar(0n, "u64"), n };
    return { z: inverted(model, model.encoded(feeds["x"]!, scope).y, { options, at }) };
  });
}

/** Rows of codes. Feeds z [n, …rowShape]. @returns output x [n, …shape] */
export function decode(
  model: Diffusion,
  { n, ...options }: { readonly n: number } & Omit<OdeOptions, "count">,
): Program {
  return inference(model, { z: [n, ...model.rowShape], ...conditionFields(model, n) }, (feeds: Feeds, scope) => {
    const at = { given: givenOf(feeds), scope, key: scalar(0n, "u64"), n };
    return { x: model.decoded(reverted(model, feeds["z"]!, { options, at })) };
  });
}

/**
 * A walk from one row to another, on the sphere between their codes. Feeds `from` and `to`, [1, …shape], and the condition
 * of both, if the model has one.
 *
 * @returns output x [ways, …shape], whose ends are the two rows as far as the solver finds them again
 * @see Song, Meng & Ermon 2021, §5.3. arXiv:2010.02502
 */
export function interpolate(
  model: Diffusion,
  { ways, ...options }: { readonly ways: number } & Omit<OdeOptions, "count">,
): Program {
  if (!Number.isInteger(ways) || ways < 2) throw new GenError("range", `interpolate: expected ways ≥ 2, got ${ways}`);
  const row = [1, ...model.shape];
  return inference(model, { from: row, to: row, ...conditionFields(model, 1) }, (feeds: Feeds, scope) => {
    const spread = (t: Tensor | undefined, n: number): Tensor | undefined => t?.expand([n, ...t.shape.slice(1)]);
    const given = (n: number): Given => ({ label: spread(feeds["label"], n), context: spread(feeds["context"], n) });
    const both = concat([feeds["from"]!, feeds["to"]!], 0);
    const key = scalar(0n, "u64");
    const z = inverted(model, model.encoded(both, scope).y, { options, at: { given: given(2), scope, key, n: 2 } });
    const [a, b] = z.split([1, 1], 0) as [Tensor, Tensor];
    const between = Array.from({ length: ways }, (_, i) => onSphere(a, b, i / (ways - 1)));
    return {
      x: model.decoded(
        reverted(model, concat(between, 0), { options, at: { given: given(ways), scope, key, n: ways } }),
      ),
    };
  });
}

/** Weights of a straight line, brought to the norm of a draw: (1 − t) a + t b over √((1 − t)² + t²). */
function onSphere(a: Tensor, b: Tensor, t: number): Tensor {
  return a
    .mul(1 - t)
    .add(b.mul(t))
    .mul(1 / Math.hypot(1 - t, t));
}

/**
 * The variational bound of each row, every step of the chain, one draw of noise for each.
 *
 * @returns outputs nats [n], bitsPerDim [n], and what they are made of: prior [n], and terms [T, n] from the data up, in
 * nats of what the network sees. Of a model of levels nats is −log P(x) at most; of others −log p(x), in the user's units
 */
export function bound(model: Diffusion, options: RowsOptions): Program {
  const { n } = options;
  return inference(model, fields(model, options), (feeds: Feeds, scope) => {
    const { y, logDet } = model.encoded(feeds["x"]!, scope);
    const condition = model.condition && model.embed(givenOf(feeds), n);
    const key = scope.nextKey();
    const { ys } = scan({ carry: [scalar(0, "i32")], length: model.process.levels.length }, ([k]) => {
      const noise = randomNormal(splitKey(key, k!), y.shape);
      return { carry: [k!.add(1)], ys: [stepTerm(model, { y, noise, k: k!.expand([n]), condition, scope })] };
    });
    const prior = priorTerm(model, y);
    return { ...inUnits(model, ys[0]!.sum(0).add(prior), logDet), prior, terms: ys[0]! };
  });
}

/**
 * What one watches while a model learns: the loss of training, and an estimate of the bound by one random step of the chain
 * for each row, right in the mean over rows.
 *
 * @returns outputs bitsPerDim [n], nats [n], error [n]
 */
export function boundEstimate(model: Diffusion, options: RowsOptions): Program {
  const { n } = options;
  return inference(model, fields(model, options), (feeds: Feeds, scope) => {
    const { y, logDet } = model.encoded(feeds["x"]!, scope);
    const condition = model.condition && model.embed(givenOf(feeds), n);
    const t = randomUniform(scope.nextKey(), [n]);
    const noise = randomNormal(scope.nextKey(), y.shape);
    const nats = boundTerm(model, { y, noise, t, condition, scope }).add(priorTerm(model, y));
    const sigma = sigmaAt(model.process, t);
    const { raw } = model.estimate(y.add(noise.mul(column(sigma, y))), { sigma, condition, scope });
    const error = raw
      .sub(model.targetFor(y, noise, sigma))
      .square()
      .flatten()
      .mean(1);
    return { ...inUnits(model, nats, logDet), error };
  });
}

function inUnits(model: Diffusion, nats: Tensor, logDet: Tensor | undefined): { nats: Tensor; bitsPerDim: Tensor } {
  const total = logDet === undefined || model.levels !== undefined ? nats : nats.sub(logDet);
  return { nats: total, bitsPerDim: total.mul(1 / (model.dims * Math.LN2)) };
}

/**
 * log p(x) of each row by the probability-flow ODE. With a codec that dequantises, a lower bound in the mean.
 *
 * @returns outputs logProb [n], nats [n] (its negative), bitsPerDim [n]
 */
export function logProb(
  model: Diffusion,
  { n, pixels = "f32", ...options }: RowsOptions & Omit<DensityOptions, "count">,
): Program {
  return inference(model, fields(model, { n, pixels }), (feeds: Feeds, scope) => {
    const logProb = logProbOf(model, options, { feeds, scope, key: scope.nextKey(), n });
    const nats = logProb.neg();
    return { logProb, nats, bitsPerDim: nats.mul(1 / (model.dims * Math.LN2)) };
  });
}

/** The same inside a graph. @returns [n], nats in the user's units */
export function logProbOf(
  model: Diffusion,
  options: DensityOptions,
  { feeds, scope, key, n }: { feeds: Feeds; scope: Scope; key: Tensor; n: number },
): Tensor {
  const { y, logDet } = model.encoded(feeds["x"]!, scope);
  const log = odeLogProb(model, y, { options, at: { given: givenOf(feeds), scope, key, n } });
  return logDet === undefined ? log : log.add(logDet);
}

/** The estimate of the data from noisy rows. Feeds x = data + σ·noise [n, …rowShape], sigma [n]. @returns output denoised */
export function denoise(model: Diffusion, { n }: { readonly n: number }): Program {
  return inference(
    model,
    { x: [n, ...model.rowShape], sigma: [n], ...conditionFields(model, n) },
    (feeds: Feeds, scope) => {
      const condition = model.condition && model.embed(givenOf(feeds), n);
      return { denoised: model.estimate(feeds["x"]!, { sigma: feeds["sigma"]!, condition, scope }).mean };
    },
  );
}
