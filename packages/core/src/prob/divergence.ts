/** @file Divergences between any two distributions: a table of closed forms, and an estimate for every other pair. */
import { GenError } from "../error.js";
import { scan } from "../tensor/control.js";
import { splitKey } from "../tensor/random.js";
import { scalar, type Tensor } from "../tensor/tensor.js";
import type { Bernoulli } from "./bernoulli.js";
import type { Categorical } from "./categorical.js";
import type { Law } from "./distribution.js";
import {
  klBernoulli,
  klCategorical,
  klLaplace,
  klLaplaceNormal,
  klMultivariateNormal,
  klNormal,
  klNormalLaplace,
  klOneHot,
  klUniform,
  klUniformNormal,
} from "./kl.js";
import type { Laplace } from "./laplace.js";
import type { MultivariateNormal } from "./multivariate-normal.js";
import type { Normal } from "./normal.js";
import type { OneHotCategorical } from "./one-hot.js";
import type { Uniform } from "./uniform.js";

/** The distributions that have closed forms, by their `kind`. */
export interface Kinds {
  readonly normal: Normal;
  readonly laplace: Laplace;
  readonly uniform: Uniform;
  readonly bernoulli: Bernoulli;
  readonly categorical: Categorical;
  readonly oneHotCategorical: OneHotCategorical;
  readonly multivariateNormal: MultivariateNormal;
}

export type Kind = keyof Kinds;

/** A row for each kind of p, an entry for each kind of q that KL(p‖q) is known for. */
const closedForms = {
  normal: { normal: klNormal, laplace: klNormalLaplace },
  laplace: { laplace: klLaplace, normal: klLaplaceNormal },
  uniform: { uniform: klUniform, normal: klUniformNormal },
  bernoulli: { bernoulli: klBernoulli },
  categorical: { categorical: klCategorical },
  oneHotCategorical: { oneHotCategorical: klOneHot },
  multivariateNormal: { multivariateNormal: klMultivariateNormal },
} as const satisfies { readonly [P in Kind]: { readonly [Q in Kind]?: (p: Kinds[P], q: Kinds[Q]) => Tensor } };

/** The kinds of q that KL(p‖q) is known for. */
export type Partner<P extends Kind> = keyof (typeof closedForms)[P] & Kind;

/**
 * KL(p‖q) = E_p[log p − log q] in closed form, in nats, for each event. A pair without one does not compile; `klMonteCarlo`
 * estimates it.
 *
 * @throws GenError `option` for a pair without a closed form, `shape` if the events differ
 */
export function klDivergence<P extends Kind, Q extends Partner<P>>(
  p: Kinds[P] & { readonly kind: P },
  q: Kinds[Q] & { readonly kind: Q },
): Tensor {
  const table: Readonly<Record<string, Readonly<Record<string, unknown>>>> = closedForms;
  const form = table[p.kind]?.[q.kind] as ((p: Law, q: Law) => Tensor) | undefined;
  if (form === undefined) {
    throw new GenError("option", `klDivergence: expected a pair with a closed form, got ${p.kind} and ${q.kind}`, {
      fix: "klMonteCarlo(p, q, { key }) estimates it",
    });
  }
  if (p.eventDims !== q.eventDims) {
    throw new GenError(
      "shape",
      `klDivergence: expected events of one shape, got eventDims ${p.eventDims} and ${q.eventDims}`,
    );
  }
  return form(p, q);
}

export interface MonteCarloOptions {
  /** u64 scalar that nobody else uses. */
  readonly key: Tensor;
  /** Draws from p; the error falls with their root. @default 1 */
  readonly draws?: number;
}

/**
 * An unbiased estimate of KL(p‖q), for each event; differentiable where the draws of p are.
 *
 *     1/K Σ_i (log p(x_i) − log q(x_i)),  x_i ~ p
 *
 * @throws GenError `option` unless `draws` is a whole number of at least 1
 */
export function klMonteCarlo(p: Law, q: Law, { key, draws = 1 }: MonteCarloOptions): Tensor {
  if (!Number.isSafeInteger(draws) || draws < 1) {
    throw new GenError("option", `klMonteCarlo: expected a whole number of draws ≥ 1, got ${draws}`);
  }
  const estimate = (own: Tensor): Tensor => {
    const x = p.sample(own);
    return p.logProb(x).sub(q.logProb(x));
  };
  const first = estimate(splitKey(key, 0));
  if (draws === 1) return first;
  const { carry } = scan({ carry: [first, scalar(1n, "u64")], length: draws - 1 }, ([sum, i]) => ({
    carry: [sum!.add(estimate(splitKey(key, i!))), i!.add(scalar(1n, "u64"))],
  }));
  return carry[0]!.mul(1 / draws);
}
