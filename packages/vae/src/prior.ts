/**
 * @file Priors p(z): the standard normal distribution, learned mixtures, and the VampPrior. Any `Density` over codes is
 * one, too: a flow, or an autoregressive model.
 */
import {
  arrayInit,
  constantInit,
  GenError,
  ndarray,
  normalInit,
  param,
  randomNormal,
  scalar,
  showShape,
  softmax,
} from "@gen/core";
import type { NdArray, Scope, Shape, Tensor } from "@gen/core";
import type { Codec } from "@gen/core/codec";
import type { Density, Normal } from "@gen/core/prob";
import { mixtureLogProb, mixtureSample, type Components } from "./mixture.js";
import { checkWhole } from "./rows.js";

/** What a prior may build on. */
export interface PriorSizes {
  /** Numbers of a code. */
  readonly latentDim: number;
  /** What the encoder's rows come from. */
  readonly codec: Codec;
  /** Classes that the encoder is conditioned on; 0 for none. */
  readonly classes: number;
  /** q(z|x) as the model's encoder gives it. @param x [K, …codec.output], condition [K, classes] */
  readonly encode: (x: Tensor, condition: Tensor | undefined, scope: Scope) => Pick<Normal, "mean" | "logStd">;
}

/** A prior, or how to make one for a model. */
export type PriorOption = Density | ((sizes: PriorSizes) => Density);

/** The prior of a model. @throws GenError `shape` for one over codes of another size */
export function priorOf(option: PriorOption | undefined, sizes: PriorSizes): Density {
  const prior =
    option === undefined ? new StandardNormal(sizes.latentDim) : typeof option === "function" ? option(sizes) : option;
  if (showShape(prior.shape) !== showShape([sizes.latentDim])) {
    throw new GenError(
      "shape",
      `vae: expected a prior over codes [${sizes.latentDim}], got one over ${showShape(prior.shape)}`,
    );
  }
  return prior;
}

/** N(0, I) over codes. */
export class StandardNormal implements Density {
  readonly shape: Shape;

  constructor(dim: number) {
    this.shape = [dim];
  }

  logProb(z: Tensor): Tensor {
    return z
      .square()
      .add(Math.log(2 * Math.PI))
      .sum(1)
      .mul(-0.5);
  }

  sample(n: number, scope: Scope): Tensor {
    return randomNormal(scope.nextKey(), [n, ...this.shape]);
  }
}

export interface MixturePriorOptions {
  /** Number of components. @default 100 */
  readonly components?: number;
}

/** A mixture of normal distributions, all of it learned: weights, means and spreads. */
export function mixturePrior({ components = 100 }: MixturePriorOptions = {}): (sizes: PriorSizes) => Density {
  checkWhole("components", components, { where: "mixturePrior", least: 1 });
  return ({ latentDim }) => new MixturePrior(components, latentDim);
}

class MixturePrior implements Density, Components {
  readonly mean: Tensor;
  readonly logStd: Tensor;
  readonly logits: Tensor;

  constructor(components: number, dim: number) {
    this.mean = param([components, dim], normalInit({ std: 1 }));
    this.logStd = param([components, dim], constantInit(0));
    this.logits = param([components], constantInit(0));
  }

  get shape(): Shape {
    return [this.mean.shape[1]!];
  }

  logProb(z: Tensor): Tensor {
    return mixtureLogProb(z, this);
  }

  sample(n: number, scope: Scope): Tensor {
    return mixtureSample(this, n, scope);
  }
}

export interface VampPriorOptions {
  /** Number of pseudo-inputs. @default 500, or as many as `start` has */
  readonly components?: number;
  /**
   * Rows that they start from as the codec gives them, [K, …codec.output]: of pictures intensities in [0, 1].
   * @default dark noise for pictures, draws from N(0, 1) for other rows
   */
  readonly start?: NdArray;
}

/**
 * The variational mixture of posteriors: what the encoder makes of K pictures that are learned,
 *
 *     p(z) = 1/K Σ_k q(z|u_k)
 *
 * A pseudo-input u_k of pictures is kept by the logits of its pixels, that of other rows by its numbers; their classes, if
 * the model has any, by logits, too.
 *
 * @see Tomczak & Welling 2018, "VAE with a VampPrior", eq. 10. arXiv:1705.07120
 */
export function vampPrior({ start, components = start?.shape[0] ?? 500 }: VampPriorOptions = {}): (
  sizes: PriorSizes,
) => Density {
  checkWhole("components", components, { where: "vampPrior", least: 1 });
  return (sizes) => {
    const shape = [components, ...sizes.codec.output];
    if (start !== undefined && showShape(start.shape) !== showShape(shape))
      throw new GenError("shape", `vampPrior: expected start ${showShape(shape)}, got ${showShape(start.shape)}`);
    const isPicture = PICTURES.has(sizes.codec.describe().spec.kind);
    const init =
      start === undefined
        ? normalInit({ mean: isPicture ? -2 : 0, std: 1 })
        : arrayInit(isPicture ? logitsOf(start) : start);
    return new VampPrior(param(shape, init), { ...sizes, isPicture });
  };
}

/** Codecs that give numbers between 0 and 1. */
const PICTURES: ReadonlySet<string> = new Set(["intensities", "binarise", "dequantise"]);

/** Intensities as logits, those of black and white kept finite. */
function logitsOf({ data, shape }: NdArray): NdArray {
  const logits = Float32Array.from(data as Iterable<number>, (value) => {
    const inside = Math.min(0.98, Math.max(0.02, value));
    return Math.log(inside / (1 - inside));
  });
  return ndarray(logits, shape);
}

class VampPrior implements Density {
  /** Logits of the pseudo-inputs' pixels, or their numbers, [K, …codec.output]. */
  readonly inputs: Tensor;
  /** Logits of their classes, [K, classes]. */
  readonly labels: Tensor | undefined;
  readonly #sizes: PriorSizes & { readonly isPicture: boolean };

  constructor(inputs: Tensor, sizes: PriorSizes & { readonly isPicture: boolean }) {
    this.inputs = inputs;
    this.labels = sizes.classes === 0 ? undefined : param([inputs.shape[0]!, sizes.classes], normalInit({ std: 1 }));
    this.#sizes = sizes;
  }

  get shape(): Shape {
    return [this.#sizes.latentDim];
  }

  logProb(z: Tensor, scope: Scope): Tensor {
    return mixtureLogProb(z, this.#components(scope));
  }

  sample(n: number, scope: Scope): Tensor {
    return mixtureSample(this.#components(scope), n, scope);
  }

  #components(scope: Scope): Components {
    const { encode, isPicture } = this.#sizes;
    const rows = isPicture ? this.inputs.sigmoid() : this.inputs;
    const { mean, logStd } = encode(rows, this.labels && softmax(this.labels), scope);
    return { mean, logStd, logits: scalar(0).expand([mean.shape[0]!]) };
  }
}
