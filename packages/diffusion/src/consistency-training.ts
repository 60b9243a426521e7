/**
 * @file Consistency training: a model whose estimate of the data is the same along each path from data to noise, so that one
 * step suffices. Song & Dhariwal 2024, "Improved techniques for training consistency models". arXiv:2310.14189
 */
import { constant, GenError, ndarray, randomNormal, randomUniform, type Scope, type Tensor } from "@gen/core";
import type { Diffusion } from "./diffusion.js";
import { column, rangeOf, type Process } from "./forward.js";
import type { DiffusionBatch } from "./loss.js";
import { normalCdf } from "./normal.js";
import type { Target } from "./target.js";

/**
 * The target of a consistency model: at the lowest level x̂ is x itself.
 *
 *     skip = s²/((σ − σ_min)² + s²)        out = s (σ − σ_min)/√(σ² + s²)        s = σ_data
 *
 * @see Song et al. 2023, appendix C. arXiv:2303.01469
 */
export function consistencyTarget(process: Process, { data: std = 0.5 }: { readonly data?: number } = {}): Target {
  const low = rangeOf(process)[0] * (1 - 1e-3); // just below: out is nowhere 0, by which one would divide
  return ({ sigma }) => {
    const above = sigma.sub(low);
    const skip = above
      .square()
      .add(std ** 2)
      .reciprocal()
      .mul(std ** 2);
    const rate = sigma
      .square()
      .add(std ** 2)
      .sqrt()
      .div(above.mul(std)); // 1/out
    return { data: skip.neg().add(1).mul(rate), noise: skip.mul(sigma).mul(rate).neg() };
  };
}

export interface ConsistencyOptions {
  /** N: levels from σ_min to σ_max, even in σ^(1/7). Begin with 11, and double them as training goes on. @default 41 */
  readonly levels?: number;
  /** Mean and standard deviation of log σ of the levels that are drawn. @default -1.1, 2 */
  readonly mean?: number;
  readonly std?: number;
}

/**
 *     L = E 1/(σ_{i+1} − σ_i) · d(x̂(x + σ_{i+1} ε), x̂(x + σ_i ε))        d(a, b) = √(‖a − b‖² + c²) − c,  c = 0.00054 √D
 *
 * where no gradient goes through the second estimate.
 *
 * @throws GenError `range` for fewer than two levels
 */
export function consistencyLoss(
  model: Diffusion,
  batch: DiffusionBatch,
  { options: { levels = 41, mean = -1.1, std = 2 } = {}, scope }: { options?: ConsistencyOptions; scope: Scope },
): Tensor {
  if (!Number.isInteger(levels) || levels < 2)
    throw new GenError("range", `consistency: expected at least two levels, got ${levels}`);
  const condition = model.embedDropping(batch, scope);
  const { y } = model.encoded(batch.x, scope);
  const n = y.shape[0]!;
  const sigmas = levelsOf(model.process, levels);
  const table = constant(ndarray(sigmas, [levels]));
  const i = drawn(sigmas, { mean, std }, randomUniform(scope.nextKey(), [n, 1]));
  const [low, high] = [table.gather(i), table.gather(i.add(1))];
  const noise = randomNormal(scope.nextKey(), y.shape);
  const at = (sigma: Tensor): Tensor =>
    model.estimate(y.add(noise.mul(column(sigma, y))), { sigma, condition, scope }).mean;
  const d = y.size / n;
  const c = 0.00054 * Math.sqrt(d);
  const apart = at(high).sub(at(low).stopGradient()).square().flatten().sum(1); // [N]
  const distance = apart
    .add(c ** 2)
    .sqrt()
    .sub(c);
  return distance.div(high.sub(low)).mean();
}

/** Rising, even in σ^(1/7). */
function levelsOf(process: Process, levels: number): number[] {
  const [low, high] = rangeOf(process).map((sigma) => sigma ** (1 / 7)) as [number, number];
  return Array.from({ length: levels }, (_, i) => (low + ((high - low) * i) / (levels - 1)) ** 7);
}

/** Which pair of levels each row gets, as likely as a normal log σ falls between them: [N] i32. */
function drawn(sigmas: readonly number[], { mean, std }: { mean: number; std: number }, u: Tensor): Tensor {
  const below = sigmas.map((sigma) => normalCdf((Math.log(sigma) - mean) / std));
  const [first, last] = [below[0]!, below.at(-1)!];
  const cumulative = below.slice(1, -1).map((p) => (p - first) / (last - first));
  if (cumulative.length === 0) return u.mul(0).cast("i32").reshape([-1]);
  const steps = constant(ndarray(cumulative, [cumulative.length]));
  return u.greater(steps).cast("i32").sum(1);
}
