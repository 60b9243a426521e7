/** @file Batch normalisation whose scale and shift follow from what a row is conditioned on. */
import { type Scope, type Tensor } from "@gen/core";
import { BatchNorm, Linear, zeroWeights } from "@gen/core/nn";

/**
 * γ(y) BN(x) + β(y) with γ = 1 + W y + w₀ at the start; without a condition plain batch normalisation.
 *
 * @see Dumoulin, Shlens & Kudlur 2017, arXiv:1610.07629, eq. 5; in GANs: Miyato & Koyama 2018, arXiv:1802.05637, app. A
 */
export class ConditionalBatchNorm {
  readonly norm: BatchNorm;
  readonly modulation: Linear | undefined;
  readonly #channels: number;

  constructor({ channels, condition }: { readonly channels: number; readonly condition: number }) {
    this.norm = new BatchNorm({ channels });
    this.modulation =
      condition > 0
        ? new Linear({ inputs: condition, outputs: 2 * channels, init: zeroWeights, bias: false })
        : undefined;
    this.#channels = channels;
  }

  /** @param x [N, channels, …] @param condition [N, condition] */
  forward(x: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    const y = this.norm.forward(x, scope);
    if (this.modulation === undefined) return y;
    const [scale, shift] = this.modulation.forward(condition!).split([this.#channels, this.#channels], 1) as [
      Tensor,
      Tensor,
    ];
    const wide = (v: Tensor): Tensor => v.reshape([...v.shape, ...x.shape.slice(2).map(() => 1)]);
    return y.mul(wide(scale).add(1)).add(wide(shift));
  }
}
