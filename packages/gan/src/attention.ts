/** @file Self-attention over the places of a picture: Zhang, Goodfellow, Metaxas & Odena 2019, "Self-Attention GAN". arXiv:1805.08318 */
import { constantInit, param, softmax, type Scope, type Tensor } from "@gen/core";
import { Conv2d, type WeightMapper } from "@gen/core/nn";

export interface SelfAttentionOptions {
  readonly channels: number;
  /** Of each of the 1×1 convolutions. */
  readonly weightMap?: WeightMapper | undefined;
}

/**
 * Each place looks at all others, eq. 1 to 3 of the paper:
 *
 *     β_ij = softmax_i f(x_i)·g(x_j)      y = x + γ v(Σ_i β_ij h(x_i)),  γ = 0 at the start
 *
 * f and g have an eighth of the channels, h half.
 */
export class SelfAttention {
  readonly query: Conv2d;
  readonly key: Conv2d;
  readonly value: Conv2d;
  readonly output: Conv2d;
  /** γ */
  readonly share: Tensor = param([], constantInit(0));

  constructor({ channels, weightMap }: SelfAttentionOptions) {
    const conv = (inputs: number, outputs: number): Conv2d =>
      new Conv2d({ inputs, outputs, kernel: 1, bias: false, ...(weightMap && { weightMap }) });
    const narrow = Math.max(1, Math.floor(channels / 8));
    const half = Math.max(1, Math.floor(channels / 2));
    this.query = conv(channels, narrow);
    this.key = conv(channels, narrow);
    this.value = conv(channels, half);
    this.output = conv(half, channels);
  }

  /** @param x [N, C, H, W] @returns the same shape */
  forward(x: Tensor, scope: Scope): Tensor {
    const [n, , h, w] = x.shape as [number, number, number, number];
    const flat = (y: Tensor): Tensor => y.flatten(2); // [N, C', HW]
    const scores = flat(this.query.forward(x, scope))
      .transpose([0, 2, 1])
      .matmul(flat(this.key.forward(x, scope)));
    const values = flat(this.value.forward(x, scope)); //  [N, C/2, HW]
    const seen = values.matmul(softmax(scores, 2).transpose([0, 2, 1])).reshape([n, values.shape[1]!, h, w]);
    return x.add(this.output.forward(seen, scope).mul(this.share));
  }
}
