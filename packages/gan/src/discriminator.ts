/** @file Discriminators: a trunk that reads rows, and heads for what is asked of them: real or not, which class, which code. */
import { concat, GenError, showShape, type Scope, type Tensor } from "@gen/core";
import { Linear } from "@gen/core/nn";
import type { CodePlace } from "./latent.js";
import { MinibatchDiscrimination, type MinibatchOptions } from "./minibatch.js";
import type { Trunk } from "./networks.js";

/** What a discriminator says of rows. */
export interface Judged {
  /** [N], larger for what looks real. */
  readonly score: Tensor;
  /** [N, F], what the score is made of. */
  readonly features: Tensor;
  /** [N, classes]: logits of the class, of an auxiliary classifier. */
  readonly classes?: Tensor | undefined;
  /** [N, …]: of each categorical code its logits, then the means of the continuous ones. */
  readonly codes?: Tensor | undefined;
}

export interface Discriminator {
  /**
   * @param x [N, …shape], as the model sees rows
   * @param condition [N, classes], zeros with a one, of a conditional model
   */
  judge(x: Tensor, condition: Tensor | undefined, scope: Scope): Judged;
}

/**
 * How a class conditions the players: beside the inputs of both (Mirza & Osindero 2014, arXiv:1411.1784); by an inner product
 * with the features (Miyato & Koyama 2018, arXiv:1802.05637); or by a classifier beside the score, as AC-GAN (Odena, Olah &
 * Shlens 2017, arXiv:1610.09585).
 */
export type Conditioning = "concatenate" | "projection" | "auxiliary";

export interface CriticOptions {
  readonly trunk: Trunk;
  readonly classes: number;
  readonly conditioning: Conditioning;
  readonly codes: readonly CodePlace[];
  readonly minibatch: MinibatchOptions | undefined;
}

/** A trunk with heads. */
export class Critic implements Discriminator {
  readonly trunk: Trunk;
  readonly minibatch: MinibatchDiscrimination | undefined;
  readonly head: Linear;
  /** V of the projection: score += ⟨V y, φ(x)⟩. */
  readonly projection: Linear | undefined;
  readonly classifier: Linear | undefined;
  /** Q of InfoGAN, on the features of the discriminator. */
  readonly codes: Linear | undefined;

  constructor({ trunk, classes, conditioning, codes, minibatch }: CriticOptions) {
    this.trunk = trunk;
    const { features, headMap } = trunk;
    const mapped = headMap === undefined ? {} : { weightMap: headMap };
    const linear = (inputs: number, outputs: number, bias = true): Linear =>
      new Linear({ inputs, outputs, bias, ...mapped });
    this.minibatch = minibatch && new MinibatchDiscrimination({ ...minibatch, features });
    this.head = linear(features + (this.minibatch?.outputs ?? 0), 1);
    this.projection = classes > 0 && conditioning === "projection" ? linear(classes, features, false) : undefined;
    this.classifier =
      classes > 0 && conditioning === "auxiliary" ? new Linear({ inputs: features, outputs: classes }) : undefined;
    const outputs = codes.reduce((sum, { size }) => sum + size, 0);
    this.codes = outputs > 0 ? new Linear({ inputs: features, outputs }) : undefined;
  }

  judge(x: Tensor, condition: Tensor | undefined, scope: Scope): Judged {
    const isBeside = this.projection === undefined && this.classifier === undefined;
    const features = this.trunk.forward(x, isBeside ? condition : undefined, scope); // [N, F]
    const seen = this.minibatch === undefined ? features : concat([features, this.minibatch.forward(features)], 1);
    const plain = this.head.forward(seen, scope).reshape([x.shape[0]!]); // [N]
    const score =
      this.projection === undefined
        ? plain
        : plain.add(this.projection.forward(condition!, scope).mul(features).sum(1));
    return {
      score,
      features,
      classes: this.classifier?.forward(features, scope),
      codes: this.codes?.forward(features, scope),
    };
  }
}

/** @throws GenError `shape` unless there is one score a row */
export function checkJudged({ score }: Judged, x: Tensor): void {
  const n = x.shape[0]!;
  if (score.rank === 1 && score.shape[0] === n) return;
  throw new GenError(
    "shape",
    `gan: expected a discriminator with one score a row, [${n}], got ${showShape(score.shape)}`,
    {
      fix: "give the mean over the last axis, or score.reshape([n]) of a column",
    },
  );
}
