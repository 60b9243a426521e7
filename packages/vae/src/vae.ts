/**
 * @file The variational autoencoder.
 * Kingma & Welling 2014, "Auto-Encoding Variational Bayes". arXiv:1312.6114. With β: Higgins et al. 2017.
 */
import {
  constantInit,
  GenError,
  oneHot,
  scalar,
  showShape,
  sizeOf,
  state,
  type Scope,
  type Shape,
  type Tensor,
} from "@gen/core";
import { rateAt, type Rate } from "@gen/core/optim";
import { klStandardNormal, normal, type Normal } from "@gen/core/prob";
import { dense, type Architecture, type Network } from "./architecture.js";
import { likelihoodOf, type Likelihood, type LikelihoodName } from "./likelihood.js";

export interface VaeOptions {
  /** Shape of one picture, without the batch axis: [C, H, W]. */
  readonly shape: Shape;
  /** Dimensions of the latent z. @default 20 */
  readonly latentDim?: number;
  /** @default dense() */
  readonly architecture?: Architecture;
  /** @default "bernoulli" */
  readonly likelihood?: LikelihoodName | Likelihood;
  /** Number of classes to condition on; 0 for none. @default 0 */
  readonly classes?: number;
  /** Weight of the KL term, or a schedule of it over training steps. @default 1 */
  readonly beta?: Rate;
}

/** What a row is trained or measured on. Pictures are u8 (0 to 255) or f32 intensities in [0, 1]. */
export interface VaeBatch {
  /** [N, …shape] */
  readonly x: Tensor;
  /** [N] i32, for a model with classes. */
  readonly label?: Tensor;
}

/** The bound and its two parts for each row, [N], in nats. */
export interface ElboTerms {
  /** E_q[log p(x|z)], by one draw of z. */
  readonly reconstruction: Tensor;
  /** KL(q(z|x) ‖ p(z)), in closed form. */
  readonly kl: Tensor;
  /** reconstruction − kl ≤ log p(x) */
  readonly elbo: Tensor;
}

/**
 * A latent-variable model of pictures, learned by its evidence lower bound:
 *
 *     log p(x) ≥ E_{q(z|x)}[log p(x|z)] − KL(q(z|x) ‖ N(0, I))        q(z|x) = N(μ(x), diag σ²(x))
 */
export class Vae {
  readonly encoder: Network;
  readonly decoder: Network;
  /** Training steps taken, for a schedule of β. */
  readonly steps: Tensor | undefined;
  readonly #options: {
    readonly shape: Shape;
    readonly latentDim: number;
    readonly classes: number;
    readonly beta: Rate;
  };
  readonly #likelihood: Likelihood;

  /** @throws GenError `shape`, `range` or `option`, naming the option that is not what it should be */
  constructor({
    shape,
    latentDim = 20,
    architecture = dense(),
    likelihood = "bernoulli",
    classes = 0,
    beta = 1,
  }: VaeOptions) {
    if (shape.length === 0 || !shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
      throw new GenError(
        "shape",
        `vae: expected the shape of one picture, such as [1, 28, 28], got ${showShape(shape)}`,
      );
    }
    if (!Number.isInteger(latentDim) || latentDim < 1)
      throw new GenError("range", `vae: expected latentDim ≥ 1, got ${latentDim}`);
    if (!Number.isInteger(classes) || classes < 0)
      throw new GenError("range", `vae: expected classes ≥ 0, got ${classes}`);
    if (typeof beta === "number" && !(beta >= 0)) throw new GenError("range", `vae: expected beta ≥ 0, got ${beta}`);
    this.#likelihood = likelihoodOf(likelihood);
    this.#options = { shape, latentDim, classes, beta };
    this.encoder = architecture.encoder({ shape, outputs: 2 * latentDim, condition: classes });
    this.decoder = architecture.decoder({
      inputs: latentDim,
      condition: classes,
      width: this.#likelihood.width,
      shape,
    });
    this.steps = typeof beta === "number" ? undefined : state([], constantInit(0), "i32");
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
  get likelihood(): Likelihood {
    return this.#likelihood;
  }
  /** Numbers in one x: what nats are divided by for bits/dim. */
  get dims(): number {
    return sizeOf(this.shape);
  }

  /** The loss of training, −reconstruction + β·KL in nats for each row, its mean, and both parts. */
  loss(batch: VaeBatch, scope: Scope): { loss: Tensor; reconstruction: Tensor; kl: Tensor } {
    const { reconstruction, kl } = this.elbo(batch, scope);
    const loss = kl.mul(this.#beta(scope)).sub(reconstruction).mean();
    return { loss, reconstruction: reconstruction.mean(), kl: kl.mean() };
  }

  /** The bound of each row, by one draw of z. */
  elbo(batch: VaeBatch, scope: Scope): ElboTerms {
    const x = this.prepared(batch.x);
    const condition = this.condition(batch.label);
    const q = this.posterior(x, condition, scope);
    const z = q.sample(scope.nextKey()); //                              [N, Z]
    const reconstruction = this.given(z, condition, scope).logProb(x); // [N]
    const kl = klStandardNormal(q); //                                    [N]
    return { reconstruction, kl, elbo: reconstruction.sub(kl) };
  }

  /** q(z|x), one event for each row. */
  posterior(x: Tensor, condition: Tensor | undefined, scope: Scope): Normal {
    const [mean, logVar] = this.encoder.forward(x, condition, scope).split([this.latentDim, this.latentDim], 1) as [
      Tensor,
      Tensor,
    ];
    return normal({ mean, logStd: logVar.mul(0.5), eventDims: 1 });
  }

  /** p(x|z), one event for each row. */
  given(z: Tensor, condition: Tensor | undefined, scope: Scope): ReturnType<Likelihood["of"]> {
    return this.#likelihood.of(this.decoder.forward(z, condition, scope));
  }

  /** Pictures as the likelihood takes them. */
  prepared(x: Tensor): Tensor {
    const shape = x.shape.slice(1);
    if (showShape(shape) !== showShape(this.shape)) {
      throw new GenError("shape", `vae: expected pictures ${showShape(this.shape)}, got ${showShape(shape)}`);
    }
    return this.#likelihood.prepare(x.dtype === "u8" ? x.cast("f32").mul(1 / 255) : x);
  }

  /** Labels as rows of zeros with a one; nothing for a model without classes. */
  condition(label: Tensor | undefined): Tensor | undefined {
    if ((label === undefined) !== (this.classes === 0)) {
      throw new GenError(
        "graph",
        this.classes === 0
          ? "vae: expected no label, as the model has no classes, got one"
          : `vae: expected a label (one of ${this.classes} classes), got none`,
      );
    }
    return label === undefined ? undefined : oneHot(label, this.classes);
  }

  #beta(scope: Scope): Tensor {
    if (this.steps === undefined) return scalar(this.#options.beta as number);
    const step = scope.read(this.steps);
    if (scope.mode === "train") scope.write(this.steps, step.add(1));
    return rateAt(this.#options.beta, step, "f32");
  }
}
