/** @file What is added to the generator's loss: matched features, and steps in z that make steps of one length in pictures. */
import { constantInit, grad, randomNormal, sizeOf, state, type Tensor } from "@gen/core";
import { checkNumber } from "./check.js";
import type { GeneratorPenalty, GeneratorSite } from "./penalty.js";

export interface FeatureMatchingOptions {
  /** @default 1 */
  readonly weight?: number;
}

/**
 * λ ‖E[φ(x)] − E[φ(G(z))]‖², with φ the features that the discriminator's score is made of.
 *
 * @see Salimans et al. 2016, "Improved Techniques for Training GANs", §3.1. arXiv:1606.03498
 */
export function featureMatching({ weight = 1 }: FeatureMatchingOptions = {}): GeneratorPenalty {
  checkNumber("weight", weight, { where: "featureMatching" });
  return {
    side: "generator",
    penalty: ({ judgedFake, judgedReal }) =>
      judgedFake.features.mean(0).sub(judgedReal().features.mean(0).stopGradient()).square().sum().mul(weight),
  };
}

export interface PathLengthOptions {
  /** @default 2 */
  readonly weight?: number;
  /** Weight of the past in the running mean of lengths. @default 0.99 */
  readonly decay?: number;
}

/**
 * λ E[(‖J_zᵀ y‖ − a)²], with y ~ N(0, I) scaled by 1/√(numbers of a row) and a the running mean of the lengths before this step: a step in z
 * moves what is generated equally far everywhere.
 *
 * @see Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN", §3.2. arXiv:1912.04958
 */
export function pathLength({ weight = 2, decay = 0.99 }: PathLengthOptions = {}): GeneratorPenalty {
  checkNumber("weight", weight, { where: "pathLength" });
  checkNumber("1 − decay", 1 - decay, { where: "pathLength" });
  return new PathLength(weight, decay);
}

class PathLength implements GeneratorPenalty {
  readonly side = "generator";
  /** a, a state. */
  readonly mean: Tensor = state([], constantInit(0));
  readonly #weight: number;
  readonly #decay: number;

  constructor(weight: number, decay: number) {
    this.#weight = weight;
    this.#decay = decay;
  }

  penalty({ z, fake, scope }: GeneratorSite): Tensor {
    const y = randomNormal(scope.nextKey(), fake.shape).mul(1 / Math.sqrt(sizeOf(fake.shape.slice(1))));
    const slopes = grad(fake.mul(y).sum(), [z])[0]!; //      [N, width]: J_zᵀ y of each row
    const lengths = slopes.square().sum(1).add(1e-12).sqrt(); // [N]
    const past = scope.read(this.mean);
    const now = lengths.mean().stopGradient();
    scope.write(this.mean, past.add(now.sub(past).mul(1 - this.#decay)));
    return lengths.sub(past).square().mean().mul(this.#weight);
  }
}
