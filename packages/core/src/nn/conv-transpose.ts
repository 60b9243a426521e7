/** @file Transposed convolutions: the gradient of a convolution by its input, used to enlarge. */
import { GenError } from "../error.js";
import type { Scope } from "../program/scope.js";
import { showShape } from "../shape.js";
import { apply, type Tensor } from "../tensor/tensor.js";
import { enlarged, geometryOf, type Geometry, type PerAxis } from "./conv-geometry.js";
import { addChannels, convParams, type ConvLayerOptions } from "./conv.js";
import type { Layer } from "./layer.js";
import { usedWeight, type WeightMap } from "./weight-map.js";

export interface ConvTransposeOptions extends ConvLayerOptions {
  /** Rows and columns added at the end, below the stride: which of the possible sizes is meant. @default 0 */
  readonly outputPadding?: PerAxis;
}

/**
 * A transposed convolution over time: each input element adds a copy of the kernel to the result. With padding "causal"
 * the extent is T·stride, and what lies beyond it is cut off at the end.
 *
 *     y[n, o, t·stride + k·dilation − padding] += x[n, c, t] · W[c, o, k]
 */
export class ConvTranspose1d implements Layer {
  /** [inputs, outputs / groups, kernel] */
  readonly weight: Tensor;
  /** [outputs] */
  readonly bias: Tensor | undefined;
  readonly weightMap: WeightMap | undefined;
  readonly #geometry: TransposedGeometry;

  constructor(options: ConvTransposeOptions) {
    this.#geometry = transposedGeometry(options, 1, "ConvTranspose1d");
    ({ weight: this.weight, bias: this.bias, weightMap: this.weightMap } = convParams(options, this.#geometry, true));
  }

  /**
   * @param x [N, inputs, T]
   * @returns [N, outputs, T']
   */
  forward(x: Tensor, scope?: Scope): Tensor {
    return spreadOut(x, { weight: usedWeight(this, scope), bias: this.bias }, this.#geometry);
  }
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
  readonly weightMap: WeightMap | undefined;
  readonly #geometry: TransposedGeometry;

  constructor(options: ConvTransposeOptions) {
    this.#geometry = transposedGeometry(options, 2, "ConvTranspose2d");
    ({ weight: this.weight, bias: this.bias, weightMap: this.weightMap } = convParams(options, this.#geometry, true));
  }

  /**
   * @param x [N, inputs, H, W]
   * @returns [N, outputs, H', W']
   */
  forward(x: Tensor, scope?: Scope): Tensor {
    return spreadOut(x, { weight: usedWeight(this, scope), bias: this.bias }, this.#geometry);
  }
}

interface TransposedGeometry extends Geometry {
  readonly extra: readonly number[];
}

function transposedGeometry(options: ConvTransposeOptions, rank: number, where: string): TransposedGeometry {
  const geometry = geometryOf(options, rank, where);
  const { outputPadding = 0 } = options;
  const extra = typeof outputPadding === "number" ? geometry.kernel.map(() => outputPadding) : outputPadding;
  if (typeof geometry.padding === "string" && extra.some((n) => n !== 0)) {
    throw new GenError("option", `${where}: expected no outputPadding beside padding "${geometry.padding}", got one`);
  }
  return { ...geometry, extra };
}

function spreadOut(
  x: Tensor,
  { weight, bias }: { readonly weight: Tensor; readonly bias: Tensor | undefined },
  geometry: TransposedGeometry,
): Tensor {
  const { strides, dilations, groups, kernel, extra } = geometry;
  if (x.rank !== kernel.length + 2 || x.shape[1] !== weight.shape[0]) {
    const wanted = `[N, ${weight.shape[0]!}, ${kernel.length === 1 ? "T" : "H, W"}]`;
    throw new GenError("shape", `ConvTranspose${kernel.length}d: expected ${wanted}, got ${showShape(x.shape)}`);
  }
  const { pads, size } = enlarged(geometry, x.shape.slice(2), extra);
  return addChannels(apply("convInputGrad", [x, weight], { strides, pads, dilations, groups, inputSize: size }), bias);
}
