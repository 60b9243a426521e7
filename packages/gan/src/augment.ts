/**
 * @file Augmentations that are differentiable: the generator learns through them, and so never makes augmented pictures.
 * Zhao, Liu, Lin, Zhu & Han 2020, "Differentiable Augmentation for Data-Efficient GAN Training". arXiv:2006.10738
 */
import { GenError, iota, randomInteger, randomUniform, showShape, type Scope, type Tensor } from "@gen/core";

/** Changes rows at random, each by itself. @param x [N, …shape] @returns the same shape */
export type Augment = (x: Tensor, scope: Scope) => Tensor;

export type AugmentPolicy = "color" | "translation" | "cutout";

export interface DiffAugmentOptions {
  /** What is done, in this order. @default ["color", "translation", "cutout"] */
  readonly policies?: readonly AugmentPolicy[];
  /** Farthest shift along each axis, as a share of the picture. @default 1/8 */
  readonly shift?: number;
  /** Side of the square that is blanked, as a share of the picture. @default 1/2 */
  readonly hole?: number;
}

/**
 * Pictures in other colours, shifted (zeros come in), and with a square blanked.
 *
 * @throws GenError `option` for shares outside of [0, 1]; `shape` for rows that are not pictures
 */
export function diffAugment({
  policies = ["color", "translation", "cutout"],
  shift = 1 / 8,
  hole = 1 / 2,
}: DiffAugmentOptions = {}): Augment {
  for (const share of [shift, hole]) {
    if (!(share >= 0 && share <= 1))
      throw new GenError("option", `diffAugment: expected shares in [0, 1], got ${share}`);
  }
  const ways: Record<AugmentPolicy, Augment> = {
    color: recolored,
    translation: (x, scope) => translated(x, shift, scope),
    cutout: (x, scope) => punched(x, hole, scope),
  };
  return (x, scope) => {
    if (x.rank !== 4)
      throw new GenError("shape", `diffAugment: expected pictures [N, C, H, W], got ${showShape(x.shape)}`);
    return policies.reduce((y, policy) => ways[policy](y, scope), x);
  };
}

/** Brightness by ±½, then saturation by 0 to 2, then contrast by ½ to 1½. */
function recolored(x: Tensor, scope: Scope): Tensor {
  const draw = (): Tensor => randomUniform(scope.nextKey(), [x.shape[0]!, 1, 1, 1]);
  const about = (y: Tensor, middle: Tensor, factor: Tensor): Tensor => y.sub(middle).mul(factor).add(middle);
  const bright = x.add(draw().sub(0.5));
  const saturated = x.shape[1] === 1 ? bright : about(bright, bright.mean(1, { keepDims: true }), draw().mul(2));
  return about(saturated, saturated.mean([1, 2, 3], { keepDims: true }), draw().add(0.5));
}

/** Each picture moved by a whole number of pixels along both axes: products with a matrix of zeros and ones for each. */
function translated(x: Tensor, share: number, scope: Scope): Tensor {
  const [n, , h, w] = x.shape as [number, number, number, number];
  const moves = (extent: number): Tensor => {
    const most = Math.floor(extent * share + 0.5);
    const by = randomInteger(scope.nextKey(), [n, 1, 1, 1], 2 * most + 1).sub(most);
    const place = iota(extent, "i32").reshape([1, 1, extent, 1]);
    const source = iota(extent, "i32").reshape([1, 1, 1, extent]);
    return source.equal(place.add(by)).cast(x.dtype); // [N, 1, extent, extent]: row i takes from i + by
  };
  return moves(h)
    .matmul(x)
    .matmul(moves(w).transpose([0, 1, 3, 2]));
}

/** A square of zeros somewhere, also over the edge. */
function punched(x: Tensor, share: number, scope: Scope): Tensor {
  const [n, , h, w] = x.shape as [number, number, number, number];
  const isInside = (extent: number, axis: 2 | 3): Tensor => {
    const side = Math.floor(extent * share + 0.5);
    const shape = [1, 1, axis === 2 ? extent : 1, axis === 3 ? extent : 1];
    const middle = randomInteger(scope.nextKey(), [n, 1, 1, 1], extent + (1 - (side % 2)));
    const from = iota(extent, "i32")
      .reshape(shape)
      .sub(middle.sub(Math.floor(side / 2)));
    return from.greaterEqual(0).and(from.less(side)); // [N, 1, H, 1] or [N, 1, 1, W]
  };
  const hole = isInside(h, 2).cast(x.dtype).mul(isInside(w, 3).cast(x.dtype));
  return x.mul(hole.neg().add(1));
}
