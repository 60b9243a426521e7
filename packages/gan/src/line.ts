/** @file Players of lines [C, T]: sound and sequences. As WaveGAN: Donahue, McAuley & Puckette 2019. arXiv:1802.04208 */
import { concat, iota, normalInit, randomInteger, sizeOf, type Scope, type Shape, type Tensor } from "@gen/core";
import {
  activationOf,
  BatchNorm,
  Conv1d,
  ConvTranspose1d,
  Linear,
  spectralNorm,
  type WeightInit,
  type WeightMapper,
} from "@gen/core/nn";
import { checkWhole, checkWidths } from "./check.js";
import { halved } from "./halving.js";
import {
  beside,
  onTop,
  type Architecture,
  type GeneratorNetwork,
  type GeneratorSizes,
  type Trunk,
  type TrunkSizes,
} from "./networks.js";

export interface LineOptions {
  /** Channels of the discriminator after each stage; the generator's are the same, reversed. @default [32, 64, 128] */
  readonly channels?: readonly number[];
  /** How much shorter each stage makes a line: 2, or 4 as in the paper. @default 4 */
  readonly stride?: 2 | 4;
  /** Batch normalisation in the generator. @default false */
  readonly batchNorm?: boolean;
  /** Spectral normalisation of the discriminator. @default false */
  readonly spectral?: boolean;
  /** Farthest shift of the discriminator's inner lines ("phase shuffle"), so that it does not hear the phase of artefacts. @default 0 */
  readonly shuffle?: number;
  /** @default N(0, 0.02²) */
  readonly init?: WeightInit;
}

/**
 * @throws GenError `range` for channels that are none; `shape`, when the model is made, for lines that do not divide evenly once
 *   for each of `channels`
 */
export function line({
  channels = [32, 64, 128],
  stride = 4,
  batchNorm = false,
  spectral = false,
  shuffle = 0,
  init = () => normalInit({ std: 0.02 }),
}: LineOptions = {}): Architecture {
  checkWidths("channels", channels, "line");
  checkWhole("shuffle", shuffle, { where: "line", least: 0 });
  const options = { channels, stride, batchNorm, spectral, shuffle, init };
  return {
    generator: (sizes) => new LineGenerator(sizes, options),
    trunk: (sizes) => new LineTrunk(sizes, options),
  };
}

/** Kernels that overlap evenly, and divide the length exactly. */
const geometryOf = (stride: 2 | 4) => ({ kernel: 3 * stride, stride, padding: stride }) as const;

/** What is left of a line after all stages. */
function shortest(shape: Shape, { channels, stride }: Pick<Required<LineOptions>, "channels" | "stride">): Shape {
  return halved(shape, { times: channels.length * Math.log2(stride), axes: 1, where: "line" });
}

class LineGenerator implements GeneratorNetwork {
  readonly foot: Linear;
  readonly norms: readonly BatchNorm[];
  readonly convs: readonly ConvTranspose1d[];
  readonly #small: Shape;

  constructor({ inputs, condition, shape }: GeneratorSizes, options: Required<LineOptions>) {
    const { channels, stride, batchNorm, init } = options;
    const up = [...channels].reverse();
    this.#small = [up[0]!, ...shortest(shape, options)];
    this.foot = new Linear({ inputs: inputs + condition, outputs: sizeOf(this.#small), init });
    this.norms = batchNorm ? up.map((width) => new BatchNorm({ channels: width })) : [];
    this.convs = up.map(
      (from, i) => new ConvTranspose1d({ inputs: from, outputs: up[i + 1] ?? shape[0]!, ...geometryOf(stride), init }),
    );
  }

  forward(z: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    const foot = this.foot.forward(beside(z, condition)).reshape([z.shape[0]!, ...this.#small]); // [N, C', T']
    return this.convs.reduce((h, conv, i) => conv.forward((this.norms[i]?.forward(h, scope) ?? h).relu()), foot);
  }
}

class LineTrunk implements Trunk {
  readonly convs: readonly Conv1d[];
  readonly features: number;
  readonly headMap: WeightMapper | undefined;
  readonly #shuffle: number;
  readonly #activation = activationOf("leakyRelu");

  constructor({ shape, condition }: TrunkSizes, options: Required<LineOptions>) {
    const { channels, stride, spectral, shuffle, init } = options;
    this.headMap = spectral ? spectralNorm() : undefined;
    this.features = sizeOf([channels.at(-1)!, ...shortest(shape, options)]);
    this.convs = channels.map(
      (outputs, i) =>
        new Conv1d({
          inputs: i === 0 ? shape[0]! + condition : channels[i - 1]!,
          outputs,
          ...geometryOf(stride),
          init,
          ...(this.headMap && { weightMap: this.headMap }),
        }),
    );
    this.#shuffle = shuffle;
  }

  forward(x: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    const top = this.convs.reduce(
      (h, conv, i) => {
        const y = this.#activation(conv.forward(h, scope)); // [N, C', T']
        return i === this.convs.length - 1 ? y : this.#shuffled(y, scope);
      },
      onTop(x, condition),
    );
    return top.flatten();
  }

  /** The lines of a batch moved by one random shift, their ends mirrored. */
  #shuffled(y: Tensor, scope: Scope): Tensor {
    const most = this.#shuffle;
    if (most === 0 || scope.mode === "eval") return y;
    const length = y.shape[2]!;
    const mirrored = (from: number, step: 1 | -1): Tensor[] =>
      Array.from({ length: most }, (_, i) => y.slice(2, from + step * i, from + step * i + 1));
    const wide = concat([...mirrored(most, -1), y, ...mirrored(length - 2, -1)], 2);
    const start = randomInteger(scope.nextKey(), [1], 2 * most + 1);
    return wide.gather(start.add(iota(length, "i32")), 2);
  }
}
