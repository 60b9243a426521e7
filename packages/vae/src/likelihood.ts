/** @file Likelihoods p(x|z): how a decoder's numbers describe a picture, and what of the picture they describe. */
import { GenError, scalar, type Tensor } from "@gen/core";
import { bernoulli, discretisedLogistic, normal, type Distribution } from "@gen/core/prob";

export interface Likelihood {
  readonly name: LikelihoodName;
  /** Numbers that the decoder gives for each element of x. */
  readonly width: number;
  /** What is modelled of a picture with intensities in [0, 1]: for "bernoulli", whether a pixel is above one half. */
  prepare(x: Tensor): Tensor;
  /**
   * The distribution of a prepared x.
   *
   * @param y what the decoder gives, [N, width, …shape]
   * @param eventDims trailing axes that make one event; 0 for a distribution of each element. @default those of a row
   */
  of(y: Tensor, eventDims?: number): Distribution;
}

export type LikelihoodName = "bernoulli" | "gaussian" | "discretisedLogistic";

export interface GaussianOptions {
  /** Standard deviation of each element, in units of intensity. @default 0.1 */
  readonly std?: number;
}

/** Black or white: each pixel is 1 with probability σ(y). log p in nats, of a binary picture. */
export function bernoulliLikelihood(): Likelihood {
  return {
    name: "bernoulli",
    width: 1,
    prepare: (x) => x.greaterEqual(0.5).cast("f32"),
    of: (y, eventDims = y.rank - 2) => bernoulli({ logits: y.squeeze(1), eventDims }),
  };
}

/** Real numbers: N(y, std²) for each element, a density over intensities. */
export function gaussianLikelihood({ std = 0.1 }: GaussianOptions = {}): Likelihood {
  if (!(std > 0)) throw new GenError("range", `gaussianLikelihood: expected a std > 0, got ${std}`);
  return {
    name: "gaussian",
    width: 1,
    prepare: (x) => x,
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
    prepare: (x) => x,
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
