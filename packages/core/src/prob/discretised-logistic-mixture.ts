/**
 * @file Mixtures of discretised logistic laws with coupled channels, for pictures.
 * Salimans, Karpathy, Chen & Kingma 2017, "PixelCNN++", §2.1 and §2.2. arXiv:1701.05517
 */
import { GenError } from "../error.js";
import { showShape } from "../shape.js";
import { logSoftmax, logSumExp } from "../tensor/math.js";
import { randomUniform, splitKey } from "../tensor/random.js";
import { iota, stack, type Tensor } from "../tensor/tensor.js";
import { categorical, choiceDistances } from "./categorical.js";
import {
  discretisedLogistic,
  type DiscretisedLogistic,
  type DiscretisedLogisticOptions,
} from "./discretised-logistic.js";
import { maxEvent, sumEvent, type InvertedLaw } from "./distribution.js";

export interface DiscretisedLogisticMixtureOptions extends Pick<
  DiscretisedLogisticOptions,
  "levels" | "low" | "high" | "minLogScale"
> {
  /** [N, K, …S]: logarithms of the weights; all channels of a pixel share the choice. */
  readonly logits: Tensor;
  /** [N, K, C, …S] */
  readonly mean: Tensor;
  /** [N, K, C, …S] */
  readonly logScale: Tensor;
  /**
   * [N, K, C(C − 1)/2, …S]: how each channel's mean follows the values of earlier channels, in the order (1 on 0), (2 on 0),
   * (2 on 1), …; the paper's code bounds them by tanh. Without them the channels are independent given the component.
   */
  readonly coefficients?: Tensor;
}

/**
 * A picture [N, C, …S] whose pixels are mixtures, one event for each row:
 *
 *     p(x) = Π_pixels Σ_k w_k Π_c P_k(x_c | x_<c)      mean of P_k(x_c | x_<c): μ_kc + Σ_{b < c} α_kcb x_b
 *
 * with the discretised logistic law as P. In RGB these are eq. 3 of the paper.
 *
 * @throws GenError `shape` if the parameters disagree
 */
export function discretisedLogisticMixture({
  logits,
  mean,
  logScale,
  coefficients,
  ...levels
}: DiscretisedLogisticMixtureOptions): InvertedLaw {
  const [N, K, C, ...space] = mean.shape as [number, number, number, ...number[]];
  const pairs = (C * (C - 1)) / 2;
  const wanted = [
    [N, K, ...space],
    [N, K, C, ...space],
    ...(coefficients === undefined ? [] : [[N, K, pairs, ...space]]),
  ];
  const got = [logits, logScale, ...(coefficients === undefined ? [] : [coefficients])].map(({ shape }) => shape);
  if (mean.rank < 3 || wanted.some((shape, i) => showShape(shape) !== showShape(got[i]!))) {
    throw new GenError(
      "shape",
      `discretisedLogisticMixture: expected logits, logScale, coefficients ${wanted.map(showShape).join(", ")} for mean ${showShape(mean.shape)}, got ${got.map(showShape).join(", ")}`,
      { fix: "logits [N, K, …S], mean and logScale [N, K, C, …S], coefficients [N, K, C(C − 1)/2, …S]" },
    );
  }
  const eventDims = 1 + space.length;

  /** μ_c + Σ α_cb x_b, with the values of channel b from `value`; `axis` is that of the channels. */
  const coupledMean = (
    c: number,
    axis: number,
    { means, alphas, value }: { means: Tensor; alphas: Tensor | undefined; value: (b: number) => Tensor },
  ): Tensor => {
    let at = means.slice(axis, c, c + 1).squeeze(axis);
    for (let b = 0; alphas !== undefined && b < c; b++) {
      const place = (c * (c - 1)) / 2 + b;
      at = at.add(
        alphas
          .slice(axis, place, place + 1)
          .squeeze(axis)
          .mul(value(b)),
      );
    }
    return at;
  };
  const last = logits.transpose([0, ...space.map((_, i) => i + 2), 1]); //                       [N, …S, K]
  /** The laws of all components and channels, given the values of earlier channels: [N, K, C, …S]. */
  const given = (x: Tensor): DiscretisedLogistic => {
    const value = (b: number): Tensor => x.slice(1, b, b + 1); //                                [N, 1, …S]
    const channels = Array.from({ length: C }, (_, c) =>
      coupledMean(c, 2, { means: mean, alphas: coefficients, value }),
    );
    return discretisedLogistic({ mean: stack(channels, 2), logScale, ...levels });
  };
  return {
    eventDims,
    logProb: (x) => {
      const each = given(x).logProb(x.unsqueeze(1)).sum(2); //                                   [N, K, …S]
      return sumEvent(logSumExp(each.add(logSoftmax(logits, 1)), 1), space.length);
    },
    outside: (x, key) => {
      const u = stack(
        Array.from({ length: C }, (_, c) => randomUniform(splitKey(key, c + 1), [N, ...space]).cast(mean.dtype)),
        1,
      );
      const values = given(x).distance(x.unsqueeze(1), u.unsqueeze(1)).max(2); //                [N, K, …S]
      const choices = choiceDistances(last, splitKey(key, 0)).transpose([
        0,
        last.rank - 1,
        ...space.map((_, i) => i + 1),
      ]);
      const nearest = values.maximum(choices).min(1); // which component was drawn is not told
      return maxEvent(nearest, space.length);
    },
    sample: (key) => {
      const index = categorical({ logits: last }).sample(splitKey(key, 0)).unsqueeze(1); //      [N, 1, …S]
      const isChosen = index.equal(iota(K, "i32").reshape([K, ...space.map(() => 1)])).unsqueeze(2);
      const chosen = (of: Tensor): Tensor => isChosen.where(of, 0).sum(1); //                    [N, …, …S]
      const parts = { means: chosen(mean), alphas: coefficients && chosen(coefficients) };
      const scales = chosen(logScale);
      const drawn: Tensor[] = [];
      for (let c = 0; c < C; c++) {
        const at = coupledMean(c, 1, { ...parts, value: (b) => drawn[b]! }); //                  [N, …S]
        const scale = scales.slice(1, c, c + 1).squeeze(1);
        drawn.push(discretisedLogistic({ mean: at, logScale: scale, ...levels }).sample(splitKey(key, c + 1)));
      }
      return stack(drawn, 1);
    },
  };
}
