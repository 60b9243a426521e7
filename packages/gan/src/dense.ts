/** @file Multilayer perceptrons, as in the first paper: Goodfellow et al. 2014, "Generative Adversarial Nets". arXiv:1406.2661 */
import { sizeOf, type Scope, type Shape, type Tensor } from "@gen/core";
import {
  activationOf,
  BatchNorm,
  Dropout,
  Linear,
  spectralNorm,
  torchUniform,
  type Activation,
  type WeightInit,
  type WeightMapper,
} from "@gen/core/nn";
import { checkWhole } from "./check.js";
import {
  beside,
  type Architecture,
  type GeneratorNetwork,
  type GeneratorSizes,
  type Trunk,
  type TrunkSizes,
} from "./networks.js";

export interface DenseOptions {
  /** Widths of the generator's hidden layers. @default [128, 128] */
  readonly hidden?: readonly number[];
  /** After each hidden layer of the generator. @default "relu" */
  readonly activation?: Activation;
  /** Batch normalisation in the generator. @default false */
  readonly batchNorm?: boolean;
  /** Widths of the discriminator's hidden layers. @default those of the generator, reversed */
  readonly discriminatorHidden?: readonly number[];
  /** After each hidden layer of the discriminator, unless it has maxout units. @default "leakyRelu" */
  readonly discriminatorActivation?: Activation;
  /** Linear pieces of the discriminator's maxout units; 1 for an activation instead. @default 1 */
  readonly maxout?: number;
  /** Share of the discriminator's hidden units left out in training. @default 0 */
  readonly dropout?: number;
  /** Spectral normalisation of the discriminator. @default false */
  readonly spectral?: boolean;
  /** @default torchUniform */
  readonly init?: WeightInit;
}

/** Multilayer perceptrons on flattened rows. */
export function dense(options: DenseOptions = {}): Architecture {
  const all = { ...defaults, ...options };
  const chosen = { ...all, discriminatorHidden: options.discriminatorHidden ?? [...all.hidden].reverse() };
  [...chosen.hidden, ...chosen.discriminatorHidden, chosen.maxout].forEach((width) =>
    checkWhole("hidden and maxout", width, { where: "dense", least: 1 }),
  );
  return {
    generator: (sizes) => new DenseGenerator(sizes, chosen),
    trunk: (sizes) => new DenseTrunk(sizes, chosen),
  };
}

const defaults = {
  hidden: [128, 128],
  activation: "relu",
  batchNorm: false,
  discriminatorActivation: "leakyRelu",
  maxout: 1,
  dropout: 0,
  spectral: false,
  init: torchUniform,
} as const;

class DenseGenerator implements GeneratorNetwork {
  readonly layers: readonly Linear[];
  readonly norms: readonly BatchNorm[];
  readonly #shape: Shape;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(
    { inputs, condition, shape }: GeneratorSizes,
    { hidden, activation, batchNorm, init }: Required<DenseOptions>,
  ) {
    const widths = [inputs + condition, ...hidden, sizeOf(shape)];
    this.layers = widths
      .slice(1)
      .map((outputs, i) => new Linear({ inputs: widths[i]!, outputs, init, bias: !batchNorm || i === hidden.length }));
    this.norms = batchNorm ? hidden.map((channels) => new BatchNorm({ channels })) : [];
    this.#shape = shape;
    this.#activation = activationOf(activation);
  }

  forward(z: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    const y = this.layers.reduce(
      (h, layer, i) => {
        const out = layer.forward(h); // [N, width]
        if (i === this.layers.length - 1) return out;
        return this.#activation(this.norms[i]?.forward(out, scope) ?? out);
      },
      beside(z, condition),
    );
    return y.reshape([z.shape[0]!, ...this.#shape]); // [N, …shape]
  }
}

class DenseTrunk implements Trunk {
  readonly layers: readonly Linear[];
  readonly features: number;
  readonly headMap: WeightMapper | undefined;
  readonly #dropout: Dropout;
  readonly #maxout: number;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(
    { shape, condition }: TrunkSizes,
    { discriminatorHidden, discriminatorActivation, maxout, dropout, spectral, init }: Required<DenseOptions>,
  ) {
    const widths = [sizeOf(shape) + condition, ...discriminatorHidden];
    this.headMap = spectral ? spectralNorm() : undefined;
    this.layers = widths.slice(1).map(
      (width, i) =>
        new Linear({
          inputs: widths[i]!,
          outputs: width * maxout,
          init,
          ...(this.headMap && { weightMap: this.headMap }),
        }),
    );
    this.features = widths.at(-1)!;
    this.#dropout = new Dropout({ rate: dropout });
    this.#maxout = maxout;
    this.#activation = activationOf(discriminatorActivation);
  }

  forward(x: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    return this.layers.reduce(
      (h, layer) => this.#dropout.forward(this.#bent(layer.forward(h, scope)), scope),
      beside(x.flatten(), condition),
    );
  }

  /** The activation, or the largest of each unit's pieces. */
  #bent(h: Tensor): Tensor {
    if (this.#maxout === 1) return this.#activation(h);
    return h.reshape([h.shape[0]!, -1, this.#maxout]).max(2); // [N, width]
  }
}
