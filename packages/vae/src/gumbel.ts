/**
 * @file The VAE with categorical latents, trained through a continuous relaxation of its draws.
 * Jang, Gu & Poole 2017, "Categorical Reparameterization with Gumbel-Softmax". arXiv:1611.01144; Maddison, Mnih & Teh
 * 2017, "The Concrete Distribution". arXiv:1611.00712
 */
import {
  constantInit,
  GenError,
  logSoftmax,
  oneHot,
  randomInteger,
  randomUniform,
  scalar,
  sizeOf,
  softmax,
  state,
  type ExportFile,
  type Scope,
  type Shape,
  type Tensor,
} from "@gen/core";
import { rateAt, type Rate } from "@gen/core/optim";
import type { Codec } from "@gen/core/codec";
import type { Density, Distribution } from "@gen/core/prob";
import { dense, type Architecture, type Network } from "./architecture.js";
import { boundOf, lossOf, type BoundTerms, type LossTerms } from "./bound.js";
import { exportedFiles } from "./export.js";
import type { LatentModel, Posterior } from "./latent.js";
import { likelihoodOf, type Likelihood, type LikelihoodName } from "./likelihood.js";
import { criterionOf, type Criterion, type CriterionOptions } from "./objective.js";
import type { VaeBatch } from "./observed.js";
import { checkShape, checkWhole, classRows, codecFor } from "./rows.js";

export interface GumbelVaeOptions extends Omit<CriterionOptions, "objective"> {
  /** Shape of one row as the user gives it, without the batch axis: [C, H, W] for pictures. */
  readonly shape: Shape;
  /** Between the user's rows and the model's: a table's, say. @default what suits the likelihood, for pictures */
  readonly codec?: Codec | undefined;
  /** V: categorical latents. @default 20 */
  readonly variables?: number;
  /** K: categories of each. @default 10 */
  readonly categories?: number;
  /** τ of the relaxed draws in training, or a schedule of it over training steps. @default 1 */
  readonly temperature?: Rate;
  /** Give the decoder the category itself and the encoder the relaxed draw's gradient. @default false */
  readonly straightThrough?: boolean;
  /** @default dense() */
  readonly architecture?: Architecture;
  /** @default "bernoulli" */
  readonly likelihood?: LikelihoodName | Likelihood;
  /** Number of classes to condition on; 0 for none. @default 0 */
  readonly classes?: number;
}

/**
 * A latent-variable model whose code is V choices among K, as V rows of zeros with a one: z in {0, 1}^(V·K). The prior is
 * uniform. In training a draw is relaxed,
 *
 *     z = softmax((log q + g) / τ)        g = −log(−log u), u uniform
 *
 * everywhere else it is exact, the one with the largest log q + g. The KL term is that of the categorical distributions:
 *
 *     KL = Σ_v Σ_k q_vk (log q_vk + log K)
 */
export class GumbelVae implements LatentModel {
  readonly codec: Codec;
  readonly encoder: Network;
  readonly decoder: Network;
  readonly prior: Density;
  readonly steps: Tensor | undefined;
  readonly #options: {
    readonly shape: Shape;
    readonly variables: number;
    readonly categories: number;
    readonly temperature: Rate;
    readonly straightThrough: boolean;
    readonly classes: number;
  };
  readonly #criterion: Criterion;
  readonly #likelihood: Likelihood;

  /** @throws GenError `shape`, `range` or `option`, naming the option that is not what it should be */
  constructor({
    shape,
    codec,
    variables = 20,
    categories = 10,
    temperature = 1,
    straightThrough = false,
    architecture = dense(),
    likelihood = "bernoulli",
    classes = 0,
    ...criterion
  }: GumbelVaeOptions) {
    const where = "gumbelVae";
    checkShape(shape, where);
    checkWhole("variables", variables, { where, least: 1 });
    checkWhole("categories", categories, { where, least: 2 });
    checkWhole("classes", classes, { where, least: 0 });
    if (typeof temperature === "number" && !(temperature > 0)) {
      throw new GenError("range", `gumbelVae: expected temperature > 0, got ${temperature}`);
    }
    this.#criterion = criterionOf(criterion);
    this.#likelihood = likelihoodOf(likelihood);
    this.#options = { shape, variables, categories, temperature, straightThrough, classes };
    this.codec = codecFor(codec, { shape, likelihood: this.#likelihood, where });
    const event = this.codec.output;
    this.encoder = architecture.encoder({ shape: event, outputs: this.latentDim, condition: classes });
    this.decoder = architecture.decoder({
      inputs: this.latentDim,
      condition: classes,
      width: this.#likelihood.width,
      shape: event,
    });
    this.prior = new UniformChoices(variables, categories);
    const isPlain = typeof temperature === "number" && typeof this.#criterion.beta === "number";
    this.steps = isPlain ? undefined : state([], constantInit(0), "i32");
  }

  get shape(): Shape {
    return this.#options.shape;
  }
  /** V · K */
  get latentDim(): number {
    return this.#options.variables * this.#options.categories;
  }
  get classes(): number {
    return this.#options.classes;
  }
  get criterion(): Criterion {
    return this.#criterion;
  }
  get dims(): number {
    return sizeOf(this.shape);
  }

  /** The loss of training, and both parts of the bound: means over the rows, in nats. */
  loss(batch: VaeBatch, scope: Scope): LossTerms {
    return lossOf(this, batch, scope);
  }

  /** The bound of each row; outside of training a bound on log p(x) of the discrete model. */
  bound(batch: VaeBatch, scope: Scope, objective = this.criterion.objective): BoundTerms {
    return boundOf(this, batch, { scope, objective });
  }

  /** q(z|x) of each row; its `mean` is the likeliest code. */
  posterior(x: Tensor, condition: Tensor | undefined, scope: Scope): Posterior {
    const { variables, categories } = this.#options;
    const logQ = logSoftmax(this.encoder.forward(x, condition, scope).reshape([-1, variables, categories])); // [N, V, K]
    const q = logQ.exp();
    const uniform = Math.log(categories); // −log p of each choice
    return {
      mean: oneHot(logQ.argMax(2), categories).flatten(),
      std: q.mul(q.neg().add(1)).sqrt().flatten(),
      kl: q.mul(logQ.add(uniform)).sum(2), // [N, V]
      draw: (k, scope) => {
        const g = randomUniform(scope.nextKey(), [k, ...logQ.shape])
          .log()
          .neg()
          .log()
          .neg();
        const z = this.#choice(logQ.add(g), scope); // [k, N, V, K]
        const gap = z.mul(logQ.add(uniform)).sum(3);
        return { z: z.reshape([-1, this.latentDim]), gap: gap.reshape([-1, variables]) };
      },
    };
  }

  /** p(x|z), one event for each row. */
  given(z: Tensor, condition: Tensor | undefined, scope: Scope): Distribution {
    return this.#likelihood.of(this.decoder.forward(z, condition, scope));
  }

  /** p(x|z), each element an event. */
  elements(z: Tensor, condition: Tensor | undefined, scope: Scope): Distribution {
    return this.#likelihood.of(this.decoder.forward(z, condition, scope), 0);
  }

  condition(label: Tensor | undefined): Tensor | undefined {
    return classRows(label, this.classes, "gumbelVae");
  }

  /** The largest as a row with a one: itself, or relaxed in training. */
  #choice(perturbed: Tensor, scope: Scope): Tensor {
    const { categories, temperature, straightThrough } = this.#options;
    const hard = oneHot(perturbed.argMax(3), categories);
    if (scope.mode === "eval") return hard;
    // As the step began: the loss counts it before it draws.
    const tau = this.steps === undefined ? scalar(temperature as number) : rateAt(temperature, this.steps, "f32");
    const soft = softmax(perturbed.div(tau));
    return straightThrough ? hard.add(soft.sub(soft.stopGradient())) : soft;
  }
}

/** Files that choose codes, or weigh chosen ones. */
const CHOOSING = ["network", "encode", "logprob", "complete"];

/** The files of a Gumbel-softmax VAE: those of any, with codes described as what they are. */
export function gumbelExportedFiles(model: GumbelVae): Readonly<Record<string, ExportFile>> {
  const codes = "the likeliest code of each row: a one among zeros for each latent";
  const words = { mean: codes, std: "√(q (1 − q)) of each category", z: "codes: a one among zeros for each latent" };
  return Object.fromEntries(
    Object.entries(exportedFiles(model)).map(([name, file]) => [
      name,
      {
        ...file,
        describe: { ...file.describe, ...words },
        ...(CHOOSING.includes(name) && { precision: "f32" as const }),
      },
    ]),
  );
}

/** Independent choices, each equally likely, as rows of zeros with a one. */
class UniformChoices implements Density {
  readonly shape: Shape;
  readonly #sizes: readonly [number, number];

  constructor(variables: number, categories: number) {
    this.shape = [variables * categories];
    this.#sizes = [variables, categories];
  }

  logProb(z: Tensor): Tensor {
    return z.sum(1).mul(-Math.log(this.#sizes[1]));
  }

  sample(n: number, scope: Scope): Tensor {
    const [variables, categories] = this.#sizes;
    return oneHot(randomInteger(scope.nextKey(), [n, variables], categories), categories).flatten();
  }
}
