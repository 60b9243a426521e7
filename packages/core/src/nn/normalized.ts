/** @file What the normalisations of channels share: moments over positions, and a gradient in few passes over x. */
import { withGradient } from "../tensor/control.js";
import { full, sumTo, type Tensor } from "../tensor/tensor.js";
import { perChannel } from "./channels.js";

export interface Normalization {
  /** Over which each channel's moments are taken: its positions, or those of the whole batch. */
  readonly axes: readonly number[];
  /** The means of groups of channels, beside each channel: [N, C, 1, …] → the same. @default each by itself */
  readonly together?: (means: Tensor) => Tensor;
  readonly epsilon: number;
  /** γ: [C] @default 1 */
  readonly scale?: Tensor | undefined;
  /** β: [C] @default 0 */
  readonly shift?: Tensor | undefined;
}

const each = (means: Tensor): Tensor => means;

/** μ and x − μ, and σ² beside each channel: [N or 1, C, 1, …]. */
export function moments(
  x: Tensor,
  { axes, together = each }: Pick<Normalization, "axes" | "together">,
): { readonly mean: Tensor; readonly centred: Tensor; readonly variance: Tensor } {
  const pooled = (v: Tensor): Tensor => together(v.mean(axes, { keepDims: true }));
  const mean = pooled(x);
  const centred = x.sub(mean);
  return { mean, centred, variance: pooled(centred.square()) };
}

/**
 * Channels of mean β and standard deviation γ:
 *
 *     y = γ x̂ + β        x̂ = (x − μ) / √(σ² + ε)
 *
 * With ⟨·⟩ for the mean over what is normalised together, a cotangent g is pulled back to
 *
 *     (γ g − ⟨γ g⟩ − x̂ ⟨γ g x̂⟩) / √(σ² + ε)
 *
 * where all factors of g and of x − μ are numbers for each channel, and meet them once.
 *
 * @param x [N, C, …]
 */
export function normalized(x: Tensor, normalization: Normalization): Tensor {
  const { axes, together = each, epsilon } = normalization;
  const one = full([x.shape[1]!], 1, x.dtype);
  const scale = perChannel(normalization.scale ?? one, x);
  const shift = perChannel(normalization.shift ?? one.mul(0), x);
  const inverse = (variance: Tensor): Tensor => variance.add(epsilon).sqrt().reciprocal();
  return withGradient(
    [x, scale, shift],
    ([v, gamma, beta]) => {
      const { centred, variance } = moments(v!, normalization);
      return centred.mul(inverse(variance).mul(gamma!)).add(beta!);
    },
    ([v, gamma, beta], _, g) => {
      const { centred, variance } = moments(v!, normalization);
      const r = inverse(variance); //                                            [N, C, 1, …], as are all means
      const ofG = g.mean(axes, { keepDims: true });
      const ofBoth = g.mul(centred).mean(axes, { keepDims: true });
      const slope = together(ofBoth.mul(gamma!)).mul(r.mul(r).mul(r));
      const level = together(ofG.mul(gamma!)).mul(r);
      const count = x.size / ofG.size;
      return [
        g.mul(r.mul(gamma!)).sub(centred.mul(slope)).sub(level),
        sumTo(ofBoth.mul(r).mul(count), gamma!.shape),
        sumTo(ofG.mul(count), beta!.shape),
      ];
    },
  );
}
