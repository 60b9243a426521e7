/** @file A discriminator that is an autoencoder: how badly it rebuilds a row is the row's energy. For `energyBased` and `began`. */
import type { Scope, Shape, Tensor } from "@gen/core";
import { beside, type Architecture, type GeneratorNetwork, type Trunk } from "./networks.js";
import { Linear } from "@gen/core/nn";
import { checkWhole } from "./check.js";
import type { Discriminator, Judged } from "./discriminator.js";

export interface AutoencoderOptions {
  /** Of one row, as the players see it: for pictures, intensities from −1 to 1. */
  readonly shape: Shape;
  /** Its trunk encodes, its generator decodes. */
  readonly architecture: Architecture;
  /** Numbers of the code. @default 32 */
  readonly codeDim?: number;
  /** Classes to be conditioned on. @default 0 */
  readonly classes?: number;
  /** Of the error of a number: its size (BEGAN) or its square (EBGAN). @default "absolute" */
  readonly error?: "absolute" | "squared";
}

/**
 * Energy of a row = mean error of its reconstruction; the score is minus that. Features are the code.
 *
 * @see Zhao, Mathieu & LeCun 2017, §2.3. arXiv:1609.03126; Berthelot, Schumm & Metz 2017, §3.1. arXiv:1703.10717
 */
export class AutoencoderDiscriminator implements Discriminator {
  readonly encoder: Trunk;
  readonly toCode: Linear;
  readonly decoder: GeneratorNetwork;
  readonly #error: "absolute" | "squared";

  constructor({ shape, architecture, codeDim = 32, classes = 0, error = "absolute" }: AutoencoderOptions) {
    checkWhole("codeDim", codeDim, { where: "AutoencoderDiscriminator", least: 1 });
    this.encoder = architecture.trunk({ shape, condition: classes });
    this.toCode = new Linear({ inputs: this.encoder.features + classes, outputs: codeDim });
    this.decoder = architecture.generator({ inputs: codeDim, condition: classes, shape });
    this.#error = error;
  }

  judge(x: Tensor, condition: Tensor | undefined, scope: Scope): Judged {
    const features = this.toCode.forward(beside(this.encoder.forward(x, condition, scope), condition)); // [N, codeDim]
    const miss = this.decoder.forward(features, condition, scope).sub(x).flatten();
    const errors = this.#error === "absolute" ? miss.abs() : miss.square();
    return { score: errors.mean(1).neg(), features };
  }
}
