/** @file Consistency: the discriminator shall say the same of a row and of the row augmented. */
import type { Tensor } from "@gen/core";
import type { Augment } from "./augment.js";
import { checkNumber } from "./check.js";
import type { DiscriminatorPenalty, DiscriminatorSite } from "./penalty.js";

export interface ConsistencyOptions {
  readonly augment: Augment;
  /** λ. @default 10 */
  readonly weight?: number;
  /** Of fake rows too: "balanced" (Zhao et al. 2021, arXiv:2002.04724, §3.1). @default false */
  readonly balanced?: boolean;
}

/**
 * λ E[(D(x) − D(T(x)))²], and the same at G(z) if balanced.
 *
 * @see Zhang, Zhang, Odena & Lee 2020, "Consistency Regularization for GANs", eq. 3. arXiv:1910.12027
 */
export function consistency({ augment, weight = 10, balanced = false }: ConsistencyOptions): DiscriminatorPenalty {
  checkNumber("weight", weight, { where: "consistency" });
  const change = ({ judge, scope }: DiscriminatorSite, rows: Tensor, score: Tensor): Tensor =>
    score
      .sub(judge(augment(rows, scope)).score)
      .square()
      .mean();
  return {
    side: "discriminator",
    penalty: (site) => {
      const ofReal = change(site, site.real, site.judgedReal.score);
      const all = balanced ? ofReal.add(change(site, site.fake, site.judgedFake.score)) : ofReal;
      return all.mul(weight);
    },
  };
}
