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
import { usedWeight, type WeightMap, type WeightMapper } from "./weight-map.js";

export interface ConvLayerOptions extends ConvOptions {
  /** How the weight starts; beside any law but the default, the bias starts at 0. @default torchUniform */
  readonly init?: WeightInit;
  /** A mask, or a normalisation of the weight: `masked(…)`, `weightNorm()`, `spectralNorm()`. */
  readonly weightMap?: WeightMapper;
}

/**
 * A convolution over time; with padding "causal" it sees nothing that comes later:
 *
 *     y[n, o, t] = b[o] + Σ_c Σ_k W[o, c, k] · x[n, c, t·stride + k·dilation − padding]
 */
export class Conv1d implements Layer {
  /** [outputs, inputs / groups, kernel] */
  readonly weight: Tensor;
  /** [outputs] */
  readonly bias: Tensor | undefined;
  readonly weightMap: WeightMap | undefined;
  readonly #geometry: Geometry;

  constructor(options: ConvLayerOptions) {
    this.#geometry = geometryOf(options, 1, "Conv1d");
    ({ weight: this.weight, bias: this.bias, weightMap: this.weightMap } = convParams(options, this.#geometry));
  }

  /**
   * @param x [N, inputs, T]
   * @returns [N, outputs, T']
   */
  forward(x: Tensor, scope?: Scope): Tensor {
    return convolve(x, { weight: usedWeight(this, scope), bias: this.bias }, this.#geometry);
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
  readonly weightMap: WeightMap | undefined;
  readonly #geometry: Geometry;

  constructor(options: ConvLayerOptions) {
    this.#geometry = geometryOf(options, 2, "Conv2d");
    ({ weight: this.weight, bias: this.bias, weightMap: this.weightMap } = convParams(options, this.#geometry));
  }

  /**
   * @param x [N, inputs, H, W]
   * @returns [N, outputs, H', W']
   */
  forward(x: Tensor, scope?: Scope): Tensor {
    return convolve(x, { weight: usedWeight(this, scope), bias: this.bias }, this.#geometry);
  }
}

/** What a convolution learns. */
export interface ConvParams {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly weightMap: WeightMap | undefined;
}

/** Weight [outputs, inputs / groups, …kernel], or with the channels changed about for a transposed convolution. */
export function convParams(
  { inputs, outputs, bias = true, init = torchUniform, weightMap }: ConvLayerOptions,
  { kernel, groups }: Geometry,
  isTransposed = false,
): ConvParams {
  const taps = sizeOf(kernel);
  const [first, second] = isTransposed ? [inputs, outputs] : [outputs, inputs];
  const fans = { fanIn: (second / groups) * taps, fanOut: (first / groups) * taps }; // PyTorch's, transposed too
  const [shape, law] = [[first, second / groups, ...kernel], init(fans)];
  return {
    weight: param(shape, law),
    bias: bias ? param([outputs], biasInit(init, fans)) : undefined,
    weightMap: weightMap?.({ shape, outputAxis: isTransposed ? 1 : 0, init: law }),
  };
}

function convolve(x: Tensor, { weight, bias }: Pick<ConvParams, "weight" | "bias">, geometry: Geometry): Tensor {
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
