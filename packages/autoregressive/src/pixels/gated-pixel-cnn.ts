/** @file Gated PixelCNN (van den Oord, Kalchbrenner, Espeholt, Vinyals, Graves & Kavukcuoglu 2016, arXiv:1606.05328). */
import type { Tensor } from "@gen/core";
import { Dropout, heUniform } from "@gen/core/nn";
import { CausalConv } from "./causal-conv.js";
import { ClassBias } from "./class-bias.js";
import { gate } from "./gate.js";
import type { PixelContext, PixelNetwork, PixelSizes } from "./network.js";
import { PixelModel, type PixelModelOptions } from "./pixel-model.js";
import { VerticalStack } from "./vertical-stack.js";

export interface GatedPixelCnnOptions extends PixelModelOptions {
  /** Channels of both stacks. @default 64 */
  readonly channels?: number;
  /** Gated layers. @default 7 */
  readonly layers?: number;
  /** Extent of the kernels, odd; the first layer's is `firstKernel`. @default 3 */
  readonly kernel?: number;
  /** @default 7 */
  readonly firstKernel?: number;
  /** Channels of the layer before the last. @default channels */
  readonly head?: number;
  /** Share of the gated channels dropped in training. @default 0 */
  readonly dropout?: number;
}

type Sizes = PixelSizes & Required<Omit<GatedPixelCnnOptions, keyof PixelModelOptions>>;

/** Two stacks, so that there is no blind spot: a vertical one sees all rows above, a horizontal one what lies to the left. */
export function gatedPixelCnn({
  channels = 64,
  layers = 7,
  kernel = 3,
  firstKernel = 7,
  head = channels,
  dropout = 0,
  ...rest
}: GatedPixelCnnOptions): PixelModel {
  const own = { channels, layers, kernel, firstKernel, head, dropout };
  return new PixelModel(rest, (sizes) => new GatedPixelCnn({ ...sizes, ...own }));
}

class GatedPixelCnn implements PixelNetwork {
  readonly vertical: VerticalStack;
  readonly layers: readonly HorizontalLayer[];
  readonly head: CausalConv;
  readonly last: CausalConv;
  readonly visitsPixels = true;

  constructor({ law, classes, channels, layers, kernel, firstKernel, head, dropout }: Sizes) {
    const { colours } = law;
    const kernels = Array.from({ length: layers }, (_, l) => (l === 0 ? firstKernel : kernel));
    this.vertical = new VerticalStack({ inputs: law.channels, channels, kernels, classes });
    this.layers = kernels.map(
      (extent, l) =>
        new HorizontalLayer({
          inputs: l === 0 ? law.channels : channels,
          ...{ channels, kernel: extent, type: l === 0 ? "A" : "B", colours, classes, dropout },
        }),
    );
    this.head = new CausalConv({ inputs: channels, outputs: head, kernel: 1, type: "B", colours });
    this.last = new CausalConv({ inputs: head, outputs: law.params, kernel: 1, type: "B", colours });
  }

  forward(y: Tensor, context: PixelContext): Tensor {
    const above = this.vertical.forward(y, context);
    const h = this.layers.reduce((h, layer, l) => layer.forward(h, above[l]!, context), y); // [N, channels, H, W]
    return this.last.forward(this.head.forward(h.relu(), context).relu(), context);
  }
}

interface HorizontalOptions {
  readonly inputs: number;
  readonly channels: number;
  readonly kernel: number;
  readonly type: "A" | "B";
  readonly colours: number;
  readonly classes: number;
  readonly dropout: number;
}

/** h' = h + W₁ gate(W_h ∗ h + W₂ v), where v is what the vertical stack tells (figure 2, right). */
class HorizontalLayer {
  readonly along: CausalConv;
  readonly across: CausalConv;
  readonly out: CausalConv;
  readonly condition: ClassBias | undefined;
  readonly #isFirst: boolean;
  readonly #dropout: Dropout;

  constructor({ inputs, channels, kernel, type, colours, classes, dropout }: HorizontalOptions) {
    const outputs = 2 * channels;
    this.along = new CausalConv({ inputs, outputs, kernel: [1, kernel], type, colours, groups: 2, init: heUniform });
    this.across = new CausalConv({ inputs: outputs, outputs, kernel: 1, type: "B" }); // all colours of rows above are known
    this.out = new CausalConv({ inputs: channels, outputs: channels, kernel: 1, type: "B", colours });
    this.condition = classes === 0 ? undefined : new ClassBias({ classes, channels: outputs });
    this.#isFirst = type === "A";
    this.#dropout = new Dropout({ rate: dropout });
  }

  forward(h: Tensor, above: Tensor, context: PixelContext): Tensor {
    const seen = this.along.forward(h, context).add(this.across.forward(above, context)); // [N, 2 channels, H, W]
    const told = this.condition === undefined ? seen : seen.add(this.condition.forward(context.label!));
    const own = this.out.forward(this.#dropout.forward(gate(told), context.scope), context);
    return this.#isFirst ? own : h.add(own);
  }
}
