/** @file Encoders and decoders: what turns pictures into latents and back. One's own are welcome: two functions of sizes. */
import { concat, GenError, showShape, sizeOf, type Scope, type Shape, type Tensor } from "@gen/core";
import { activationOf, Conv2d, ConvTranspose2d, Mlp, type Activation } from "@gen/core/nn";

/** A function of a tensor and of what it is conditioned on ([N, classes], if anything), with parameters of its own. */
export interface Network {
  forward(x: Tensor, condition: Tensor | undefined, scope: Scope): Tensor;
}

export interface EncoderSizes {
  /** Of one x, without the batch axis. */
  readonly shape: Shape;
  /** Numbers that it gives for a row: [N, outputs]. */
  readonly outputs: number;
  /** Width of the condition; 0 without one. */
  readonly condition: number;
}

export interface DecoderSizes {
  /** Numbers that it gets for a row: [N, inputs]. */
  readonly inputs: number;
  readonly condition: number;
  /** Numbers for each element of x: it gives [N, width, …shape]. */
  readonly width: number;
  readonly shape: Shape;
}

export interface Architecture {
  encoder(sizes: EncoderSizes): Network;
  decoder(sizes: DecoderSizes): Network;
}

export interface DenseOptions {
  /** Widths of the encoder's hidden layers; the decoder's are the same, reversed. @default [400] */
  readonly hidden?: readonly number[];
  /** @default "relu" */
  readonly activation?: Activation;
}

/** Multilayer perceptrons on flattened pictures, as in Kingma & Welling 2014, appendix C. */
export function dense({ hidden = [400], activation = "relu" }: DenseOptions = {}): Architecture {
  return {
    encoder: (sizes) => new DenseEncoder(sizes, { hidden, activation }),
    decoder: (sizes) => new DenseDecoder(sizes, { hidden: [...hidden].reverse(), activation }),
  };
}

class DenseEncoder implements Network {
  readonly net: Mlp;

  constructor({ shape, outputs, condition }: EncoderSizes, options: Required<DenseOptions>) {
    this.net = new Mlp({ inputs: sizeOf(shape) + condition, outputs, ...options });
  }

  forward(x: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    return this.net.forward(beside(x.flatten(), condition), scope); // [N, outputs]
  }
}

class DenseDecoder implements Network {
  readonly net: Mlp;
  readonly #event: Shape;

  constructor({ inputs, condition, width, shape }: DecoderSizes, options: Required<DenseOptions>) {
    this.net = new Mlp({ inputs: inputs + condition, outputs: width * sizeOf(shape), ...options });
    this.#event = [width, ...shape];
  }

  forward(z: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    return this.net.forward(beside(z, condition), scope).reshape([-1, ...this.#event]); // [N, width, …shape]
  }
}

export interface ConvolutionalOptions {
  /** Channels after each convolution of the encoder, which halves height and width. @default [32, 64, 128] */
  readonly channels?: readonly number[];
  /** Extent of the square kernels. @default 4 */
  readonly kernel?: number;
  /** Width of a hidden layer between the convolutions and the latent, on both sides; 0 for none. @default 0 */
  readonly hidden?: number;
  /** @default "relu" */
  readonly activation?: Activation;
}

/**
 * Strided convolutions down and transposed ones up. Height and width must be divisible by 2 once for each convolution.
 *
 * @throws GenError `shape`, when the model is made, for a picture that cannot be halved so often
 */
export function convolutional({
  channels = [32, 64, 128],
  kernel = 4,
  hidden = 0,
  activation = "relu",
}: ConvolutionalOptions = {}): Architecture {
  const options = { channels, kernel, hidden, activation };
  return {
    encoder: (sizes) => new ConvEncoder(sizes, options),
    decoder: (sizes) => new ConvDecoder(sizes, options),
  };
}

class ConvEncoder implements Network {
  readonly convs: readonly Conv2d[];
  readonly head: Mlp;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(
    { shape, outputs, condition }: EncoderSizes,
    { channels, kernel, hidden, activation }: Required<ConvolutionalOptions>,
  ) {
    const small = smallest(shape, channels);
    this.convs = channels.map(
      (out, i) =>
        new Conv2d({ inputs: channels[i - 1] ?? shape[0]!, outputs: out, kernel, stride: 2, padding: "same" }),
    );
    this.head = new Mlp({ inputs: sizeOf(small) + condition, hidden: hidden > 0 ? [hidden] : [], outputs, activation });
    this.#activation = activationOf(activation);
  }

  forward(x: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    const h = this.convs.reduce((h, conv) => this.#activation(conv.forward(h)), x); // [N, C', H', W']
    return this.head.forward(beside(h.flatten(), condition), scope);
  }
}

class ConvDecoder implements Network {
  readonly foot: Mlp;
  readonly convs: readonly ConvTranspose2d[];
  readonly #small: Shape;
  readonly #event: Shape;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(
    { inputs, condition, width, shape }: DecoderSizes,
    { channels, kernel, hidden, activation }: Required<ConvolutionalOptions>,
  ) {
    this.#small = smallest(shape, channels);
    this.#event = [width, ...shape];
    this.foot = new Mlp({
      inputs: inputs + condition,
      hidden: hidden > 0 ? [hidden] : [],
      outputs: sizeOf(this.#small),
      activation,
    });
    const up = [...channels].reverse();
    this.convs = up.map(
      (from, i) =>
        new ConvTranspose2d({
          inputs: from,
          outputs: up[i + 1] ?? width * shape[0]!,
          kernel,
          stride: 2,
          padding: "same",
        }),
    );
    this.#activation = activationOf(activation);
  }

  forward(z: Tensor, condition: Tensor | undefined, scope: Scope): Tensor {
    const h = this.foot.forward(beside(z, condition), scope).reshape([-1, ...this.#small]); // [N, C', H', W']
    const y = this.convs.reduce((h, conv) => conv.forward(this.#activation(h)), h); //       [N, width·C, H, W]
    return y.reshape([-1, ...this.#event]);
  }
}

/** What is left of a picture after it was halved once for each convolution. */
function smallest(shape: Shape, channels: readonly number[]): Shape {
  const factor = 2 ** channels.length;
  const [height, width] = [shape[1], shape[2]];
  if (
    shape.length !== 3 ||
    height === undefined ||
    width === undefined ||
    height % factor !== 0 ||
    width % factor !== 0
  ) {
    throw new GenError(
      "shape",
      `convolutional: expected pictures [C, H, W] with H and W divisible by ${factor}, got ${showShape(shape)}`,
      {
        fix: "use fewer convolutions, or pictures of another size",
      },
    );
  }
  return [channels.at(-1) ?? shape[0]!, height / factor, width / factor];
}

/** The condition as further features of each row. */
function beside(x: Tensor, condition: Tensor | undefined): Tensor {
  return condition === undefined ? x : concat([x, condition], 1);
}
