/** @file LeCam regularisation: scores stay near where the other side's have been lately. For few data. */
import { constantInit, state, type Tensor } from "@gen/core";
import { checkNumber } from "./check.js";
import type { DiscriminatorPenalty, DiscriminatorSite } from "./penalty.js";

export interface LeCamOptions {
  /** λ. @default 0.3 */
  readonly weight?: number;
  /** Weight of the past in the anchors, in [0, 1). @default 0.99 */
  readonly decay?: number;
}

/**
 * λ (E[(D(x) − α_F)²] + E[(D(G(z)) − α_R)²]), where α_R and α_F are running means of the scores of real and fake rows.
 *
 * @see Tseng et al. 2021, "Regularizing Generative Adversarial Networks under Limited Data", eq. 4. arXiv:2104.03310
 */
export function leCam({ weight = 0.3, decay = 0.99 }: LeCamOptions = {}): DiscriminatorPenalty {
  checkNumber("weight", weight, { where: "leCam" });
  checkNumber("1 − decay", 1 - decay, { where: "leCam" });
  return new LeCam(weight, decay);
}

class LeCam implements DiscriminatorPenalty {
  readonly side = "discriminator";
  /** α_R and α_F, states. */
  readonly real: Tensor = state([], constantInit(0));
  readonly fake: Tensor = state([], constantInit(0));
  readonly #weight: number;
  readonly #decay: number;

  constructor(weight: number, decay: number) {
    this.#weight = weight;
    this.#decay = decay;
  }

  penalty({ judgedReal, judgedFake, scope }: DiscriminatorSite): Tensor {
    /** The anchor so far; it moves for the next step. */
    const lately = (anchor: Tensor, scores: Tensor): Tensor => {
      const past = scope.read(anchor);
      scope.write(
        anchor,
        past.add(
          scores
            .mean()
            .stopGradient()
            .sub(past)
            .mul(1 - this.#decay),
        ),
      );
      return past;
    };
    const real = lately(this.real, judgedReal.score);
    const fake = lately(this.fake, judgedFake.score);
    const [a, b] = [judgedReal.score.sub(fake), judgedFake.score.sub(real)];
    return a.square().mean().add(b.square().mean()).mul(this.#weight);
  }
}
