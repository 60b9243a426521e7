/** @file Normal distributions of vectors whose elements depend on each other. */
import { GenError } from "../error.js";
import { broadcastShapes, showShape } from "../shape.js";
import { randomNormal } from "../tensor/random.js";
import { diagonal, lowerTriangle, solveTriangular } from "../tensor/matrix.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkEvent, sumEvent, type Distribution, type EventOptions } from "./distribution.js";

const LOG_TAU = Math.log(2 * Math.PI);

export interface MultivariateNormal extends Distribution {
  readonly kind: "multivariateNormal";
  /** [… D D], with zeros above its diagonal. */
  readonly cholesky: Tensor;
  readonly std: Tensor;
  entropy(): Tensor;
}

export interface MultivariateNormalOptions extends EventOptions {
  /** [… D] */
  readonly mean: Tensor;
  /** L of the covariance Σ = L L⊤, [… D D]: its diagonal above 0; what lies above the diagonal is not read. */
  readonly cholesky: Tensor;
}

/**
 * N(μ, L L⊤) over vectors; `eventDims` counts their axis, and is 1 unless told otherwise.
 *
 *     log p(x) = −½ ‖L⁻¹(x − μ)‖² − Σ log L_ii − ½ D log 2π      entropy = Σ log L_ii + ½ D log 2πe      draw = μ + L ε
 *
 * @throws GenError `shape` if L is no square matrix as wide as the mean
 */
export function multivariateNormal({ mean, cholesky, eventDims = 1 }: MultivariateNormalOptions): MultivariateNormal {
  const D = mean.shape.at(-1);
  if (D === undefined || D < 1 || cholesky.shape.at(-1) !== D || cholesky.shape.at(-2) !== D || eventDims < 1) {
    throw new GenError(
      "shape",
      `multivariateNormal: expected mean [… D], cholesky [… D, D] and eventDims ≥ 1, got ${showShape(mean.shape)}, ${showShape(cholesky.shape)} and ${eventDims}`,
    );
  }
  const batch = broadcastShapes(mean.shape.slice(0, -1), cholesky.shape.slice(0, -2), "multivariateNormal");
  checkEvent([...batch, D], eventDims, "multivariateNormal");
  const L = lowerTriangle(cholesky);
  const logDet = diagonal(L).log().sum(-1).expand(batch); // ½ log |Σ|
  return {
    kind: "multivariateNormal",
    eventDims,
    mean: mean.expand([...batch, D]),
    cholesky: L,
    std: L.square().sum(-1).sqrt(),
    logProb: (x) => {
      const z = whiten(L, x.sub(mean)); // [… D]
      return sumEvent(
        z
          .square()
          .sum(-1)
          .add(D * LOG_TAU)
          .mul(-0.5)
          .sub(logDet),
        eventDims - 1,
      );
    },
    sample: (key) => {
      const noise = randomNormal(key, [...batch, D, 1]).cast(mean.dtype);
      return L.matmul(noise).squeeze(-1).add(mean);
    },
    entropy: () => sumEvent(logDet.add(0.5 * D * (LOG_TAU + 1)), eventDims - 1),
  };
}

/**
 * L⁻¹ r for each vector r. One L for all of them makes them columns of one equation, a product instead of many.
 *
 * @param lower [… D D]
 * @param vectors [… D]
 * @returns [… D]
 */
export function whiten(lower: Tensor, vectors: Tensor): Tensor {
  if (lower.rank > 2) return solveEach(lower, vectors.unsqueeze(-1)).squeeze(-1);
  const columns = vectors.reshape([-1, lower.shape[0]!]).transpose(); // [D, M]
  return solveTriangular(lower, columns).transpose().reshape(vectors.shape);
}

/** L⁻¹ B, the leading axes of both broadcast. */
export function solveEach(lower: Tensor, right: Tensor): Tensor {
  const batch = broadcastShapes(lower.shape.slice(0, -2), right.shape.slice(0, -2), "solveEach");
  return solveTriangular(
    lower.expand([...batch, ...lower.shape.slice(-2)]),
    right.expand([...batch, ...right.shape.slice(-2)]),
  );
}
