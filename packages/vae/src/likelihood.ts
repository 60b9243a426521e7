/**
 * @file Likelihoods p(y|z): how a decoder's numbers describe a row as the model's codec gives it, and the codec that suits
 * each where none is given.
 */
import { GenError, scalar, type Shape, type Tensor } from "@gen/core";
import { Binarise, Intensities, type Codec } from "@gen/core/codec";
import { bernoulli, discretisedLogistic, normal, type Distribution } from "@gen/core/prob";

export interface Likelihood {
  readonly name: string;
  /** Numbers that the decoder gives for each element of a row. */
  readonly width: number;
  /** Between the user's rows and what is described, for a model that is given no codec. */
  codec(shape: Shape): Codec;
  /**
   * The distribution of a row as the codec gives it.
   *
   * @param y what the decoder gives, [N, width, …shape]
   * @param eventDims trailing axes that make one event; 0 for a distribution of each element. @default those of a row
   */
  of(y: Tensor, eventDims?: number): Distribution;
}

export type LikelihoodName = "bernoulli" | "gaussian" | "discretisedLogistic";

export interface GaussianOptions {
  /** Standard deviation of each element, in units of what the codec gives: of intensity, for pictures. @default 0.1 */
  readonly std?: number;
}

/** Black or white: each pixel is 1 with probability σ(y). log p in nats, of a binary picture. */
export function bernoulliLikelihood(): Likelihood {
  return {
    name: "bernoulli",
    width: 1,
    codec: (shape) => new Binarise({ shape }),
    of: (y, eventDims = y.rank - 2) => bernoulli({ logits: y.squeeze(1), eventDims }),
  };
}

/** Real numbers: N(y, std²) for each element, a density over what the codec gives. */
export function gaussianLikelihood({ std = 0.1 }: GaussianOptions = {}): Likelihood {
  if (!(std > 0)) throw new GenError("range", `gaussianLikelihood: expected a std > 0, got ${std}`);
  return {
    name: "gaussian",
    width: 1,
    codec: (shape) => new Intensities({ shape }),
    of: (y, eventDims = y.rank - 2) => normal({ mean: y.squeeze(1), std: scalar(std), eventDims }),
  };
}

/**
 * 256 grey levels: the mass that a logistic distribution puts on each level's interval, with its mean and scale from
 * the decoder. log p in nats, of an 8-bit picture.
 *
 * @see Kingma et al. 2016, arXiv:1606.04934, §5.1; Salimans et al. 2017, arXiv:1701.05517, §2.1
 */
export function discretisedLogisticLikelihood(): Likelihood {
  return {
    name: "discretisedLogistic",
    width: 2,
    codec: (shape) => new Intensities({ shape, levels: 256 }),
    of: (y, eventDims = y.rank - 2) => {
      const [mean, logScale] = y.split([1, 1], 1) as [Tensor, Tensor];
      return discretisedLogistic({
        mean: mean.squeeze(1).sigmoid(),
        logScale: logScale.squeeze(1).sub(2).clip(-7, 2),
        eventDims,
      });
    },
  };
}

/** The likelihood of a name, or the one that was given. */
export function likelihoodOf(likelihood: LikelihoodName | Likelihood): Likelihood {
  if (typeof likelihood !== "string") return likelihood;
  const make = LIKELIHOODS[likelihood] as (() => Likelihood) | undefined;
  if (make === undefined) {
    throw new GenError(
      "option",
      `vae: expected a likelihood ${Object.keys(LIKELIHOODS).join(", ")}, got "${likelihood}"`,
    );
  }
  return make();
}

const LIKELIHOODS: Readonly<Record<LikelihoodName, () => Likelihood>> = {
  bernoulli: bernoulliLikelihood,
  gaussian: gaussianLikelihood,
  discretisedLogistic: discretisedLogisticLikelihood,
};
