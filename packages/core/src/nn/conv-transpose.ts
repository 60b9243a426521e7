/** @file The transposed convolution: the gradient of a convolution by its input, used to enlarge. */
import { GenError } from "../error.js";
import type { Scope } from "../program/scope.js";
import { showShape, sizeOf } from "../shape.js";
import { param } from "../tensor/inputs.js";
import { apply, type Tensor } from "../tensor/tensor.js";
import { geometryOf, type Geometry, type PerAxis } from "./conv-geometry.js";
import { addChannels, type ConvLayerOptions } from "./conv.js";
import { biasInit, torchUniform } from "./init.js";
import type { Layer } from "./layer.js";

export interface ConvTranspose2dOptions extends ConvLayerOptions {
  /** Rows and columns added at the end, below the stride: which of the possible sizes is meant. @default 0 */
  readonly outputPadding?: PerAxis;
}

/**
 * A transposed convolution over pictures: each input element adds a copy of the kernel to the result.
 *
 *     y[n, o, p·stride + k·dilation − padding] += x[n, c, p] · W[c, o, k]    p, k over both axes
 *
 * The extent is (n − 1)·stride − 2·padding + dilation·(kernel − 1) + 1 + outputPadding; with padding "same", n·stride.
 *
 * @see Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", §4. arXiv:1603.07285
 */
export class ConvTranspose2d implements Layer {
  /** [inputs, outputs / groups, kernel, kernel] */
  readonly weight: Tensor;
  /** [outputs] */
  readonly bias: Tensor | undefined;
  readonly #geometry: Geometry;
  readonly #extra: readonly number[];

  constructor(options: ConvTranspose2dOptions) {
    const { inputs, outputs, bias = true, init = torchUniform, outputPadding = 0 } = options;
    this.#geometry = geometryOf(options, 2, "ConvTranspose2d");
    const { kernel, groups, padding } = this.#geometry;
    this.#extra = typeof outputPadding === "number" ? [outputPadding, outputPadding] : outputPadding;
    if (padding === "same" && this.#extra.some((n) => n !== 0)) {
      throw new GenError("option", 'ConvTranspose2d: expected no outputPadding beside padding "same", got one');
    }
    const taps = sizeOf(kernel);
    // PyTorch counts the fan-in of the convolution that this one transposes.
    const fans = { fanIn: (outputs / groups) * taps, fanOut: (inputs / groups) * taps };
    this.weight = param([inputs, outputs / groups, ...kernel], init(fans));
    this.bias = bias ? param([outputs], biasInit(init, fans)) : undefined;
  }

  /**
   * @param x [N, inputs, H, W]
   * @returns [N, outputs, H', W']
   */
  forward(x: Tensor, scope?: Scope): Tensor;
  forward(x: Tensor): Tensor {
    if (x.rank !== 4 || x.shape[1] !== this.weight.shape[0]) {
      throw new GenError(
        "shape",
        `ConvTranspose2d: expected [N, ${this.weight.shape[0]!}, H, W], got ${showShape(x.shape)}`,
      );
    }
    const { kernel, strides, dilations, groups, padding } = this.#geometry;
    const reach = kernel.map((k, i) => (k - 1) * dilations[i]! + 1);
    const same = reach.map((r, i) => Math.max(r - strides[i]!, 0));
    const pads =
      padding === "same"
        ? [...same.map((n) => Math.floor(n / 2)), ...same.map((n) => Math.ceil(n / 2))]
        : [...padding, ...padding];
    const inputSize = x.shape.slice(2).map((n, i) => {
      if (padding === "same") return n * strides[i]!;
      return (n - 1) * strides[i]! - 2 * padding[i]! + reach[i]! + this.#extra[i]!;
    });
    return addChannels(
      apply("convInputGrad", [x, this.weight], { strides, pads, dilations, groups, inputSize }),
      this.bias,
    );
  }
}
