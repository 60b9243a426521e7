/**
 * @file A generative adversarial network: two players, what each is paid, and the units of the rows between them.
 * Goodfellow et al. 2014, "Generative Adversarial Nets". arXiv:1406.2661
 */
import { GenError, oneHot, type Scope, type Shape, type Tensor } from "@gen/core";
import { Affine, Chain, Intensities, type Codec, type EncodeOptions } from "@gen/core/codec";
import { activationOf, type Activation } from "@gen/core/nn";
import type { Augment } from "./augment.js";
import { checkWhole } from "./check.js";
import { dense } from "./dense.js";
import { Critic, type Conditioning, type Discriminator } from "./discriminator.js";
import { LatentSpace, type CodeOptions } from "./latent.js";
import { nonSaturating, type AdversarialLoss } from "./losses.js";
import type { MinibatchOptions } from "./minibatch.js";
import type { Architecture, GeneratorNetwork } from "./networks.js";
import type { DiscriminatorPenalty, GeneratorPenalty, Penalty } from "./penalty.js";

export interface GanOptions {
  /** Shape of one row as the user gives it: [C, H, W] for pictures, [D] for numbers, [C, T] for sequences. */
  readonly shape: Shape;
  /** Numbers of noise. @default 64 */
  readonly latentDim?: number;
  /** @default "normal" */
  readonly prior?: "normal" | "uniform";
  /** @default dense() */
  readonly architecture?: Architecture;
  /** A discriminator of one's own, in place of the architecture's trunk with its heads. */
  readonly discriminator?: Discriminator;
  /** @default nonSaturating() */
  readonly loss?: AdversarialLoss;
  /** What is added to the losses. @default none */
  readonly penalties?: readonly Penalty[];
  /** Of all rows before the discriminator sees them, in both players' steps. @default none */
  readonly augment?: Augment;
  /** Between the user's units and the players'. @default intensities from −1 to 1 for pictures, none for other rows */
  readonly codec?: Codec;
  /** What the generator ends with. @default "tanh" for pictures without a codec of their own, "identity" for others */
  readonly output?: Activation;
  /** Number of classes to condition on; 0 for none. @default 0 */
  readonly classes?: number;
  /** @default "concatenate" */
  readonly conditioning?: Conditioning;
  /** Weight of the auxiliary classifier's cross entropy, in both losses. @default 1 */
  readonly auxiliaryWeight?: number;
  /** Codes beside the noise, to be found again in what is generated (InfoGAN), unless that has no weight. @default none */
  readonly codes?: CodeOptions;
  /** Weight of the information about the codes, in both losses; 0 leaves them as noise in steps. @default 1 */
  readonly informationWeight?: number;
  /** Let the discriminator compare the rows of a batch. @default no */
  readonly minibatch?: MinibatchOptions;
}

/** The generator's side: what its step may write. */
export interface GeneratorSide {
  readonly net: GeneratorNetwork;
  readonly penalties: readonly GeneratorPenalty[];
}

/** The discriminator's side. */
export interface DiscriminatorSide {
  readonly net: Discriminator;
  readonly loss: AdversarialLoss;
  readonly penalties: readonly DiscriminatorPenalty[];
}

/** A model is a description: the numbers of both sides live in a store. */
export class Gan {
  readonly codec: Codec | undefined;
  readonly generator: GeneratorSide;
  readonly discriminator: DiscriminatorSide;
  readonly #shape: Shape;
  readonly #latent: LatentSpace;
  readonly #classes: number;
  readonly #output: (x: Tensor) => Tensor;
  readonly #augment: Augment | undefined;
  readonly #weights: { readonly auxiliary: number; readonly information: number };

  /** @throws GenError `shape`, `range` or `option`, naming the option that is not what it should be */
  constructor(options: GanOptions) {
    const {
      shape,
      latentDim = 64,
      prior = "normal",
      classes = 0,
      conditioning = "concatenate",
      penalties = [],
    } = options;
    if (shape.length === 0 || !shape.every((extent) => Number.isInteger(extent) && extent >= 1)) {
      throw new GenError("shape", `gan: expected a shape of whole numbers ≥ 1, got [${shape.join(", ")}]`);
    }
    checkWhole("classes", classes, { where: "gan", least: 0 });
    if (classes === 0 && options.conditioning !== undefined) {
      throw new GenError("option", "gan: expected classes to condition on, got none", {
        fix: "give their number, or leave out `conditioning`",
      });
    }
    const isPicture = shape.length === 3;
    this.codec = options.codec ?? (isPicture ? pictureCodec(shape) : undefined);
    const seen = this.codec?.output ?? shape;
    const architecture = options.architecture ?? dense();
    this.#shape = shape;
    this.#classes = classes;
    this.#latent = new LatentSpace({ dim: latentDim, prior, codes: options.codes });
    this.#output = activationOf(options.output ?? (isPicture && options.codec === undefined ? "tanh" : "identity"));
    this.#augment = options.augment;
    this.#weights = { auxiliary: options.auxiliaryWeight ?? 1, information: options.informationWeight ?? 1 };
    this.generator = {
      net: architecture.generator({ inputs: this.#latent.width, condition: classes, shape: seen }),
      penalties: penalties.filter((each) => each.side === "generator"),
    };
    this.discriminator = {
      net:
        options.discriminator ??
        new Critic({
          trunk: architecture.trunk({ shape: seen, condition: conditioning === "concatenate" ? classes : 0 }),
          classes,
          conditioning,
          codes: this.#weights.information > 0 ? this.#latent.codes : [],
          minibatch: options.minibatch,
        }),
      loss: options.loss ?? nonSaturating(),
      penalties: penalties.filter((each) => each.side === "discriminator"),
    };
  }

  get shape(): Shape {
    return this.#shape;
  }
  get latent(): LatentSpace {
    return this.#latent;
  }
  get classes(): number {
    return this.#classes;
  }
  get weights(): { readonly auxiliary: number; readonly information: number } {
    return this.#weights;
  }

  /** Rows as the players see them; whole numbers spread by noise in training, and by nothing after. @param x [N, …shape] */
  encode(x: Tensor, scope: Scope): Tensor {
    const how: EncodeOptions = scope.mode === "train" ? {} : { dequantise: "middle" };
    return this.codec?.encode(x, scope, how).y ?? x;
  }

  /** Rows as the user sees them. */
  decode(y: Tensor): Tensor {
    return this.codec?.decode(y) ?? y;
  }

  /** Rows as the players see them, of noise. @param z [N, latent.width] */
  generate(z: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    return this.#output(this.generator.net.forward(z, condition, scope));
  }

  /** Rows as the discriminator sees them. */
  augmented(x: Tensor, scope: Scope): Tensor {
    return this.#augment === undefined ? x : this.#augment(x, scope);
  }

  /** Labels as rows of zeros with a one; nothing for a model without classes. @throws GenError `graph` if they are missing */
  condition(label: Tensor | undefined): Tensor | undefined {
    if (this.#classes === 0) return undefined;
    if (label === undefined) throw new GenError("graph", `gan: expected a label [N] in each batch, got none`);
    return oneHot(label, this.#classes);
  }
}

/** Intensities in [0, 1] outside, from −1 to 1 inside. */
function pictureCodec(shape: Shape): Codec {
  return new Chain([new Intensities({ shape }), new Affine({ shape, scale: 2, shift: -1 })]);
}
