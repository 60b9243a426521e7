/**
 * @file Residual flow: y = x + g(x) with a contraction g, inverted by iteration.
 * Behrmann, Grathwohl, Chen, Duvenaud & Jacobsen 2019, "Invertible Residual Networks". arXiv:1811.00995
 */
import { concat, full, GenError, randomNormal, scan, vjp, type Scope, type Shape, type Tensor } from "@gen/core";
import { activationOf, Linear } from "@gen/core/nn";
import type { Mapped } from "@gen/core/prob";
import { jacobianOf, logDetOfPositive } from "./jacobian.js";
import { contraction } from "./lipschitz.js";
import { checkDim, checkRows, type At, type Bijection, type Unmapped } from "./transform.js";
import { identity } from "./triangular.js";

/** How log det(I + J) is found. */
export type ResidualLogDet =
  | "exact" // from the whole Jacobian, D backward passes at once: for few dimensions
  | {
      /** Terms of the power series Σ (−1)^(k+1) tr(Jᵏ)/k that are kept. */
      readonly terms: number;
      /** Normal vectors that estimate each trace (Hutchinson). @default 1 */
      readonly probes?: number;
    };

export interface ResidualOptions {
  readonly dim: number;
  /** Width of each hidden layer of g. @default [64, 64] */
  readonly hidden?: readonly number[];
  /** Lip(g) ≤ coefficient < 1: nearer to 1 is more flexible, and slower to invert. @default 0.9 */
  readonly coefficient?: number;
  /** How near the fixed point the inverse comes, relative to the first step. @default 1e-6 */
  readonly tolerance?: number;
  /** @default "exact" up to 8 dimensions, 10 terms with one probe above */
  readonly logDet?: ResidualLogDet;
  /** @default 0 */
  readonly contextDim?: number;
}

/**
 *     y = x + g(x)        log |det| = log det(I + J_g) = Σ_k (−1)^(k+1) tr(J_gᵏ)/k
 *
 * Each layer of g is scaled below its share of the coefficient by a sure bound of its norm, and its activation (the
 * exponential linear unit, of slope at most 1, which is differentiable once more) stretches nothing. The inverse iterates x ← y − g(x), whose
 * error falls by the coefficient each time. After n terms the series is off by at most D·Σ_{k>n} cᵏ/k, see
 * {@link seriesBound}; every term is in the graph, so leaving the number of terms to chance (Chen et al. 2019) would save
 * nothing here.
 */
export class Residual implements Bijection {
  readonly layers: readonly Linear[];
  readonly shape: Shape;
  readonly contextDim: number;
  readonly tolerance: number;
  readonly #logDet: ResidualLogDet;
  readonly #iterations: number;

  /** @throws GenError `range` for a coefficient outside (0, 1) or no terms */
  constructor({
    dim,
    hidden = [64, 64],
    coefficient = 0.9,
    tolerance = 1e-6,
    logDet = dim <= 8 ? "exact" : { terms: 10 },
    contextDim = 0,
  }: ResidualOptions) {
    if (logDet !== "exact" && (logDet.terms < 1 || (logDet.probes ?? 1) < 1))
      throw new GenError("range", `Residual: expected at least one term and probe, got ${JSON.stringify(logDet)}`);
    if (!(tolerance > 0)) throw new GenError("range", `Residual: expected tolerance > 0, got ${tolerance}`);
    const widths = [dim + contextDim, ...hidden, dim];
    const weightMap = contraction(coefficient ** (1 / (widths.length - 1)));
    this.layers = widths.slice(1).map((outputs, i) => new Linear({ inputs: widths[i]!, outputs, weightMap }));
    this.shape = [checkDim(dim, "Residual")];
    this.contextDim = contextDim;
    this.tolerance = tolerance;
    this.#logDet = logDet;
    this.#iterations = Math.ceil(Math.log(tolerance * (1 - coefficient)) / Math.log(coefficient));
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(x: Tensor, at: At): Mapped {
    this.#check(x, at);
    return { y: x.add(this.#g(x, at)), logDet: this.#logDetAt(x, at) };
  }

  inverse(y: Tensor, at: At): Unmapped {
    this.#check(y, at);
    const { carry } = scan({ carry: [y], length: this.#iterations }, ([x]) => ({
      carry: [y.sub(this.#g(x!, at))],
    }));
    const x = carry[0]!;
    return { x, logDet: this.#logDetAt(x, at).neg() };
  }

  /** g(x): [N, D] */
  #g(x: Tensor, { context, scope }: At): Tensor {
    const elu = activationOf("elu");
    const given = this.contextDim === 0 ? x : concat([x, context!], 1);
    return this.layers.reduce((h, layer, i) => layer.forward(i === 0 ? h : elu(h), scope), given);
  }

  #logDetAt(x: Tensor, at: At): Tensor {
    if (this.#logDet !== "exact") return this.#series(x, at, this.#logDet);
    const jacobian = jacobianOf(
      (rows, copies) => this.#g(rows, { scope: at.scope, context: at.context && copies(at.context) }),
      x,
    );
    return logDetOfPositive(jacobian.add(identity(this.shape[0]!)));
  }

  #series(x: Tensor, at: At, { terms, probes = 1 }: { readonly terms: number; readonly probes?: number }): Tensor {
    const y = this.#g(x, at);
    const estimates = Array.from({ length: probes }, () => this.#oneProbe(x, y, { terms, scope: at.scope }));
    return estimates.reduce((a, b) => a.add(b)).mul(1 / probes);
  }

  /** Σ_k (−1)^(k+1) vᵀJᵏv / k for a normal vector v. */
  #oneProbe(x: Tensor, y: Tensor, { terms, scope }: { readonly terms: number; readonly scope: Scope }): Tensor {
    const v = randomNormal(scope.nextKey(), x.shape).cast(x.dtype);
    let [w, sum] = [v, full([x.shape[0]!], 0, x.dtype)];
    for (let k = 1; k <= terms; k++) {
      [w] = vjp([y], [w], [x]) as [Tensor];
      sum = sum.add(
        w
          .mul(v)
          .sum(1)
          .mul((k % 2 === 1 ? 1 : -1) / k),
      );
    }
    return sum;
  }

  #check(rows: Tensor, { context }: At): void {
    checkRows(rows, { shape: this.shape, context, contextDim: this.contextDim, where: "Residual" });
  }
}

/** How far the mean of a series of so many terms is from log det(I + J) at most, in nats: D·Σ_{k>n} cᵏ/k. */
export function seriesBound({
  dim,
  terms,
  coefficient,
}: Readonly<Record<"dim" | "terms" | "coefficient", number>>): number {
  let kept = 0;
  for (let k = 1; k <= terms; k++) kept += coefficient ** k / k;
  return dim * (-Math.log1p(-coefficient) - kept);
}
