/** @file Mixtures of normal distributions over codes: densities of many codes under many components by matrix products. */
import { logSoftmax, logSumExp, randomNormal, type Scope, type Tensor } from "@gen/core";
import { categorical } from "@gen/core/prob";

/** Components with independent elements. */
export interface Components {
  /** [K, Z] */
  readonly mean: Tensor;
  readonly logStd: Tensor;
  /** Logarithms of the weights up to a constant, [K]. */
  readonly logits: Tensor;
}

/**
 * log Σ_k π_k N(z; μ_k, diag σ_k²) of each row. The squares are multiplied out, so that what there is for every pair of
 * row and component is two matrix products:
 *
 *     Σ_d (z_d − μ_kd)² / σ_kd² = z²·σ_k⁻² − 2 z·(μ_k σ_k⁻²) + Σ_d μ_kd² σ_kd⁻²
 *
 * @param z [N, Z]
 * @returns [N], nats
 */
export function mixtureLogProb(z: Tensor, { mean, logStd, logits }: Components): Tensor {
  const precision = logStd.mul(-2).exp(); // [K, Z]
  const scaled = mean.mul(precision);
  const squares = z.square().matmul(precision.transpose()).sub(z.matmul(scaled.transpose()).mul(2)); // [N, K]
  const constant = mean.mul(scaled).sum(1).mul(-0.5).sub(logStd.sum(1)).add(logSoftmax(logits)); // [K]
  const width = mean.shape[1]!;
  return logSumExp(squares.mul(-0.5).add(constant), 1).sub(0.5 * width * Math.log(2 * Math.PI));
}

/** n draws: a component for each, then a draw from it. @returns [n, Z] */
export function mixtureSample({ mean, logStd, logits }: Components, n: number, scope: Scope): Tensor {
  const chosen = categorical({ logits: logits.expand([n, logits.shape[0]!]) }).sample(scope.nextKey()); // [n]
  const noise = randomNormal(scope.nextKey(), [n, mean.shape[1]!]);
  return noise.mul(logStd.exp().gather(chosen)).add(mean.gather(chosen));
}
