/** @file The losses of training: a weighted squared error at a level of noise drawn for each row, and the variational bound. */
import { GenError, iota, randomNormal, randomUniform, scalar, type Scope, type Tensor } from "@gen/core";
import { boundTerm } from "./bound.js";
import type { Given } from "./condition.js";
import { coupled, type Coupling } from "./coupling.js";
import type { Diffusion } from "./diffusion.js";
import { column, sigmaAt } from "./forward.js";
import { weightingOf, type Weighting, type WeightingName } from "./weighting.js";

export interface LossOptions {
  /** How levels count. @default "simple" */
  readonly weighting?: WeightingName | Weighting;
  /**
   * "simple": the weighted squared error; "bound": the variational bound in nats, at levels drawn alike; "hybrid", for
   * learned variances: "simple" plus 0.001 of the bound. @default "simple"; "hybrid" for a model that learns variances
   */
  readonly objective?: "simple" | "bound" | "hybrid";
  /** Standard deviation of a part of the noise that all positions of a channel share. Guttenberg 2023. @default 0 */
  readonly offsetNoise?: number;
  /** How noise is paired with rows. @default "independent" */
  readonly coupling?: Coupling;
}

/** What a row is trained on. */
export interface DiffusionBatch extends Given {
  /** [N, …shape] */
  readonly x: Tensor;
  /** Of their shape: 1 where x is known, 0 in a gap, whatever x is there; of models with a codec of tables. @default all, but NaN */
  readonly mask?: Tensor;
}

/**
 * The mean of λ(σ)·‖x̂(x + σε, σ) − x‖² / D over rows, each at its own level and with its own noise; or the bound. Of rows
 * with gaps, what is known alone is compared: Ouyang et al. 2023, "MissDiff", eq. 3. arXiv:2307.00467
 *
 * Levels are stratified over the rows, one uniform draw for all: t_i = (u + i)/N. Kingma et al. 2021, appendix I.1. arXiv:2107.00630
 */
export function diffusionLoss(
  model: Diffusion,
  batch: DiffusionBatch,
  { options = {}, scope }: { options?: LossOptions; scope: Scope },
): Tensor {
  const { weighting = "simple", offsetNoise = 0, coupling = "independent" } = options;
  const { objective = model.variance === "learned" ? "hybrid" : "simple" } = options;
  if (objective === "hybrid" && model.variance !== "learned")
    throw new GenError("option", 'loss: expected "hybrid" of a model that learns variances, got one that does not');
  const condition = model.embedDropping(batch, scope);
  const { y, mask } = model.encoded(batch.x, scope, batch.mask);
  const n = y.shape[0]!;
  const t = iota(n)
    .add(randomUniform(scope.nextKey(), [1]))
    .mul(1 / n); //                                [N]
  const free = noiseLike(y, offsetNoise, scope);
  const noise = coupling === "independent" ? free : coupled(y, free, scope);
  if (objective === "bound") return boundTerm(model, { y, noise, mask, t, condition, scope }).mean();

  const sigma = sigmaAt(model.process, t);
  const x = y.add(noise.mul(column(sigma, y)));
  const last = model.selfCondition ? guess(model, x, { sigma, condition, scope }) : undefined;
  const { raw, out } = model.estimate(x, { sigma, condition, last, scope });
  const error = squaredError(raw, model.targetFor(y, noise, sigma), mask); // [N]
  const s = column(sigma, y);
  const lambda = weightingOf(weighting)({ sigma: s, out });
  const weight = lambda.mul(out.square()).reshape([n]);
  const loss = error.mul(weight).mean();
  if (objective === "simple") return loss;
  const bound = boundTerm(model, { y, noise, mask, t, condition, scope, fixMean: true }).mean();
  return loss.add(bound.mul(0.001));
}

/** The mean over a row's numbers of (a − b)², where they are known: [N]. */
export function squaredError(a: Tensor, b: Tensor, mask: Tensor | undefined): Tensor {
  const error = a.sub(b).square();
  return (mask === undefined ? error : error.mul(mask)).flatten().mean(1);
}

/** For half of the batches' rows the model's own first estimate, through which no gradient goes; nothing for the others. */
function guess(
  model: Diffusion,
  x: Tensor,
  at: { sigma: Tensor; condition: Tensor | undefined; scope: Scope },
): Tensor {
  const { mean } = model.estimate(x, at);
  const isGiven = randomUniform(at.scope.nextKey(), [x.shape[0]!]).less(0.5);
  return column(isGiven, x).where(mean.stopGradient(), scalar(0));
}

function noiseLike(y: Tensor, offset: number, scope: Scope): Tensor {
  const noise = randomNormal(scope.nextKey(), y.shape);
  if (offset === 0) return noise;
  const shared = randomNormal(scope.nextKey(), [y.shape[0]!, y.shape[1]!]);
  return noise.add(shared.reshape([...shared.shape, ...y.shape.slice(2).map(() => 1)]).mul(offset));
}
