/** @file What one measures with a trained model, as programs: the variational bound, and log p(x) by the probability-flow ODE. */
import { inference, randomNormal, randomUniform, scalar, scan, splitKey, type Program, type Tensor } from "@gen/core";
import { boundTerm, priorTerm, stepTerm } from "./bound.js";
import type { Diffusion } from "./diffusion.js";
import type { DrawAt } from "./draw.js";
import { fields, givenOf, type Feeds, type RowsOptions } from "./feeds.js";
import { odeLogProb, type DensityOptions } from "./flow-ode.js";
import { column, sigmaAt } from "./forward.js";

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
    const condition = model.embed(givenOf(feeds).given, n);
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
    const condition = model.embed(givenOf(feeds).given, n);
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
