/**
 * @file Weights that are bound to contract: divided by an upper bound of their largest singular value, so that a residual
 * block is invertible for sure, in training and after, without a state.
 */
import { GenError, type Tensor } from "@gen/core";
import type { WeightMap, WeightMapper } from "@gen/core/nn";

/** Squarings of WᵀW; the bound is at most rank^(1/2^(k+2)) above the norm: 7 % for 64 units. */
const SQUARINGS = 4;
/** Keeps the bound of a weight of zeros above 0. */
const TINY = 1e-30;

/**
 * An upper bound of the largest singular value of a matrix, by repeated squaring of its Gram matrix G = WᵀW:
 *
 *     ‖W‖₂ ≤ ‖G^(2^k)‖_F^(1/2^(k+1))
 *
 * Each square is divided by its norm, so that nothing leaves the range of float32.
 *
 * @returns a scalar
 * @see Delattre, Barthélemy, Araujo & Allauzen 2023, "Efficient Bound of Lipschitz Constant for Convolutional Layers by Gram Iteration", algorithm 1. arXiv:2305.16173
 */
export function spectralBound(weight: Tensor): Tensor {
  const [rows, columns] = weight.shape as [number, number];
  let gram = rows < columns ? weight.matmul(weight.transpose()) : weight.transpose().matmul(weight);
  let logNorm = weight.sum().mul(0); // of G^(2^k), of what was divided out
  for (let k = 0; k <= SQUARINGS; k++) {
    const size = gram.square().sum().add(TINY).sqrt();
    logNorm = logNorm.mul(2).add(size.log());
    if (k === SQUARINGS) break;
    gram = gram.div(size);
    gram = gram.matmul(gram);
  }
  return logNorm.mul(2 ** -(SQUARINGS + 1)).exp();
}

class Contraction implements WeightMap {
  readonly #coefficient: number;

  constructor(coefficient: number) {
    this.#coefficient = coefficient;
  }

  apply(weight: Tensor): Tensor {
    const share = spectralBound(weight).reciprocal().mul(this.#coefficient);
    return weight.mul(share.minimum(1));
  }
}

/**
 * A layer's `weightMap` that keeps ‖W‖₂ ≤ coefficient, by scaling W down where it is longer.
 *
 * @see Behrmann, Grathwohl, Chen, Duvenaud & Jacobsen 2019, "Invertible Residual Networks", eq. 2. arXiv:1811.00995
 */
export function contraction(coefficient: number): WeightMapper {
  if (!(coefficient > 0 && coefficient < 1))
    throw new GenError("range", `contraction: expected a coefficient in (0, 1), got ${coefficient}`);
  return () => new Contraction(coefficient);
}
