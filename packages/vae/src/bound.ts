/** @file The bound of each row by an objective, and the loss that training lowers: the same for every latent-variable model. */
import { iota, randomUniform, scalar, softmax, type Scope, type Tensor } from "@gen/core";
import { rateAt } from "@gen/core/optim";
import type { LatentModel } from "./latent.js";
import type { Objective } from "./objective.js";
import { observe, type VaeBatch } from "./observed.js";

/** A bound and its parts for each row, [N], in nats. */
export interface BoundTerms {
  /** At most log p(x), in the mean. */
  readonly bound: Tensor;
  /** E_q[log p(x|z)], by the objective's draws. */
  readonly reconstruction: Tensor;
  /** KL(q(z|x) ‖ p(z)): in closed form if the objective is linear in it and there is one, else by the same draws. */
  readonly kl: Tensor;
}

/** The bound of each row by an objective, that of the model unless another is given. */
export function boundOf(
  model: LatentModel,
  batch: VaeBatch,
  { scope, objective = model.criterion.objective }: { readonly scope: Scope; readonly objective?: Objective },
): BoundTerms {
  const { z, gap, closed, logLikelihoodOf } = drawnFor(model, batch, { scope, objective });
  const logLikelihood = logLikelihoodOf(z, objective.draws); // [K, N]
  const cost = closed?.sum(1).unsqueeze(0) ?? gap; //           [1 or K, N]
  const bound = objective.bound(logLikelihood.sub(cost));
  return { bound, reconstruction: logLikelihood.mean(0), kl: cost.mean(0) };
}

/** A loss in nats for each row, and both parts of the bound: means over the rows. */
export type LossTerms = {
  readonly loss: Tensor;
  readonly reconstruction: Tensor;
  readonly kl: Tensor;
};

/** What training lowers: −bound, with β and free bits where the model has them. */
export function lossOf(model: LatentModel, batch: VaeBatch, scope: Scope): LossTerms {
  const { objective, freeBits } = model.criterion;
  const beta = betaOf(model, scope);
  const { z, gap, gaps, closed, logLikelihoodOf } = drawnFor(model, batch, { scope, objective });
  const logLikelihood = logLikelihoodOf(z, objective.draws); // [K, N]
  const cost = closed?.sum(1).unsqueeze(0) ?? gap;
  const parts = { reconstruction: logLikelihood.mean(), kl: cost.mean() };
  if (freeBits > 0) {
    const kl = (closed ?? gaps).mean(0).maximum(freeBits).sum(); // over the groups
    return { loss: kl.mul(beta).sub(parts.reconstruction), ...parts };
  }
  const weighted = (given: Tensor, gap: Tensor): Tensor => given.sub(gap.mul(beta));
  const bound = objective.bound(weighted(logLikelihood, cost)).mean();
  const r = objective.resampled;
  if (r === undefined) return { loss: bound.neg(), ...parts };
  const chosen = resample(weighted(logLikelihood, gap).stopGradient(), r, scope.nextKey());
  const chosenGap = gap.flatten(0).gather(chosen).reshape([r, -1]);
  const path = weighted(logLikelihoodOf(z.gather(chosen), r), chosenGap).mean();
  return { loss: bound.sub(path).stopGradient().add(path).neg(), ...parts };
}

/**
 * Systematic resampling: r draws for each row, each as often as its weight says, up to one.
 *
 * @param logW [K, N]
 * @returns rows of [K·N, …], [r·N] i32
 */
export function resample(logW: Tensor, r: number, key: Tensor): Tensor {
  const [k, n] = logW.shape as [number, number];
  const cumulative = softmax(logW, 0).cumSum(0); // [K, N]
  const u = randomUniform(key, [1, n]).add(iota(r, "f32").unsqueeze(1)).div(r); // [r, N]
  const draw = u
    .unsqueeze(1)
    .greater(cumulative)
    .cast("i32")
    .sum(1)
    .minimum(k - 1); // [r, N]
  return draw
    .mul(n)
    .add(iota(n, "i32"))
    .reshape([r * n]);
}

interface Drawn {
  /** [K·N, Z] */
  readonly z: Tensor;
  /** log q(z|x) − log p(z): of each group of latents, [K·N, G], and of all, [K, N]. */
  readonly gaps: Tensor;
  readonly gap: Tensor;
  /** The mean of `gaps` over q in closed form, [N, G], if the objective is linear in it and there is one. */
  readonly closed: Tensor | undefined;
  /** log p(x|z) of r draws for each row, [r·N, Z] → [r, N]. */
  readonly logLikelihoodOf: (z: Tensor, r: number) => Tensor;
}

function drawnFor(
  model: LatentModel,
  batch: VaeBatch,
  { scope, objective }: { readonly scope: Scope; readonly objective: Objective },
): Drawn {
  const seen = observe(model, batch, { scope });
  const q = model.posterior(seen.x, seen.condition, scope);
  const { z, gap: gaps } = q.draw(objective.draws, scope);
  return {
    z,
    gaps,
    gap: gaps.sum(1).reshape([objective.draws, -1]),
    closed: objective.name === "elbo" ? q.kl : undefined,
    logLikelihoodOf: (z, r) => seen.logLikelihood(z, r, scope),
  };
}

/** β at this step; to train is to count. */
function betaOf({ criterion: { beta }, steps }: LatentModel, scope: Scope): Tensor {
  if (steps === undefined) return scalar(beta as number);
  const step = scope.read(steps);
  if (scope.mode === "train") scope.write(steps, step.add(1));
  return rateAt(beta, step, "f32");
}
