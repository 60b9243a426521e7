/** @file The gated residual block of PixelCNN++ (Salimans, Karpathy, Chen & Kingma 2017, §2.5 and figure 2, arXiv:1701.05517). */
import { concat, type Tensor } from "@gen/core";
import { Conv2d, Dropout, elu, weightNorm } from "@gen/core/nn";
import { ClassBias } from "./class-bias.js";
import type { PixelContext } from "./network.js";
import { ShiftedConv, type ShiftedOptions } from "./shifted-conv.js";

export interface GatedResidualOptions extends Pick<ShiftedOptions, "sees"> {
  readonly channels: number;
  /** Channels of what else it is told: another stream, a short-cut. @default 0 */
  readonly told?: number;
  readonly classes: number;
  readonly dropout: number;
}

/** x + a σ(b), where a, b = W₂ ∗ φ(W₁ ∗ φ(x) + W₃ φ(told)) + c, and φ(x) = elu [x, −x] */
export class GatedResidual {
  readonly first: ShiftedConv;
  readonly second: ShiftedConv;
  readonly beside: Conv2d | undefined;
  readonly condition: ClassBias | undefined;
  readonly #dropout: Dropout;

  constructor({ channels, told = 0, classes, dropout, sees }: GatedResidualOptions) {
    const conv = (outputs: number): ShiftedConv => new ShiftedConv({ inputs: 2 * channels, outputs, sees });
    [this.first, this.second] = [conv(channels), conv(2 * channels)];
    this.beside = told === 0 ? undefined : pointwise(2 * told, channels);
    this.condition = classes === 0 ? undefined : new ClassBias({ classes, channels: 2 * channels });
    this.#dropout = new Dropout({ rate: dropout });
  }

  /** @param x [N, channels, H, W] @param told [N, told, H, W] @returns [N, channels, H, W] */
  forward(x: Tensor, told: Tensor | undefined, { scope, label }: PixelContext): Tensor {
    const own = this.first.forward(bothSigns(x));
    const h = this.beside === undefined ? own : own.add(this.beside.forward(bothSigns(told!)));
    const seen = this.second.forward(this.#dropout.forward(bothSigns(h), scope));
    const gated = this.condition === undefined ? seen : seen.add(this.condition.forward(label!)); // [N, 2 channels, H, W]
    const channels = x.shape[1]!;
    const [a, b] = gated.split([channels, channels], 1) as [Tensor, Tensor];
    return x.add(a.mul(b.sigmoid()));
  }
}

/** elu [x, −x]: [N, C, H, W] → [N, 2C, H, W]. Shang et al. 2016, arXiv:1603.05201 */
function bothSigns(x: Tensor): Tensor {
  return elu(concat([x, x.neg()], 1));
}

/** Each place by itself. */
export function pointwise(inputs: number, outputs: number): Conv2d {
  return new Conv2d({ inputs, outputs, kernel: 1, weightMap: weightNorm() });
}
