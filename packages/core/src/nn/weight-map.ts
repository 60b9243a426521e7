/**
 * @file How the weight that a layer uses comes from the one it learns: masked, or normalised. A map is a record beside
 * the weight (`conv.weightMap.scale`), so what it holds lasts with the layer.
 */
import { GenError } from "../error.js";
import type { Initializer } from "../ir/initializer.js";
import type { NdArray } from "../ndarray.js";
import type { Scope } from "../program/scope.js";
import { sameShape, showShape, type Shape } from "../shape.js";
import { constant, type Tensor } from "../tensor/tensor.js";

/** From the learned weight to the one that is used, of the same shape. */
export interface WeightMap {
  apply(weight: Tensor, scope: Scope | undefined): Tensor;
}

/** What a map is made for. */
export interface WeightSpec {
  readonly shape: Shape;
  /** Which axis counts what goes out: 0 of a convolution, 1 of a linear map and of a transposed convolution. */
  readonly outputAxis: number;
  readonly init: Initializer;
}

/** The `weightMap` option of a layer: makes the map of its weight. */
export type WeightMapper = (spec: WeightSpec) => WeightMap;

/** The weight that a layer uses. */
export function usedWeight(
  { weight, weightMap }: { readonly weight: Tensor; readonly weightMap: WeightMap | undefined },
  scope: Scope | undefined,
): Tensor {
  return weightMap === undefined ? weight : weightMap.apply(weight, scope);
}

/** As a table with a row for what goes out: [outputs, everything else]. */
export function outputRows(weight: Tensor, outputAxis: number): Tensor {
  const axes = weight.shape.map((_, axis) => axis);
  const front = outputAxis === 0 ? weight : weight.transpose([outputAxis, ...axes.filter((a) => a !== outputAxis)]);
  return front.reshape([weight.shape[outputAxis]!, -1]);
}

/**
 * Multiplies a weight by fixed numbers, element by element: where they are 0 there is no connection.
 *
 *     W′ = M ∘ W
 *
 * @param mask of the weight's shape, mostly of zeros and ones: see {@link madeMasks} and {@link pixelMask}
 * @throws GenError `shape`, when the layer is made, for a mask of another shape than the weight
 */
export function masked(mask: NdArray): WeightMapper {
  return ({ shape }) => {
    if (!sameShape(mask.shape, shape)) {
      throw new GenError("shape", `masked: expected a mask ${showShape(shape)}, got ${showShape(mask.shape)}`);
    }
    return { apply: (weight) => weight.mul(constant(mask).cast(weight.dtype)) };
  };
}
