/**
 * @file The variational autoencoder.
 * Kingma & Welling 2014, "Auto-Encoding Variational Bayes". arXiv:1312.6114. With β: Higgins et al. 2017.
 */
import { constantInit, sizeOf, state, type Scope, type Shape, type Tensor } from "@gen/core";
import type { Codec } from "@gen/core/codec";
import type { Density, Distribution, Transport } from "@gen/core/prob";
import { dense, type Architecture, type Network } from "./architecture.js";
import type { LatentModel, Posterior } from "./latent.js";
import { likelihoodOf, type Likelihood, type LikelihoodName } from "./likelihood.js";
import { boundOf, lossOf, type BoundTerms, type LossTerms } from "./bound.js";
import type { VaeBatch } from "./observed.js";
import { criterionOf, type Criterion, type CriterionOptions } from "./objective.js";
import { normalPosterior, transportedPosterior, transportOf, type Encoded, type PosteriorOption } from "./posterior.js";
import { priorOf, type PriorOption } from "./prior.js";
import { checkShape, checkWhole, classRows, codecFor } from "./rows.js";

export interface VaeOptions extends CriterionOptions {
  /** Shape of one row as the user gives it, without the batch axis: [C, H, W] for pictures. */
  readonly shape: Shape;
  /** Between the user's rows and the model's: a table's, say. @default what suits the likelihood, for pictures */
  readonly codec?: Codec | undefined;
  /** Dimensions of the latent z. @default 20 */
  readonly latentDim?: number;
  /** @default dense() */
  readonly architecture?: Architecture;
  /** @default "bernoulli" */
  readonly likelihood?: LikelihoodName | Likelihood;
  /** Number of classes to condition on; 0 for none. @default 0 */
  readonly classes?: number;
  /** p(z): a density over codes [latentDim], or how to make one. @default the standard normal distribution */
  readonly prior?: PriorOption;
  /** What makes q(z|x) more than a normal distribution, with a context that the encoder gives. @default nothing */
  readonly posterior?: PosteriorOption;
}

/**
 * A latent-variable model of pictures or of other rows, learned by its evidence lower bound:
 *
 *     log p(x) ≥ E_{q(z|x)}[log p(x|z)] − KL(q(z|x) ‖ N(0, I))        q(z|x) = N(μ(x), diag σ²(x))
 */
export class Vae implements LatentModel {
  readonly codec: Codec;
  readonly encoder: Network;
  readonly decoder: Network;
  readonly prior: Density;
  readonly transport: Transport | undefined;
  readonly steps: Tensor | undefined;
  readonly #options: { readonly shape: Shape; readonly latentDim: number; readonly classes: number };
  readonly #criterion: Criterion;
  readonly #likelihood: Likelihood;
  /** Whether the KL term has a closed form. */
  readonly #isPlain: boolean;

  /** @throws GenError `shape`, `range` or `option`, naming the option that is not what it should be */
  constructor({
    shape,
    codec,
    latentDim = 20,
    architecture = dense(),
    likelihood = "bernoulli",
    classes = 0,
    prior,
    posterior,
    ...criterion
  }: VaeOptions) {
    checkShape(shape, "vae");
    checkWhole("latentDim", latentDim, { where: "vae", least: 1 });
    checkWhole("classes", classes, { where: "vae", least: 0 });
    this.#criterion = criterionOf(criterion);
    this.#likelihood = likelihoodOf(likelihood);
    this.#options = { shape, latentDim, classes };
    this.codec = codecFor(codec, { shape, likelihood: this.#likelihood, where: "vae" });
    this.#isPlain = prior === undefined && posterior === undefined;
    this.transport = transportOf(posterior, latentDim);
    this.encoder = architecture.encoder({
      shape: this.codec.output,
      outputs: 2 * latentDim + (this.transport?.contextDim ?? 0),
      condition: classes,
    });
    this.decoder = architecture.decoder({
      inputs: latentDim,
      condition: classes,
      width: this.#likelihood.width,
      shape: this.codec.output,
    });
    const encode = (x: Tensor, condition: Tensor | undefined, scope: Scope): Encoded =>
      this.#encoded(x, condition, scope);
    this.prior = priorOf(prior, { latentDim, classes, codec: this.codec, encode });
    this.steps = typeof this.#criterion.beta === "number" ? undefined : state([], constantInit(0), "i32");
  }

  get shape(): Shape {
    return this.#options.shape;
  }
  get latentDim(): number {
    return this.#options.latentDim;
  }
  get classes(): number {
    return this.#options.classes;
  }
  get criterion(): Criterion {
    return this.#criterion;
  }
  get likelihood(): Likelihood {
    return this.#likelihood;
  }
  /** Numbers in one x: what nats are divided by for bits/dim. */
  get dims(): number {
    return sizeOf(this.shape);
  }

  /** The loss of training, and both parts of the bound: means over the rows, in nats. */
  loss(batch: VaeBatch, scope: Scope): LossTerms {
    return lossOf(this, batch, scope);
  }

  /** The bound of each row, by the model's own objective unless another is given. */
  bound(batch: VaeBatch, scope: Scope, objective = this.criterion.objective): BoundTerms {
    return boundOf(this, batch, { scope, objective });
  }

  /** q(z|x) of each row. */
  posterior(x: Tensor, condition: Tensor | undefined, scope: Scope): Posterior {
    const encoded = this.#encoded(x, condition, scope);
    if (this.#isPlain) return normalPosterior(encoded);
    return transportedPosterior(encoded, { transport: this.transport, prior: this.prior, scope });
  }

  /** p(x|z), one event for each row. */
  given(z: Tensor, condition: Tensor | undefined, scope: Scope): Distribution {
    return this.#likelihood.of(this.decoder.forward(z, condition, scope));
  }

  /** p(x|z), each element an event. */
  elements(z: Tensor, condition: Tensor | undefined, scope: Scope): Distribution {
    return this.#likelihood.of(this.decoder.forward(z, condition, scope), 0);
  }

  /** Labels as rows of zeros with a one; nothing for a model without classes. */
  condition(label: Tensor | undefined): Tensor | undefined {
    return classRows(label, this.classes, "vae");
  }

  #encoded(x: Tensor, condition: Tensor | undefined, scope: Scope): Encoded {
    const z = this.latentDim;
    const numbers = this.encoder.forward(x, condition, scope);
    const [mean, logVar, context] = numbers.split([z, z, numbers.shape[1]! - 2 * z], 1) as [Tensor, Tensor, Tensor];
    return { mean, logStd: logVar.mul(0.5), context: context.shape[1] === 0 ? undefined : context };
  }
}
