/** @file Which noise belongs to which row: paired at random, or by the plan of an optimal transport between the two. */
import { logSumExp, randomUniform, scan, type Scope, type Tensor } from "@gen/core";

export type Coupling = "independent" | "optimal-transport";

/** Rounds of Sinkhorn's algorithm. */
const ROUNDS = 30;

/** The entropy's weight, as a part of the mean cost. */
const SOFTNESS = 0.03;

/**
 * Noise for each row from the plan of least Σ ‖x_i − ε_j‖² between a batch's rows and its noise, softened by entropy: paths
 * then cross less and become straighter. Row i draws its partner from its own row of the plan.
 *
 * @param x [N, …shape]
 * @param noise [N, …shape]
 * @see Tong et al. 2024, "Improving and generalizing flow-based generative models with minibatch optimal transport", §3.2. arXiv:2302.00482
 */
export function coupled(x: Tensor, noise: Tensor, scope: Scope): Tensor {
  const [a, b] = [x.flatten(), noise.flatten()]; //                                [N, D]
  const cost = a.square().sum(1, { keepDims: true }).add(b.square().sum(1)).sub(a.matmul(b.transpose()).mul(2)); //                                       [N, N]
  const logits = cost.div(cost.mean().mul(-SOFTNESS)).stopGradient();
  const n = x.shape[0]!;
  const { carry } = scan({ carry: [logits.slice(0, 0, 1).mul(0)], length: ROUNDS }, ([column]) => {
    const row = logSumExp(logits.add(column!), 1, { keepDims: true }).neg(); //    rows of the plan add up to 1
    return { carry: [logSumExp(logits.add(row), 0, { keepDims: true }).neg()] }; // then columns
  });
  const u = randomUniform(scope.nextKey(), [n, n]);
  const partner = logits.add(carry[0]!).sub(u.log().neg().log()).argMax(1); //     a draw from each row: Gumbel's trick
  return noise.gather(partner, 0);
}
