/** @file Base distributions: what a flow takes its data to. Any density of core serves; these are the usual ones. */
import {
  constantInit,
  full,
  GenError,
  normalInit,
  param,
  sizeOf,
  type Scope,
  type Shape,
  type Tensor,
} from "@gen/core";
import { Linear, zeroWeights } from "@gen/core/nn";
import { mixture, normal, type Density, type Law } from "@gen/core/prob";

/** A density that may depend on a context of each row, [N, contextDim]. */
export interface Base extends Density {
  /** @default 0 */
  readonly contextDim?: number;
  logProb(x: Tensor, scope: Scope, context?: Tensor): Tensor;
  sample(n: number, scope: Scope, context?: Tensor): Tensor;
}

/** N(0, I) */
export function standardNormal(shape: Shape): Base {
  return baseOf(shape, (n) => normal({ mean: full([n, ...shape], 0), std: 1, eventDims: shape.length }));
}

/** N(μ, diag σ²) with learned μ and σ, which start as N(0, I). */
export class LearnedNormal implements Base {
  /** μ: […shape] */
  readonly mean: Tensor;
  /** log σ: […shape] */
  readonly logStd: Tensor;
  readonly shape: Shape;

  constructor({ shape }: { readonly shape: Shape }) {
    this.shape = shape;
    this.mean = param(shape, constantInit(0));
    this.logStd = param(shape, constantInit(0));
  }

  logProb(x: Tensor): Tensor {
    return this.#of(x.shape[0]!).logProb(x);
  }
  sample(n: number, scope: Scope): Tensor {
    return this.#of(n).sample(scope.nextKey());
  }
  #of(n: number): Law {
    return normal({ mean: this.mean.expand([n, ...this.shape]), logStd: this.logStd, eventDims: this.shape.length });
  }
}

/** N(μ(c), diag σ²(c)) with linear functions of a context, which start as N(0, I): a base for each class. */
export class ConditionalNormal implements Base {
  readonly net: Linear;
  readonly shape: Shape;
  readonly contextDim: number;

  constructor({ shape, contextDim }: { readonly shape: Shape; readonly contextDim: number }) {
    if (contextDim < 1) throw new GenError("range", `ConditionalNormal: expected contextDim ≥ 1, got ${contextDim}`);
    this.shape = shape;
    this.contextDim = contextDim;
    this.net = new Linear({ inputs: contextDim, outputs: 2 * sizeOf(shape), init: zeroWeights });
  }

  logProb(x: Tensor, _scope: Scope, context?: Tensor): Tensor {
    return this.#of(context).logProb(x);
  }
  sample(_n: number, scope: Scope, context?: Tensor): Tensor {
    return this.#of(context).sample(scope.nextKey());
  }
  #of(context: Tensor | undefined): Law {
    if (context === undefined) throw new GenError("graph", "ConditionalNormal: expected a context, got none");
    const D = sizeOf(this.shape);
    const [mean, logStd] = this.net.forward(context).split([D, D], 1) as [Tensor, Tensor];
    const rows = [context.shape[0]!, ...this.shape];
    return normal({ mean: mean.reshape(rows), logStd: logStd.reshape(rows), eventDims: this.shape.length });
  }
}

export interface MixtureBaseOptions {
  /** D: features of a row. */
  readonly dim: number;
  /** K: components. @default 8 */
  readonly components?: number;
  /** Deviation of the components' means at the start. @default 1 */
  readonly spread?: number;
}

/** Σ_k w_k N(μ_k, diag σ_k²), all learned. */
export class MixtureBase implements Base {
  /** log w up to a constant: [K] */
  readonly logits: Tensor;
  /** μ: [K, D] */
  readonly means: Tensor;
  /** log σ: [K, D] */
  readonly logStds: Tensor;
  readonly shape: Shape;

  constructor({ dim, components = 8, spread = 1 }: MixtureBaseOptions) {
    if (!Number.isInteger(components) || components < 1)
      throw new GenError("range", `MixtureBase: expected components ≥ 1, got ${components}`);
    this.shape = [dim];
    this.logits = param([components], constantInit(0));
    this.means = param([components, dim], normalInit({ std: spread }));
    this.logStds = param([components, dim], constantInit(0));
  }

  logProb(x: Tensor): Tensor {
    return this.#of(x.shape[0]!).logProb(x);
  }
  sample(n: number, scope: Scope): Tensor {
    return this.#of(n).sample(scope.nextKey());
  }
  #of(n: number): Law {
    const mean = this.means.unsqueeze(0).expand([n, ...this.means.shape]); //         [n, K, D]
    const components = normal({ mean, logStd: this.logStds, eventDims: 1 });
    return mixture({ logits: this.logits.unsqueeze(0).expand([n, this.logits.shape[0]!]), components });
  }
}

/** A base without parameters, from its distribution for n rows. */
function baseOf(shape: Shape, of: (n: number) => Law): Base {
  return {
    shape,
    logProb: (x) => of(x.shape[0]!).logProb(x),
    sample: (n, scope) => of(n).sample(scope.nextKey()),
  };
}
