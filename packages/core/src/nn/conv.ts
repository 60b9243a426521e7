/** @file Convolutions over one and two spatial axes. Channels first, cross-correlation, as everywhere in the field. */
import { GenError } from "../error.js";
import type { Scope } from "../program/scope.js";
import { showShape, sizeOf } from "../shape.js";
import { param } from "../tensor/inputs.js";
import { apply, type Tensor } from "../tensor/tensor.js";
import { perChannel } from "./channels.js";
import { geometryOf, padsFor, type ConvOptions, type Geometry } from "./conv-geometry.js";
import { biasInit, torchUniform, type WeightInit } from "./init.js";
import type { Layer } from "./layer.js";

export interface ConvLayerOptions extends ConvOptions {
  /** How the weight starts; beside any law but the default, the bias starts at 0. @default torchUniform */
  readonly init?: WeightInit;
}

/**
 * A convolution over time:
 *
 *     y[n, o, t] = b[o] + Σ_c Σ_k W[o, c, k] · x[n, c, t·stride + k·dilation − padding]
 */
export class Conv1d implements Layer {
  /** [outputs, inputs / groups, kernel] */
  readonly weight: Tensor;
  /** [outputs] */
  readonly bias: Tensor | undefined;
  readonly #geometry: Geometry;

  constructor(options: ConvLayerOptions) {
    this.#geometry = geometryOf(options, 1, "Conv1d");
    ({ weight: this.weight, bias: this.bias } = convParams(options, this.#geometry));
  }

  /**
   * @param x [N, inputs, T]
   * @returns [N, outputs, T']
   */
  forward(x: Tensor, scope?: Scope): Tensor;
  forward(x: Tensor): Tensor {
    return convolve(x, this, this.#geometry);
  }
}

/**
 * A convolution over pictures:
 *
 *     y[n, o, p] = b[o] + Σ_c Σ_k W[o, c, k] · x[n, c, p·stride + k·dilation − padding]    p, k over both axes
 */
export class Conv2d implements Layer {
  /** [outputs, inputs / groups, kernel, kernel] */
  readonly weight: Tensor;
  /** [outputs] */
  readonly bias: Tensor | undefined;
  readonly #geometry: Geometry;

  constructor(options: ConvLayerOptions) {
    this.#geometry = geometryOf(options, 2, "Conv2d");
    ({ weight: this.weight, bias: this.bias } = convParams(options, this.#geometry));
  }

  /**
   * @param x [N, inputs, H, W]
   * @returns [N, outputs, H', W']
   */
  forward(x: Tensor, scope?: Scope): Tensor;
  forward(x: Tensor): Tensor {
    return convolve(x, this, this.#geometry);
  }
}

interface Weights {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

function convParams(
  { inputs, outputs, bias = true, init = torchUniform }: ConvLayerOptions,
  { kernel, groups }: Geometry,
): Weights {
  const taps = sizeOf(kernel);
  const fans = { fanIn: (inputs / groups) * taps, fanOut: (outputs / groups) * taps };
  return {
    weight: param([outputs, inputs / groups, ...kernel], init(fans)),
    bias: bias ? param([outputs], biasInit(init, fans)) : undefined,
  };
}

function convolve(x: Tensor, { weight, bias }: Weights, geometry: Geometry): Tensor {
  const { strides, dilations, groups, kernel } = geometry;
  if (x.rank !== kernel.length + 2) {
    throw new GenError(
      "shape",
      `Conv${kernel.length}d: expected [N, C, ${kernel.length === 1 ? "T" : "H, W"}], got ${showShape(x.shape)}`,
    );
  }
  const pads = padsFor(geometry, x.shape.slice(2));
  return addChannels(apply("conv", [x, weight], { strides, pads, dilations, groups }), bias);
}

/** One number added to each channel: [N, C, …] + [C]. */
export function addChannels(y: Tensor, bias: Tensor | undefined): Tensor {
  return bias === undefined ? y : y.add(perChannel(bias, y));
}
