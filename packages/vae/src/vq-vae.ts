/**
 * @file The vector-quantized autoencoder, and a prior over its codes.
 * van den Oord, Vinyals & Kavukcuoglu 2017, "Neural Discrete Representation Learning". arXiv:1711.00937
 */
import { GenError, showShape, sizeOf, type Model, type Scope, type Shape, type Tensor } from "@gen/core";
import type { Codec } from "@gen/core/codec";
import type { Distribution } from "@gen/core/prob";
import type { Layer } from "@gen/core/nn";
import type { CodePrior, CodeSizes } from "./code-prior.js";
import { frozen } from "./frozen.js";
import { likelihoodOf, type Likelihood, type LikelihoodName } from "./likelihood.js";
import type { VaeBatch } from "./observed.js";
import { checkShape, checkWhole, codecFor } from "./rows.js";
import { VectorQuantizer, type Quantized, type Quantizer } from "./vq.js";
import { residualGrid, type GridArchitecture } from "./vq-networks.js";

export interface VqVaeOptions {
  /** Shape of one picture: [C, H, W]. */
  readonly shape: Shape;
  /** Between the user's pictures and the model's. @default what suits the likelihood */
  readonly codec?: Codec | undefined;
  /** @default residualGrid() */
  readonly architecture?: GridArchitecture;
  /** @default new VectorQuantizer() */
  readonly quantizer?: Quantizer;
  /** @default "gaussian" */
  readonly likelihood?: LikelihoodName | Likelihood;
  /** Classes that the prior is conditioned on; 0 for none. @default 0 */
  readonly classes?: number;
  /** Makes the prior over codes, of the sizes it is told. Without one there are no samples. */
  readonly prior?: (sizes: CodeSizes) => CodePrior;
}

/** The same code for a picture each time. */
const STILL = { dequantise: "middle" } as const;

/** Codes to learn the prior from: those of pictures, or pictures themselves. */
export type CodeBatch =
  (VaeBatch & { readonly codes?: undefined }) | (Pick<VaeBatch, "label"> & { readonly codes: Tensor });

/**
 * A picture as a grid of codes, learned in two stages. First encoder, codebook and decoder, by `loss`:
 *
 *     −log p(x|e_k) / D + loss of the quantizer        k the codes of x, D the numbers in x
 *
 * which is not in nats a row, so that the weight of the commitment does not depend on the picture's size. Then, with
 * those kept, the prior, by `priorLoss`: −log p(k).
 */
export class VqVae {
  readonly codec: Codec;
  readonly encoder: Layer;
  readonly quantizer: Quantizer;
  readonly decoder: Layer;
  readonly prior: CodePrior | undefined;
  readonly #options: {
    readonly shape: Shape;
    readonly grid: readonly [number, number];
    readonly classes: number;
    readonly likelihood: Likelihood;
  };

  /** @throws GenError `shape`, `range` or `option`, naming what is not as it should be */
  constructor({
    shape,
    codec,
    architecture = residualGrid(),
    quantizer = new VectorQuantizer(),
    likelihood = "gaussian",
    classes = 0,
    prior,
  }: VqVaeOptions) {
    checkShape(shape, "vqVae");
    checkWhole("classes", classes, { where: "vqVae", least: 0 });
    if (classes > 0 && prior === undefined) {
      throw new GenError("option", "vqVae: expected a prior to condition on classes, got none", {
        fix: "leave out classes, or give a prior",
      });
    }
    const grid = architecture.grid(shape);
    this.#options = { shape, grid, classes, likelihood: likelihoodOf(likelihood) };
    this.codec = codecFor(codec, { shape, likelihood: this.likelihood, where: "vqVae" });
    const sizes = { shape: this.codec.output, features: quantizer.features, width: this.likelihood.width };
    this.encoder = architecture.encoder(sizes);
    this.quantizer = quantizer;
    this.decoder = architecture.decoder(sizes);
    this.prior = prior?.({ shape: this.codeShape, codes: quantizer.codes, classes });
    if (this.prior !== undefined && showShape(this.prior.shape) !== showShape(this.codeShape)) {
      throw new GenError(
        "shape",
        `vqVae: expected a prior over codes ${showShape(this.codeShape)}, got one over ${showShape(this.prior.shape)}`,
      );
    }
  }

  get shape(): Shape {
    return this.#options.shape;
  }
  /** Numbers in one x. */
  get dims(): number {
    return sizeOf(this.shape);
  }
  /** [L, h, w]: codes of one picture. */
  get codeShape(): Shape {
    return [this.quantizer.levels, ...this.#options.grid];
  }
  get classes(): number {
    return this.#options.classes;
  }
  get likelihood(): Likelihood {
    return this.#options.likelihood;
  }
  /** What the first stage learns: all but the prior. */
  get autoencoder(): Model {
    const { encoder, quantizer, decoder } = this;
    return { encoder, quantizer, decoder };
  }

  /** The loss of the first stage, its two parts, and the perplexity of the codes (a mean over levels). */
  loss(
    { x: pictures }: Pick<VaeBatch, "x">,
    scope: Scope,
  ): Record<"loss" | "nats" | "quantization" | "perplexity", Tensor> {
    const { y: x, logDet } = this.codec.encode(pictures, scope);
    const { y, loss: pull, perplexity } = this.quantize(x, scope);
    const nats = this.given(y, scope).logProb(x).add(logDet).mean().neg();
    const quantization = pull.mean();
    return { loss: nats.mul(1 / this.dims).add(quantization), nats, quantization, perplexity: perplexity.mean() };
  }

  /** The loss of the second stage, −log p(codes) in nats for each row, its mean. */
  priorLoss(batch: CodeBatch, scope: Scope): Tensor {
    const codes = (batch.codes ?? this.codesOf(batch.x, scope)).cast("i32");
    return this.#prior("priorLoss").logProb(codes, { scope, label: batch.label }).mean().neg();
  }

  /**
   * A lower bound of log p(x) for each row, the one term of the sum over codes that the encoder picks:
   *
   *     log p(x) = log Σ_k p(k) p(x|k) ≥ log p(k(x)) + log p(x|k(x))
   *
   * @returns [N] each, in nats
   */
  bound({ x: pictures, label }: VaeBatch, scope: Scope): Record<"bound" | "reconstruction" | "codes", Tensor> {
    const { y: x, logDet } = this.codec.encode(pictures, scope);
    const { y, codes } = this.quantize(x, scope);
    const reconstruction = this.given(y, scope).logProb(x).add(logDet);
    const logP = this.#prior("bound").logProb(codes, { scope, label });
    return { bound: reconstruction.add(logP), reconstruction, codes: logP };
  }

  /** Codes of pictures, without learning from them. @returns [N, L, h, w] i32 */
  codesOf(pictures: Tensor, scope: Scope): Tensor {
    return this.quantize(this.codec.encode(pictures, scope, STILL).y, frozen(scope)).codes;
  }

  /** @param x pictures as the codec gives them, [N, …codec.output] */
  quantize(x: Tensor, scope: Scope): Quantized {
    return this.quantizer.quantize(this.encoder.forward(x, scope), scope);
  }

  /** p(x|z), one event for each row. @param z [N, D, h, w], quantized */
  given(z: Tensor, scope: Scope): Distribution {
    return this.likelihood.of(this.decoder.forward(z, scope));
  }

  /** n grids of codes from the prior. @returns [n, L, h, w] i32 */
  draw(n: number, context: Parameters<CodePrior["sample"]>[1]): Tensor {
    return this.#prior("sample").sample(n, context);
  }

  #prior(where: string): CodePrior {
    if (this.prior !== undefined) return this.prior;
    throw new GenError("option", `${where}: expected a model with a prior over codes, got one without`, {
      fix: "new VqVae({ …, prior: (sizes) => new GatedCodePrior(sizes) })",
    });
  }
}
