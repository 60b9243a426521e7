/**
 * @file Variational autoencoders with several layers of latents.
 * Sønderby et al. 2016, "Ladder Variational Autoencoders", arXiv:1602.02282; Tomczak & Welling 2018, "VAE with a
 * VampPrior", §4, arXiv:1705.07120.
 */
import { concat, constantInit, GenError, sizeOf, state, type Scope, type Shape, type Tensor } from "@gen/core";
import type { Codec } from "@gen/core/codec";
import { activationOf, Linear, type Activation } from "@gen/core/nn";
import { normal, type Distribution, type Normal, type Transport } from "@gen/core/prob";
import { dense, type Architecture, type Network } from "./architecture.js";
import { boundOf, lossOf, type BoundTerms, type LossTerms } from "./bound.js";
import { repeatRows, type LatentModel, type Posterior } from "./latent.js";
import { LayeredPrior, normalOf } from "./layered-prior.js";
import { likelihoodOf, type Likelihood, type LikelihoodName } from "./likelihood.js";
import { criterionOf, type Criterion, type CriterionOptions } from "./objective.js";
import type { VaeBatch } from "./observed.js";
import { transported, transportOf } from "./posterior.js";
import { priorOf, type PriorOption } from "./prior.js";
import { checkShape, checkWhole, classRows, codecFor } from "./rows.js";

export interface HierarchicalVaeOptions extends CriterionOptions {
  /** Shape of one row as the user gives it, without the batch axis: [C, H, W] for pictures. */
  readonly shape: Shape;
  /** Between the user's rows and the model's: a table's, say. @default what suits the likelihood, for pictures */
  readonly codec?: Codec | undefined;
  /** Dimensions of each layer of latents, from the one next to the picture up; two at least. @default [40, 40] */
  readonly latentDims?: readonly number[];
  /**
   * How q(z_l | x, z_{l+1}) comes about, below the top. "merged": a network of what the encoder says and of z_{l+1}
   * (Tomczak & Welling). "ladder": the product of what the encoder says with the prior p(z_l | z_{l+1}) (Sønderby et al.).
   * @default "merged"
   */
  readonly inference?: "merged" | "ladder";
  /** Whether the decoder sees every layer of latents, or z_1 alone. @default true */
  readonly skip?: boolean;
  /** Of the encoder up to its features, and of the decoder. @default dense() */
  readonly architecture?: Architecture;
  /** Numbers of the encoder's features, and of the hidden layers of the networks between latents. @default 300 */
  readonly width?: number;
  /** Between the layers of those. @default "silu" */
  readonly activation?: Activation;
  /** @default "bernoulli" */
  readonly likelihood?: LikelihoodName | Likelihood;
  /** Number of classes to condition on; 0 for none. @default 0 */
  readonly classes?: number;
  /** p(z_L), of the top layer: a density over codes, or how to make one. @default the standard normal distribution */
  readonly prior?: PriorOption;
  /** What makes q(z_l | x, z_{l+1}) more than normal, with a context that the encoder gives. @default nothing, in any layer */
  readonly posterior?: (layer: LayerSizes) => Transport | undefined;
}

/** A layer of latents, for what is made for each. */
export interface LayerSizes {
  /** 0 next to the picture. */
  readonly layer: number;
  /** Numbers of its codes. */
  readonly latentDim: number;
}

/**
 * A model of pictures with L layers of latents, drawn from the top down by both the prior and the posterior:
 *
 *     p(x, z) = p(x | z) p(z_L) Π_l p(z_l | z_{l+1})        q(z|x) = q(z_L|x) Π_l q(z_l | x, z_{l+1})
 *
 * A code is its layers side by side, z_1 first.
 */
export class HierarchicalVae implements LatentModel {
  readonly codec: Codec;
  readonly encoder: Network;
  /** From the features of one layer of latents to those of the next. */
  readonly up: readonly Linear[];
  readonly heads: readonly Head[];
  /** Of each layer whose posterior is more than normal. */
  readonly flows: readonly (Flow | undefined)[];
  readonly prior: LayeredPrior;
  readonly decoder: Network;
  readonly steps: Tensor | undefined;
  readonly #options: { readonly shape: Shape; readonly latentDims: readonly number[]; readonly classes: number };
  readonly #criterion: Criterion;
  readonly #likelihood: Likelihood;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #skips: boolean;

  /** @throws GenError `shape`, `range` or `option`, naming the option that is not what it should be */
  constructor({
    shape,
    codec,
    latentDims = [40, 40],
    inference = "merged",
    skip = true,
    architecture = dense(),
    width = 300,
    activation = "silu",
    likelihood = "bernoulli",
    classes = 0,
    prior,
    posterior,
    ...criterion
  }: HierarchicalVaeOptions) {
    const where = "hierarchicalVae";
    checkShape(shape, where);
    checkWhole("layers of latents", latentDims.length, { where, least: 2 });
    latentDims.forEach((dim) => checkWhole("latentDims", dim, { where, least: 1 }));
    checkWhole("width", width, { where, least: 1 });
    checkWhole("classes", classes, { where, least: 0 });
    if (!["merged", "ladder"].includes(inference))
      throw new GenError("option", `${where}: expected inference merged or ladder, got "${inference}"`);
    this.#criterion = criterionOf(criterion);
    this.#likelihood = likelihoodOf(likelihood);
    this.#options = { shape, latentDims, classes };
    this.codec = codecFor(codec, { shape, likelihood: this.#likelihood, where });
    const event = this.codec.output;
    this.#activation = activationOf(activation);
    this.#skips = skip;
    this.encoder = architecture.encoder({ shape: event, outputs: width, condition: classes });
    this.up = latentDims.slice(1).map(() => new Linear({ inputs: width, outputs: width }));
    this.heads = latentDims.map((dim, l) => {
      const above = latentDims[l + 1];
      const isMerged = inference === "merged" && above !== undefined;
      return isMerged ? new MergedHead({ width, above, dim }, this.#activation) : new PlainHead(width, dim);
    });
    this.flows = latentDims.map((latentDim, layer) => {
      const transport = transportOf(posterior?.({ layer, latentDim }), latentDim);
      return transport && new Flow(transport, width);
    });
    const sizes = { codec: this.codec, classes, latentDim: latentDims.at(-1)! };
    const top = priorOf(prior, {
      ...sizes,
      encode: (x, condition, scope) => this.#heard(x, condition, scope).at(-1)!.posterior(1, undefined),
    });
    this.prior = new LayeredPrior({ dims: latentDims, top, width, activation });
    this.decoder = architecture.decoder({
      inputs: skip ? this.latentDim : latentDims[0]!,
      condition: classes,
      width: this.#likelihood.width,
      shape: event,
    });
    this.steps = typeof this.#criterion.beta === "number" ? undefined : state([], constantInit(0), "i32");
  }

  get shape(): Shape {
    return this.#options.shape;
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
  get latentDim(): number {
    return sumOf(this.#options.latentDims);
  }
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

  /**
   * q(z|x) of each row. Its mean is that of each layer below the mean of the next, where its flow takes it; its std is
   * that before the flow. Each layer is a group.
   */
  posterior(x: Tensor, condition: Tensor | undefined, scope: Scope): Posterior {
    const heard = this.#heard(x, condition, scope);
    const central = this.#descend(heard, { k: 1, scope, pick: ({ mean }) => mean });
    return {
      mean: concat(central.layers, 1),
      std: concat(
        central.posteriors.map(({ std }) => std),
        1,
      ),
      draw: (k, scope) => {
        const { layers, logQ } = this.#descend(heard, { k, scope, pick: (q) => q.sample(scope.nextKey()) });
        const gaps = logQ.map((q, l) => q.sub(this.prior.layerLogProb(l, layers, scope)));
        return { z: concat(layers, 1), gap: stack(gaps) };
      },
    };
  }

  /** p(x|z), one event for each row. */
  given(z: Tensor, condition: Tensor | undefined, scope: Scope): Distribution {
    return this.#likelihood.of(this.#decoded(z, condition, scope));
  }

  /** p(x|z), each element an event. */
  elements(z: Tensor, condition: Tensor | undefined, scope: Scope): Distribution {
    return this.#likelihood.of(this.#decoded(z, condition, scope), 0);
  }

  /** Labels as rows of zeros with a one; nothing for a model without classes. */
  condition(label: Tensor | undefined): Tensor | undefined {
    return classRows(label, this.classes, "hierarchicalVae");
  }

  #decoded(z: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    const seen = this.#skips ? z : z.slice(1, 0, this.#options.latentDims[0]);
    return this.decoder.forward(seen, condition, scope);
  }

  /** What the encoder tells each layer of latents, once for each row. */
  #heard(x: Tensor, condition: Tensor | undefined, scope: Scope): HeardOf[] {
    let features = this.#activation(this.encoder.forward(x, condition, scope)); // [N, width]
    return this.heads.map((head, l) => {
      if (l > 0) features = this.#activation(this.up[l - 1]!.forward(features));
      return { ...head.hear(features), context: this.flows[l]?.context?.forward(features) };
    });
  }

  /** Codes of k draws from the top down, each layer given what was picked of the one above and where its flow took it. */
  #descend(
    heard: readonly HeardOf[],
    { k, scope, pick }: { readonly k: number; readonly scope: Scope; readonly pick: (q: Normal) => Tensor },
  ): Descended {
    const layers: Tensor[] = [];
    const posteriors: Normal[] = [];
    const logQ: Tensor[] = [];
    for (let l = heard.length - 1; l >= 0; l--) {
      const above = layers[0];
      const prior = above && { above, p: this.prior.layer(l, above) };
      const q = heard[l]!.posterior(k, prior);
      const z0 = pick(q);
      const flow = this.flows[l];
      const moved = flow && transported(z0, { transport: flow.transport, context: heard[l]!.context, k, scope });
      posteriors.unshift(q);
      layers.unshift(moved?.y ?? z0);
      logQ.unshift(moved === undefined ? q.logProb(z0) : q.logProb(z0).sub(moved.logDet));
    }
    return { layers, posteriors, logQ };
  }
}

/** What makes the posterior of a layer more than normal, and what it is told of x. */
class Flow {
  readonly transport: Transport;
  readonly context: Linear | undefined;

  constructor(transport: Transport, width: number) {
    this.transport = transport;
    if (transport.contextDim > 0) this.context = new Linear({ inputs: width, outputs: transport.contextDim });
  }
}

/** Draws of each layer, the normal distributions that they began from, and log q of them: [K·N, Z_l], …, [K·N]. */
interface Descended {
  readonly layers: readonly Tensor[];
  readonly posteriors: readonly Normal[];
  readonly logQ: readonly Tensor[];
}

/** What a layer of latents got from the encoder. */
interface Heard {
  /** q(z_l | x, z_{l+1}) for k draws of each row. @param prior what was drawn above, [K·N, Z], and p(z_l | z_{l+1}) */
  posterior(k: number, prior: { readonly above: Tensor; readonly p: Normal } | undefined): Normal;
}

/** The same with the context of the layer's flow, [N, contextDim]. */
interface HeardOf extends Heard {
  readonly context: Tensor | undefined;
}

interface Head {
  hear(features: Tensor): Heard;
}

/** Mean and log-variance from features alone; below the top they are one of two factors, the prior the other. */
class PlainHead implements Head {
  readonly out: Linear;

  constructor(width: number, dim: number) {
    this.out = new Linear({ inputs: width, outputs: 2 * dim });
  }

  hear(features: Tensor): Heard {
    const numbers = this.out.forward(features);
    return {
      posterior: (k, prior) => {
        const said = normalOf(repeatRows(numbers, k));
        return prior === undefined ? said : product(said, prior.p);
      },
    };
  }
}

/** Mean and log-variance from features and the layer above; what the features say is worked out once for all draws. */
class MergedHead implements Head {
  readonly features: Linear;
  readonly above: Linear;
  readonly out: Linear;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(
    { width, above, dim }: { readonly width: number; readonly above: number; readonly dim: number },
    activation: (x: Tensor) => Tensor,
  ) {
    this.features = new Linear({ inputs: width, outputs: width });
    this.above = new Linear({ inputs: above, outputs: width, bias: false });
    this.out = new Linear({ inputs: width, outputs: 2 * dim });
    this.#activation = activation;
  }

  hear(features: Tensor): Heard {
    const said = this.features.forward(features);
    return {
      posterior: (k, prior) =>
        normalOf(this.out.forward(this.#activation(repeatRows(said, k).add(this.above.forward(prior!.above))))),
    };
  }
}

/**
 * The product of two normal densities, made a density again: precisions add up.
 *
 * @see Sønderby et al. 2016, arXiv:1602.02282, eq. 17 to 19
 */
function product(a: Normal, b: Normal): Normal {
  const [wa, wb] = [a.logStd.mul(-2).exp(), b.logStd.mul(-2).exp()];
  const total = wa.add(wb);
  const mean = a.mean.mul(wa).add(b.mean.mul(wb)).div(total);
  return normal({ mean, logStd: total.log().mul(-0.5), eventDims: 1 });
}

/** [N] each → [N, G] */
function stack(columns: readonly Tensor[]): Tensor {
  return concat(
    columns.map((column) => column.unsqueeze(1)),
    1,
  );
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
