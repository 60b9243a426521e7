/**
 * @file Convolutions that see what lies above, or above and to the left, down to the place itself: those of PixelCNN++.
 * Salimans, Karpathy, Chen & Kingma 2017, §2.3 and figure 2. arXiv:1701.05517
 */
import type { Tensor } from "@gen/core";
import { Conv2d, ConvTranspose2d, weightNorm } from "@gen/core/nn";

export interface ShiftedOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** What place (i, j) sees: "down" rows i − 1 and i from j − 1 to j + 1, "down-right" of these rows j − 1 and j. */
  readonly sees: "down" | "down-right";
}

const kernelOf = (sees: ShiftedOptions["sees"]): readonly [number, number] => (sees === "down" ? [2, 3] : [2, 2]);

/** Of every place, or with a stride of 2 of each place whose row and column are even. */
export class ShiftedConv {
  readonly conv: Conv2d;

  constructor({ inputs, outputs, sees, stride = 1 }: ShiftedOptions & { readonly stride?: 1 | 2 }) {
    this.conv = new Conv2d({ inputs, outputs, kernel: kernelOf(sees), stride, weightMap: weightNorm() });
  }

  /** @param x [N, inputs, H, W] @returns [N, outputs, ⌈H / stride⌉, ⌈W / stride⌉] */
  forward(x: Tensor): Tensor {
    const right = this.conv.weight.shape[3]! - 2;
    return this.conv.forward(x.pad([0, 0, 1, 1], [0, 0, 0, right]));
  }
}

/** Twice the rows and columns: a place gives to those that came of its own, and "down" to the columns beside. */
export class ShiftedEnlarging {
  readonly conv: ConvTranspose2d;

  constructor({ inputs, outputs, sees }: ShiftedOptions) {
    this.conv = new ConvTranspose2d({ inputs, outputs, kernel: kernelOf(sees), stride: 2, weightMap: weightNorm() });
  }

  /** @param x [N, inputs, H, W] @returns [N, outputs, 2H, 2W] */
  forward(x: Tensor): Tensor {
    const side = this.conv.weight.shape[3]! - 2; // the first column of a kernel of three lies left of its place
    return this.conv.forward(x).slice(3, side, side + 2 * x.shape[3]!);
  }
}

/** What is one row further up: y(i, j) = x(i − 1, j), 0 in the first row. */
export function down(x: Tensor): Tensor {
  return x.slice(2, 0, -1).pad([0, 0, 1, 0], [0, 0, 0, 0]);
}

/** What is one column further left: y(i, j) = x(i, j − 1), 0 in the first column. */
export function right(x: Tensor): Tensor {
  return x.slice(3, 0, -1).pad([0, 0, 0, 1], [0, 0, 0, 0]);
}
