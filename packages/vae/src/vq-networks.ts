/** @file Networks between pictures and grids of vectors. One's own are welcome: two functions of sizes. */
import { GenError, showShape, type Scope, type Shape, type Tensor } from "@gen/core";
import { activationOf, Conv2d, ConvTranspose2d, type Activation, type Layer } from "@gen/core/nn";

export interface GridSizes {
  /** Of one picture: [C, H, W]. */
  readonly shape: Shape;
  /** Numbers in each vector of the grid. */
  readonly features: number;
  /** Numbers that the decoder gives for each element of x. */
  readonly width: number;
}

/** Networks between pictures [N, C, H, W] and grids of vectors [N, features, h, w]. */
export interface GridArchitecture {
  /** [h, w] for pictures of a shape. @throws GenError `shape` for a picture that it cannot take */
  grid(shape: Shape): readonly [number, number];
  /** [N, C, H, W] → [N, features, h, w] */
  encoder(sizes: GridSizes): Layer;
  /** [N, features, h, w] → [N, width, C, H, W] */
  decoder(sizes: GridSizes): Layer;
}

export interface ResidualGridOptions {
  /** Channels of the grid's layers; the picture's own scale has half as many. @default 128 */
  readonly hidden?: number;
  /** How often height and width are halved. @default 2 */
  readonly halvings?: number;
  /** Residual blocks on either side. @default 2 */
  readonly blocks?: number;
  /** Channels inside a block. @default 32 */
  readonly inner?: number;
  /** @default "relu" */
  readonly activation?: Activation;
}

/**
 * Strided convolutions to a small grid and residual blocks upon it, and the same in reverse: the networks of the paper.
 *
 * @see van den Oord et al. 2017, arXiv:1711.00937, §4.1
 */
export function residualGrid({
  hidden = 128,
  halvings = 2,
  blocks = 2,
  inner = 32,
  activation = "relu",
}: ResidualGridOptions = {}): GridArchitecture {
  const options = { hidden, halvings, blocks, inner, activation };
  for (const [name, value, least] of [
    ["hidden", hidden, 2],
    ["halvings", halvings, 1],
    ["blocks", blocks, 0],
    ["inner", inner, 1],
  ] as const) {
    if (!Number.isInteger(value) || value < least) {
      throw new GenError("range", `residualGrid: expected ${name} ≥ ${least}, got ${value}`);
    }
  }
  return {
    grid: (shape) => gridOf(shape, halvings),
    encoder: (sizes) => new GridEncoder(sizes, options),
    decoder: (sizes) => new GridDecoder(sizes, options),
  };
}

class GridEncoder implements Layer {
  readonly down: readonly Conv2d[];
  readonly blocks: readonly ResidualBlock[];
  readonly head: Conv2d;
  readonly #activation: (x: Tensor) => Tensor;

  constructor({ shape, features }: GridSizes, options: Required<ResidualGridOptions>) {
    gridOf(shape, options.halvings);
    this.down = widths(options).map(
      (outputs, i, all) =>
        new Conv2d({ inputs: all[i - 1] ?? shape[0]!, outputs, kernel: 4, stride: 2, padding: "same" }),
    );
    this.blocks = Array.from({ length: options.blocks }, () => new ResidualBlock(options));
    this.head = new Conv2d({ inputs: options.hidden, outputs: features, kernel: 1 });
    this.#activation = activationOf(options.activation);
  }

  forward(x: Tensor, scope: Scope): Tensor {
    const h = this.down.reduce((h, conv, i) => conv.forward(i === 0 ? h : this.#activation(h)), x); // [N, hidden, h, w]
    return this.head.forward(this.#activation(this.blocks.reduce((h, block) => block.forward(h, scope), h)));
  }
}

class GridDecoder implements Layer {
  readonly foot: Conv2d;
  readonly blocks: readonly ResidualBlock[];
  readonly up: readonly ConvTranspose2d[];
  readonly #event: Shape;
  readonly #activation: (x: Tensor) => Tensor;

  constructor({ shape, features, width }: GridSizes, options: Required<ResidualGridOptions>) {
    this.foot = new Conv2d({ inputs: features, outputs: options.hidden, kernel: 3, padding: "same" });
    this.blocks = Array.from({ length: options.blocks }, () => new ResidualBlock(options));
    this.up = widths(options)
      .reverse()
      .map(
        (inputs, i, all) =>
          new ConvTranspose2d({
            inputs,
            outputs: all[i + 1] ?? width * shape[0]!,
            kernel: 4,
            stride: 2,
            padding: "same",
          }),
      );
    this.#event = [width, ...shape];
    this.#activation = activationOf(options.activation);
  }

  forward(z: Tensor, scope: Scope): Tensor {
    const h = this.blocks.reduce((h, block) => block.forward(h, scope), this.foot.forward(z)); // [N, hidden, h, w]
    const y = this.up.reduce((h, conv) => conv.forward(this.#activation(h)), h); //               [N, width·C, H, W]
    return y.reshape([-1, ...this.#event]);
  }
}

/** h + W₁ₓ₁ φ(W₃ₓ₃ φ(h)) */
class ResidualBlock implements Layer {
  readonly wide: Conv2d;
  readonly narrow: Conv2d;
  readonly #activation: (x: Tensor) => Tensor;

  constructor({ hidden, inner, activation }: Required<ResidualGridOptions>) {
    this.wide = new Conv2d({ inputs: hidden, outputs: inner, kernel: 3, padding: "same" });
    this.narrow = new Conv2d({ inputs: inner, outputs: hidden, kernel: 1 });
    this.#activation = activationOf(activation);
  }

  forward(h: Tensor, scope?: Scope): Tensor;
  forward(h: Tensor): Tensor {
    return h.add(this.narrow.forward(this.#activation(this.wide.forward(this.#activation(h)))));
  }
}

/** Channels after each halving: half of `hidden` at all scales but the smallest. */
function widths({ hidden, halvings }: Required<ResidualGridOptions>): number[] {
  return Array.from({ length: halvings }, (_, i) => (i === halvings - 1 ? hidden : Math.floor(hidden / 2)));
}

function gridOf(shape: Shape, halvings: number): readonly [number, number] {
  const factor = 2 ** halvings;
  const [, height = 0, width = 0] = shape;
  if (shape.length !== 3 || height < 1 || width < 1 || height % factor !== 0 || width % factor !== 0) {
    throw new GenError(
      "shape",
      `residualGrid: expected pictures [C, H, W] with H and W divisible by ${factor}, got ${showShape(shape)}`,
      { fix: "use fewer halvings, or pictures of another size" },
    );
  }
  return [height / factor, width / factor];
}
