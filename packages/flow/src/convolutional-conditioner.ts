/** @file Convolutional conditioners of couplings over pictures: residual networks, and the shallow ones of Glow. */
import { concat, constantInit, param, type Shape, type Tensor } from "@gen/core";
import { Conv2d, weightNorm, zeroWeights } from "@gen/core/nn";
import type { Conditioner, ConditionerSizes, MakeConditioner } from "./conditioner.js";
import type { At } from "./transform.js";

export interface ConvolutionalOptions {
  /** @default 32 */
  readonly channels?: number;
  /** Residual blocks between the first and the last convolution. @default 2 */
  readonly blocks?: number;
}

/**
 * A residual network of weight-normalised convolutions, whose last layer starts at 0 and has a learned scale. A context
 * comes in as constant planes. Without blocks it is Glow's network: 3×3, 1×1, 3×3.
 *
 * @see Dinh et al. 2017, §3.7 (arXiv:1605.08803); Kingma & Dhariwal 2018, §4 (arXiv:1807.03039)
 */
export function convolutionalConditioner({ channels = 32, blocks = 2 }: ConvolutionalOptions = {}): MakeConditioner {
  return (sizes) => new ConvolutionalConditioner(sizes, { channels, blocks });
}

class ConvolutionalConditioner implements Conditioner {
  readonly first: Conv2d;
  readonly middle: readonly { readonly inner: Conv2d; readonly outer: Conv2d }[];
  readonly shallow: Conv2d | undefined;
  readonly last: Conv2d;
  /** Log of what each output channel is multiplied by. */
  readonly logScale: Tensor;
  readonly #sizes: { readonly moved: Shape; readonly width: number };

  constructor(
    { kept, moved, width, contextDim }: ConditionerSizes,
    { channels, blocks }: Required<ConvolutionalOptions>,
  ) {
    const conv = (inputs: number, outputs: number, kernel: number): Conv2d =>
      new Conv2d({ inputs, outputs, kernel, padding: "same", weightMap: weightNorm() });
    const outputs = width * moved[0]!;
    this.#sizes = { moved, width };
    this.first = conv(kept[0]! + contextDim, channels, 3);
    this.middle = Array.from({ length: blocks }, () => ({
      inner: conv(channels, channels, 3),
      outer: conv(channels, channels, 1),
    }));
    this.shallow = blocks === 0 ? conv(channels, channels, 1) : undefined;
    this.last = new Conv2d({ inputs: channels, outputs, kernel: 3, padding: "same", init: zeroWeights });
    this.logScale = param([outputs, 1, 1], constantInit(0));
  }

  forward(kept: Tensor, { context, scope }: At): Tensor {
    const [n, , height, width] = kept.shape as [number, number, number, number];
    const planes = context?.reshape([n, context.shape[1]!, 1, 1]).expand([n, context.shape[1]!, height, width]);
    let h = this.first.forward(planes === undefined ? kept : concat([kept, planes], 1), scope).relu();
    for (const { inner, outer } of this.middle) h = h.add(outer.forward(inner.forward(h, scope).relu(), scope)).relu();
    if (this.shallow !== undefined) h = this.shallow.forward(h, scope).relu();
    const raw = this.last.forward(h, scope).mul(this.logScale.exp()); //              [N, C·width, H, W]
    const [channels] = this.#sizes.moved;
    const params = raw.reshape([n, channels!, this.#sizes.width, height, width]);
    return params.transpose([0, 1, 3, 4, 2]); //                                       [N, C, H, W, width]
  }
}
