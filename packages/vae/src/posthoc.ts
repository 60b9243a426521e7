/** @file Priors after the fact: densities of the codes that a trained model gives, in the place of its own prior. */
import {
  constant,
  GenError,
  logSumExp,
  ndarray,
  paths,
  randomNormal,
  showShape,
  type Scope,
  type Shape,
  type Tensor,
} from "@gen/core";
import { Affine } from "@gen/core/codec";
import { categorical, normal, type Density } from "@gen/core/prob";
import { lossOf, type LossTerms } from "./bound.js";
import { frozen } from "./frozen.js";
import type { LatentModel } from "./latent.js";
import type { Likelihood } from "./likelihood.js";
import type { MixtureFit } from "./posthoc-mixture.js";
import { observe, type VaeBatch } from "./observed.js";
import { importance } from "./programs.js";

/**
 * A trained model with another prior over its codes: to be sampled, measured and exported as any model. Encoder and
 * decoder keep their names in the store; what the density learned is below `prior`.
 *
 *     const mixture = mixtureDensity(fitMixture(codes.mean, { components: 20, key: key(4) }));
 *     await exportFolder("digits", { …, files: exportedFiles(withPrior(vae, mixture)) }, { runtime, store });
 *
 * @throws GenError `shape` for a density over other codes, `option` for a model that learned a prior of its own
 */
export function withPrior(model: LatentModel, prior: Density): LatentModel {
  if (showShape(prior.shape) !== showShape([model.latentDim])) {
    throw new GenError(
      "shape",
      `withPrior: expected a density over [${model.latentDim}], got one over ${showShape(prior.shape)}`,
    );
  }
  if (paths(model.prior).size > 0) {
    throw new GenError("option", "withPrior: expected a model with a fixed prior, got one that learned its own", {
      fix: "leave its prior as it is, or train with the standard normal one",
    });
  }
  const { codec, shape, dims, latentDim, classes, criterion } = model;
  const replaced: LatentModel = {
    ...{ codec, shape, dims, latentDim, classes, criterion, steps: undefined },
    prior,
    condition: (label) => model.condition(label),
    given: (z, condition, scope) => model.given(z, condition, scope),
    elements: (z, condition, scope) => model.elements(z, condition, scope),
    posterior(x, condition, scope) {
      const q = model.posterior(x, condition, scope);
      return {
        mean: q.mean,
        std: q.std,
        draw(k, scope) {
          const { z, gap } = q.draw(k, scope);
          const logQ = gap.sum(1).add(model.prior.logProb(z, scope)); // [K·N]
          return { z, gap: logQ.sub(prior.logProb(z, scope)).unsqueeze(1) };
        },
      };
    },
  };
  return { ...(model as object), ...replaced };
}

/** A fitted mixture as a density; its numbers are part of the graph. */
export function mixtureDensity({ weights, means, factors }: MixtureFit): Density {
  const count = weights.length;
  const dim = means.length / count;
  const asTensor = (data: Float64Array, shape: Shape): Tensor => constant(ndarray(Float32Array.from(data), shape));
  const inverses = Float64Array.from(factors);
  const logScales = new Float64Array(count);
  for (let m = 0; m < count; m++) {
    const block = inverses.subarray(m * dim * dim, (m + 1) * dim * dim);
    logScales[m] = Math.log(weights[m]!) - dim * 0.5 * Math.log(2 * Math.PI);
    for (let d = 0; d < dim; d++) logScales[m]! -= Math.log(block[d * dim + d]!);
    invert(block, dim);
  }
  return {
    shape: [dim],
    logProb(z) {
      const centred = z.unsqueeze(0).sub(asTensor(means, [count, dim]).unsqueeze(1)); // [M, N, Z]
      const solved = centred.matmul(asTensor(inverses, [count, dim, dim]).transpose()); // L⁻¹ (z − μ)
      const logP = solved
        .square()
        .sum(2)
        .mul(-0.5)
        .add(asTensor(logScales, [count, 1])); // [M, N]
      return logSumExp(logP, 0);
    },
    sample(n, scope) {
      const logits = asTensor(
        weights.map((w) => Math.max(Math.log(w), -100)),
        [1, count],
      ).expand([n, count]);
      const chosen = categorical({ logits }).sample(scope.nextKey()); // [n]
      const noise = randomNormal(scope.nextKey(), [n, dim, 1]);
      const spread = asTensor(factors, [count, dim, dim]).gather(chosen).matmul(noise); // [n, Z, 1]
      return asTensor(means, [count, dim]).gather(chosen).add(spread.squeeze(2));
    },
  };
}

export interface SecondStageOptions {
  /** Draws for each estimate of log p(z). @default 100 */
  readonly k?: number;
}

/**
 * A second VAE over the codes of the first, as their density: draws are z ~ p(z|u), u ~ p(u).
 *
 *     const stage = new SecondStage(new Vae({ shape: [vae.latentDim], likelihood: latentLikelihood() }));
 *     const whole = withPrior(vae, stage);
 *     trainStep({ model: whole, learn: stage, loss: (batch, scope) => stage.loss(vae, batch, scope), … });
 *
 * @see Dai & Wipf 2019, "Diagnosing and Enhancing VAE Models", §4. arXiv:1903.05789
 */
export class SecondStage implements Density {
  readonly second: LatentModel;
  readonly #k: number;

  /** @throws GenError `option` for a second model with classes, `range` for less than one draw */
  constructor(second: LatentModel, { k = 100 }: SecondStageOptions = {}) {
    if (second.classes > 0) {
      throw new GenError("option", `secondStage: expected a model without classes, got one with ${second.classes}`);
    }
    if (!Number.isInteger(k) || k < 1) throw new GenError("range", `secondStage: expected k ≥ 1 draws, got ${k}`);
    this.second = second;
    this.#k = k;
  }

  get shape(): Shape {
    return this.second.shape;
  }

  /** The second model's own loss, on one draw of q(z|x) for each picture; the first model learns nothing from it. */
  loss(first: LatentModel, batch: VaeBatch, scope: Scope): LossTerms {
    const still = frozen(scope);
    const { x, condition } = observe(first, batch, { scope: still });
    const q = first.posterior(x, condition, still);
    return lossOf(this.second, { x: q.draw(1, still).z.stopGradient() }, scope);
  }

  /** An importance-sampled estimate: below log p(z) in the mean, and near it. */
  logProb(z: Tensor, scope: Scope): Tensor {
    return importance(this.second, { x: z }, { k: this.#k, scope, chunk: Math.min(this.#k, 10) });
  }

  sample(n: number, scope: Scope): Tensor {
    const u = this.second.prior.sample(n, scope);
    return this.second.given(u, undefined, scope).sample(scope.nextKey());
  }
}

/** Real numbers, as codes are: N(m, s²) for each, with mean and spread from the decoder. */
export function latentLikelihood(): Likelihood {
  return {
    name: "gaussian",
    width: 2,
    codec: (shape) => new Affine({ shape, scale: 1 }),
    of: (y, eventDims = y.rank - 2) => {
      const [mean, logStd] = y.split([1, 1], 1) as [Tensor, Tensor];
      return normal({ mean: mean.squeeze(1), logStd: logStd.squeeze(1).clip(-7, 3), eventDims });
    },
  };
}

/** The inverse of a lower triangular matrix, in its place. */
function invert(matrix: Float64Array, dim: number): void {
  for (let a = 0; a < dim; a++) {
    const diagonal = 1 / matrix[a * dim + a]!;
    for (let b = 0; b < a; b++) {
      let value = 0;
      for (let c = b; c < a; c++) value += matrix[a * dim + c]! * matrix[c * dim + b]!; // columns below b are inverted already
      matrix[a * dim + b] = -value * diagonal;
    }
    matrix[a * dim + a] = diagonal;
  }
}
