/** @file DCGAN: Radford, Metz & Chintala 2016, "Unsupervised Representation Learning with DCGANs". arXiv:1511.06434 */
import { normalInit, sizeOf, type Scope, type Shape, type Tensor } from "@gen/core";
import {
  activationOf,
  BatchNorm,
  Conv2d,
  ConvTranspose2d,
  Linear,
  spectralNorm,
  type Activation,
  type WeightInit,
  type WeightMapper,
} from "@gen/core/nn";
import { checkWidths } from "./check.js";
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

export interface DcganOptions {
  /** Channels of the discriminator after each halving; the generator's are the same, reversed. @default [64, 128, 256] */
  readonly channels?: readonly number[];
  /** Batch normalisation in the generator. @default true */
  readonly batchNorm?: boolean;
  /** What keeps the discriminator in bounds; gradient penalties go with "none" and "spectral". @default "batch" */
  readonly discriminatorNorm?: "batch" | "spectral" | "none";
  /** In the generator. @default "relu" */
  readonly activation?: Activation;
  /** How weights start. @default N(0, 0.02²) */
  readonly init?: WeightInit;
}

const KERNEL = { kernel: 4, stride: 2, padding: 1 } as const;

/**
 * Strided convolutions down, transposed ones up; no pooling and no hidden dense layers.
 *
 * @throws GenError `range` for channels that are none; `shape`, when the model is made, for pictures that do not halve evenly
 *   once for each of `channels`
 */
export function dcgan({
  channels = [64, 128, 256],
  batchNorm = true,
  discriminatorNorm = "batch",
  activation = "relu",
  init = () => normalInit({ std: 0.02 }),
}: DcganOptions = {}): Architecture {
  checkWidths("channels", channels, "dcgan");
  const options = { channels, batchNorm, discriminatorNorm, activation, init };
  return {
    generator: (sizes) => new DcganGenerator(sizes, options),
    trunk: (sizes) => new DcganTrunk(sizes, options),
  };
}

class DcganGenerator implements GeneratorNetwork {
  readonly foot: Linear;
  readonly norms: readonly BatchNorm[];
  readonly convs: readonly ConvTranspose2d[];
  readonly #small: Shape;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(
    { inputs, condition, shape }: GeneratorSizes,
    { channels, batchNorm, activation, init }: Required<DcganOptions>,
  ) {
    const up = [...channels].reverse();
    this.#small = [up[0]!, ...halved(shape, { times: up.length, axes: 2, where: "dcgan" })];
    this.foot = new Linear({ inputs: inputs + condition, outputs: sizeOf(this.#small), bias: !batchNorm, init });
    this.norms = batchNorm ? up.map((width) => new BatchNorm({ channels: width })) : [];
    this.convs = up.map((from, i) => {
      const isLast = i === up.length - 1;
      return new ConvTranspose2d({
        inputs: from,
        outputs: isLast ? shape[0]! : up[i + 1]!,
        ...KERNEL,
        bias: isLast || !batchNorm,
        init,
      });
    });
    this.#activation = activationOf(activation);
  }

  forward(z: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    const foot = this.foot.forward(beside(z, condition)).reshape([z.shape[0]!, ...this.#small]); // [N, C', H', W']
    return this.convs.reduce(
      (h, conv, i) => conv.forward(this.#activation(this.norms[i]?.forward(h, scope) ?? h)),
      foot,
    ); // [N, C, H, W]
  }
}

class DcganTrunk implements Trunk {
  readonly convs: readonly Conv2d[];
  readonly norms: readonly BatchNorm[];
  readonly features: number;
  readonly headMap: WeightMapper | undefined;
  readonly #activation = activationOf("leakyRelu");

  constructor({ shape, condition }: TrunkSizes, { channels, discriminatorNorm, init }: Required<DcganOptions>) {
    const isBatch = discriminatorNorm === "batch";
    this.headMap = discriminatorNorm === "spectral" ? spectralNorm() : undefined;
    this.features = sizeOf([channels.at(-1)!, ...halved(shape, { times: channels.length, axes: 2, where: "dcgan" })]);
    this.convs = channels.map(
      (outputs, i) =>
        new Conv2d({
          inputs: i === 0 ? shape[0]! + condition : channels[i - 1]!,
          outputs,
          ...KERNEL,
          bias: i === 0 || !isBatch,
          init,
          ...(this.headMap && { weightMap: this.headMap }),
        }),
    );
    this.norms = isBatch ? channels.slice(1).map((width) => new BatchNorm({ channels: width })) : []; // none on the first
  }

  forward(x: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    const top = this.convs.reduce(
      (h, conv, i) => {
        const y = conv.forward(h, scope);
        return this.#activation((i === 0 ? undefined : this.norms[i - 1]?.forward(y, scope)) ?? y);
      },
      onTop(x, condition),
    );
    return top.flatten(); // [N, features]
  }
}
