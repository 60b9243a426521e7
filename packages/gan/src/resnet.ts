/**
 * @file Residual players, as in Miyato, Kataoka, Koyama & Yoshida 2018, "Spectral Normalization for GANs", app. B.4.
 * arXiv:1802.05957; with self-attention as in Zhang et al. 2019. arXiv:1805.08318
 */
import { GenError, sizeOf, type Scope, type Shape, type Tensor } from "@gen/core";
import { averagePool, Conv2d, enlarge, glorotUniform, Linear, spectralNorm, type WeightMapper } from "@gen/core/nn";
import { SelfAttention } from "./attention.js";
import { checkWhole, checkWidths } from "./check.js";
import { ConditionalBatchNorm } from "./conditional-norm.js";
import { halved } from "./halving.js";
import {
  onTop,
  type Architecture,
  type GeneratorNetwork,
  type GeneratorSizes,
  type Trunk,
  type TrunkSizes,
} from "./networks.js";

export interface ResnetOptions {
  /** Width of all blocks of the generator, but for `widths`. @default 128 */
  readonly channels?: number;
  /** Blocks of the generator, each of which doubles height and width. @default 3 */
  readonly stages?: number;
  /** Blocks of the discriminator that follow, without halving. @default 2 */
  readonly flat?: number;
  /** Blocks of the discriminator that halve. @default 2 */
  readonly halvings?: number;
  /** Spectral normalisation of the discriminator. @default true */
  readonly spectral?: boolean;
  /** Self-attention in both players, where pictures are this high, or nowhere. @default nowhere */
  readonly attention?: number;
}

/** @throws GenError `range` for widths and counts that are none; `shape`, when the model is made, for pictures that do not halve evenly once for each stage */
export function resnet({
  channels = 128,
  stages = 3,
  flat = 2,
  halvings = 2,
  spectral = true,
  attention = 0,
}: ResnetOptions = {}): Architecture {
  checkWidths("channels", [channels], "resnet");
  [stages, halvings].forEach((blocks) => checkWhole("stages and halvings", blocks, { where: "resnet", least: 1 }));
  checkWhole("flat", flat, { where: "resnet", least: 0 });
  const options = { channels, stages, flat, halvings, spectral, attention };
  return {
    generator: (sizes) => new ResnetGenerator(sizes, options),
    trunk: (sizes) => new ResnetTrunk(sizes, options),
  };
}

class ResnetGenerator implements GeneratorNetwork {
  readonly foot: Linear;
  readonly blocks: readonly UpBlock[];
  readonly attention: SelfAttention | undefined;
  readonly norm: ConditionalBatchNorm;
  readonly last: Conv2d;
  readonly #small: Shape;
  /** The block after which it attends. */
  readonly #attendAfter: number;

  constructor({ inputs, condition, shape }: GeneratorSizes, { channels, stages, attention }: Required<ResnetOptions>) {
    this.#small = [channels, ...halved(shape, { times: stages, axes: 2, where: "resnet" })];
    this.foot = new Linear({ inputs, outputs: sizeOf(this.#small), init: glorotUniform });
    this.blocks = Array.from({ length: stages }, () => new UpBlock({ channels, condition }));
    this.attention = attention > 0 ? new SelfAttention({ channels }) : undefined;
    this.norm = new ConditionalBatchNorm({ channels, condition: 0 });
    this.last = new Conv2d({ inputs: channels, outputs: shape[0]!, kernel: 3, padding: 1, init: glorotUniform });
    this.#attendAfter = placeOf(
      attention,
      this.blocks.map((_, i) => this.#small[1]! * 2 ** (i + 1)),
    );
  }

  forward(z: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    const foot = this.foot.forward(z).reshape([z.shape[0]!, ...this.#small]);
    const top = this.blocks.reduce((h, block, i) => {
      const y = block.forward(h, condition, scope);
      return i === this.#attendAfter ? this.attention!.forward(y, scope) : y;
    }, foot); //                                                                       [N, C', H, W]
    return this.last.forward(this.norm.forward(top, undefined, scope).relu());
  }
}

/** Norm, relu, twice as large, convolution, norm, relu, convolution; the shortcut is a 1×1 convolution, twice as large. */
class UpBlock {
  readonly norm1: ConditionalBatchNorm;
  readonly conv1: Conv2d;
  readonly norm2: ConditionalBatchNorm;
  readonly conv2: Conv2d;
  readonly shortcut: Conv2d;

  constructor({ channels, condition }: { readonly channels: number; readonly condition: number }) {
    const conv = (kernel: number): Conv2d =>
      new Conv2d({ inputs: channels, outputs: channels, kernel, padding: "same", init: glorotUniform });
    this.norm1 = new ConditionalBatchNorm({ channels, condition });
    this.conv1 = conv(3);
    this.norm2 = new ConditionalBatchNorm({ channels, condition });
    this.conv2 = conv(3);
    this.shortcut = conv(1);
  }

  forward(x: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    const h = this.conv1.forward(enlarge(this.norm1.forward(x, condition, scope).relu(), 2));
    const y = this.conv2.forward(this.norm2.forward(h, condition, scope).relu());
    return y.add(enlarge(this.shortcut.forward(x), 2)); // 1×1: the same before as after, for a quarter of the work
  }
}

class ResnetTrunk implements Trunk {
  readonly blocks: readonly DownBlock[];
  readonly attention: SelfAttention | undefined;
  readonly features: number;
  readonly headMap: WeightMapper | undefined;
  readonly #attendAfter: number;

  constructor({ shape, condition }: TrunkSizes, options: Required<ResnetOptions>) {
    const { channels, flat, halvings, spectral, attention } = options;
    halved(shape, { times: halvings, axes: 2, where: "resnet" });
    this.headMap = spectral ? spectralNorm() : undefined;
    const common = { outputs: channels, weightMap: this.headMap };
    this.blocks = Array.from(
      { length: halvings + flat },
      (_, i) =>
        new DownBlock({
          ...common,
          inputs: i === 0 ? shape[0]! + condition : channels,
          isFirst: i === 0,
          halves: i < halvings,
        }),
    );
    this.attention = attention > 0 ? new SelfAttention({ channels, weightMap: this.headMap }) : undefined;
    this.features = channels;
    this.#attendAfter = placeOf(
      attention,
      Array.from({ length: halvings }, (_, i) => shape[1]! / 2 ** (i + 1)),
    );
  }

  forward(x: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    const top = this.blocks.reduce(
      (h, block, i) => {
        const y = block.forward(h, scope);
        return i === this.#attendAfter ? this.attention!.forward(y, scope) : y;
      },
      onTop(x, condition),
    );
    return top.relu().sum([2, 3]); // [N, C']
  }
}

interface DownOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly weightMap: WeightMapper | undefined;
  /** The first block reads pictures: no relu before it. */
  readonly isFirst: boolean;
  readonly halves: boolean;
}

/** Relu, convolution, relu, convolution, and half as large; the shortcut too. */
class DownBlock {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly shortcut: Conv2d | undefined;
  readonly #halves: boolean;
  readonly #isFirst: boolean;

  constructor({ inputs, outputs, weightMap, isFirst, halves }: DownOptions) {
    const conv = (from: number, kernel: number): Conv2d =>
      new Conv2d({
        inputs: from,
        outputs,
        kernel,
        padding: "same",
        init: glorotUniform,
        ...(weightMap && { weightMap }),
      });
    this.conv1 = conv(inputs, 3);
    this.conv2 = conv(outputs, 3);
    this.shortcut = halves || inputs !== outputs ? conv(inputs, 1) : undefined;
    this.#halves = halves;
    this.#isFirst = isFirst;
  }

  forward(x: Tensor, scope: Scope): Tensor {
    const half = (y: Tensor): Tensor => (this.#halves ? averagePool(y, { kernel: 2 }) : y);
    const h = this.conv1.forward(this.#isFirst ? x : x.relu(), scope);
    const y = half(this.conv2.forward(h.relu(), scope));
    return y.add(this.shortcut?.forward(half(x), scope) ?? x); // a 1×1 convolution and a mean may change places
  }
}

/** The block whose pictures are this high; −1 for no attention. @throws GenError `option` if there is none */
function placeOf(attention: number, heights: readonly number[]): number {
  const place = heights.indexOf(attention);
  if (place >= 0 || attention === 0) return place;
  throw new GenError("option", `resnet: expected attention at a height of ${heights.join(", ")}, got ${attention}`, {
    fix: "0 leaves it out; both players need a block of that height",
  });
}
