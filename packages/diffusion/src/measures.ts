/** @file What one measures with a trained model, as programs: the variational bound, and log p(x) by the probability-flow ODE. */
import {
  GenError,
  inference,
  randomNormal,
  randomUniform,
  scalar,
  scan,
  splitKey,
  type Program,
  type Tensor,
} from "@gen/core";
import { boundTerm, priorTerm, stepTerm } from "./bound.js";
import type { Diffusion } from "./diffusion.js";
import type { DrawAt } from "./draw.js";
import { fields, givenOf, type Feeds, type RowsOptions } from "./feeds.js";
import { odeLogProb, type DensityOptions } from "./flow-ode.js";
import { column, sigmaAt } from "./forward.js";
import { squaredError } from "./loss.js";

export interface BoundOptions extends RowsOptions {
  /** Parts of the chain of which one step each is looked at; at most T. @default T: all steps */
  readonly parts?: number;
}

/**
 * The variational bound of each row, with one draw of noise for each step of the chain that is looked at. Of fewer parts than
 * steps it is right in the mean over draws, which choose a step of each part.
 *
 * @returns outputs nats [n], bitsPerDim [n], and what they are made of: prior [n], and terms [parts, n] from the data up, in
 * nats of what the network sees. Of a model of levels nats is −log P(x) at most; of others −log p(x), in the user's units
 * @throws GenError `range` for parts that are not 1 … T
 */
export function bound(model: Diffusion, options: BoundOptions): Program {
  const { n, parts = model.process.levels.length } = options;
  const { length } = model.process.levels;
  if (!Number.isInteger(parts) || parts < 1 || parts > length)
    throw new GenError("range", `bound: expected parts, a whole number from 1 to ${length}, got ${parts}`);
  return inference(model, fields(model, options), (feeds: Feeds, scope) => {
    const { logDet, ...made } = boundOf(model, { parts }, { feeds, at: { scope, key: scope.nextKey(), n } });
    return { ...inUnits(model, made.nats, logDet), prior: made.prior, terms: made.terms };
  });
}

/** The same inside a graph, in nats of what the network sees. @param count the parts as a scalar, where they are open */
export function boundOf(
  model: Diffusion,
  { parts, count = scalar(parts) }: { readonly parts: number; readonly count?: Tensor },
  { feeds, at: { scope, key, n } }: { readonly feeds: Feeds; readonly at: Pick<DrawAt, "scope" | "key" | "n"> },
): { nats: Tensor; prior: Tensor; terms: Tensor; logDet: Tensor | undefined } {
  const { y, mask, logDet } = model.encoded(feeds["x"]!, scope, feeds["mask"]);
  const condition = model.embed(givenOf(feeds).given, n);
  const { length } = model.process.levels;
  const each = count.reciprocal().mul(length); // steps of a part
  const { ys } = scan({ carry: [scalar(0, "i32")], length: parts }, ([p]) => {
    const own = splitKey(key, p!);
    const u = randomUniform(splitKey(own, 0), [n]);
    const k = p!
      .cast("f32")
      .add(u)
      .mul(each)
      .floor()
      .minimum(length - 1)
      .cast("i32");
    const noise = randomNormal(splitKey(own, 1), y.shape);
    return { carry: [p!.add(1)], ys: [stepTerm(model, { y, noise, mask, k, condition, scope }).mul(each)] };
  });
  const prior = priorTerm(model, y);
  return { nats: ys[0]!.sum(0).add(prior), prior, terms: ys[0]!, logDet };
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
    const { y, mask, logDet } = model.encoded(feeds["x"]!, scope, feeds["mask"]);
    const condition = model.embed(givenOf(feeds).given, n);
    const t = randomUniform(scope.nextKey(), [n]);
    const noise = randomNormal(scope.nextKey(), y.shape);
    const nats = boundTerm(model, { y, noise, mask, t, condition, scope }).add(priorTerm(model, y));
    const sigma = sigmaAt(model.process, t);
    const { raw } = model.estimate(y.add(noise.mul(column(sigma, y))), { sigma, condition, scope });
    const error = squaredError(raw, model.targetFor(y, noise, sigma), mask);
    return { ...inUnits(model, nats, logDet), error };
  });
}

/** Nats of the network's rows as nats and bits/dim of the user's. */
export function inUnits(
  model: Diffusion,
  nats: Tensor,
  logDet: Tensor | undefined,
): { nats: Tensor; bitsPerDim: Tensor } {
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
    const at = { given: givenOf(feeds).given, scope, key: scope.nextKey(), n };
    const logProb = logProbOf(model, options, { feeds, at });
    const nats = logProb.neg();
    return { logProb, nats, bitsPerDim: nats.mul(1 / (model.dims * Math.LN2)) };
  });
}

/** The same inside a graph. @returns [n], nats in the user's units */
export function logProbOf(
  model: Diffusion,
  options: DensityOptions,
  { feeds, at }: { readonly feeds: Feeds; readonly at: DrawAt },
): Tensor {
  const { y, logDet } = model.encoded(feeds["x"]!, at.scope);
  const log = odeLogProb(model, y, { options, at });
  return logDet === undefined ? log : log.add(logDet);
}
