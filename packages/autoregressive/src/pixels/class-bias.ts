/** @file What a class adds to the channels of every pixel. */
import type { Tensor } from "@gen/core";
import { Embedding } from "@gen/core/nn";

/**
 * One learned number for each class and channel, the same at every pixel: V_{k,f}ᵀ h with h one-hot.
 *
 * @see van den Oord, Kalchbrenner, Espeholt, Vinyals, Graves & Kavukcuoglu 2016, arXiv:1606.05328, eq. 4
 */
export class ClassBias {
  readonly table: Embedding;

  constructor({ classes, channels }: { readonly classes: number; readonly channels: number }) {
    this.table = new Embedding({ count: classes, features: channels, std: 0.1 });
  }

  /** @param label [N] i32 @returns [N, channels, 1, 1] */
  forward(label: Tensor): Tensor {
    return this.table.forward(label).unsqueeze(2).unsqueeze(3);
  }
}
