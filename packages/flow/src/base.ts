/** @file Base distributions: what a flow takes its data to. Any density of core serves; these are the usual ones. */
import { full, type Scope, type Shape, type Tensor } from "@gen/core";
import { normal, type Density } from "@gen/core/prob";

/** A density that may depend on a context of each row, [N, contextDim]. */
export interface Base extends Density {
  /** @default 0 */
  readonly contextDim?: number;
  logProb(x: Tensor, scope: Scope, context?: Tensor): Tensor;
  sample(n: number, scope: Scope, context?: Tensor): Tensor;
}

/** N(0, I) */
export function standardNormal(shape: Shape): Base {
  const of = (n: number) => normal({ mean: full([n, ...shape], 0), std: 1, eventDims: shape.length });
  return {
    shape,
    logProb: (x) => of(x.shape[0]!).logProb(x),
    sample: (n, scope) => of(n).sample(scope.nextKey()),
  };
}
