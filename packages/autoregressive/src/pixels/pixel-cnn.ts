/** @file PixelCNN (van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", §3, arXiv:1601.06759). */
import type { Tensor } from "@gen/core";
import { CausalConv } from "./causal-conv.js";
import { PixelModel, type PixelModelOptions } from "./pixel-model.js";
import { ClassBias } from "./class-bias.js";
import type { PixelContext, PixelNetwork, PixelSizes } from "./network.js";

export interface PixelCnnOptions extends PixelModelOptions {
  /** h: half of the channels between blocks, and all inside of them. @default 32 */
  readonly hidden?: number;
  /** Residual blocks. @default 7 */
  readonly blocks?: number;
  /** Channels of the two layers before the last. @default 64 */
  readonly head?: number;
  /** Extent of the first kernel, odd. @default 7 */
  readonly firstKernel?: number;
  /** Extent of the kernels of the blocks, odd. @default 3 */
  readonly kernel?: number;
}

/** Convolutions with masks: a first one of type A, then residual blocks and 1 × 1 layers of type B. */
export function pixelCnn({
  hidden = 32,
  blocks = 7,
  head = 64,
  firstKernel = 7,
  kernel = 3,
  ...rest
}: PixelCnnOptions): PixelModel {
  return new PixelModel(rest, (sizes) => new PixelCnn({ ...sizes, hidden, blocks, head, firstKernel, kernel }));
}

type Sizes = PixelSizes & Required<Pick<PixelCnnOptions, "hidden" | "blocks" | "head" | "firstKernel" | "kernel">>;

class PixelCnn implements PixelNetwork {
  readonly first: CausalConv;
  readonly blocks: readonly Block[];
  readonly head: readonly CausalConv[];
  readonly last: CausalConv;
  readonly visitsPixels = true;

  constructor({ law, classes, hidden, blocks, head, firstKernel, kernel }: Sizes) {
    const { channels, params, colours } = law;
    const conv = (inputs: number, outputs: number): CausalConv =>
      new CausalConv({ inputs, outputs, kernel: 1, type: "B", colours });
    this.first = new CausalConv({ inputs: channels, outputs: 2 * hidden, kernel: firstKernel, type: "A", colours });
    this.blocks = Array.from({ length: blocks }, () => new Block({ hidden, kernel, colours, classes }));
    this.head = [conv(2 * hidden, head), conv(head, head)];
    this.last = conv(head, params);
  }

  forward(y: Tensor, context: PixelContext): Tensor {
    let h = this.first.forward(y, context); //                             [N, 2h, H, W]
    for (const block of this.blocks) h = block.forward(h, context);
    for (const layer of this.head) h = layer.forward(h.relu(), context); // [N, head, H, W]
    return this.last.forward(h.relu(), context);
  }
}

interface BlockOptions extends Pick<Sizes, "hidden" | "kernel" | "classes"> {
  readonly colours: number;
}

/** 2h → h by 1 × 1, h → h by k × k, h → 2h by 1 × 1, added to what came in (figure 5, left, where k = 3). */
class Block {
  readonly down: CausalConv;
  readonly across: CausalConv;
  readonly up: CausalConv;
  readonly condition: ClassBias | undefined;

  constructor({ hidden, kernel, colours, classes }: BlockOptions) {
    const conv = (inputs: number, outputs: number, kernel: number): CausalConv =>
      new CausalConv({ inputs, outputs, kernel, type: "B", colours });
    this.down = conv(2 * hidden, hidden, 1);
    this.across = conv(hidden, hidden, kernel);
    this.up = conv(hidden, 2 * hidden, 1);
    this.condition = classes === 0 ? undefined : new ClassBias({ classes, channels: hidden });
  }

  forward(x: Tensor, context: PixelContext): Tensor {
    const inner = this.across.forward(this.down.forward(x.relu(), context).relu(), context);
    const told = this.condition === undefined ? inner : inner.add(this.condition.forward(context.label!));
    return x.add(this.up.forward(told.relu(), context));
  }
}
