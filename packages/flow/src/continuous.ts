/**
 * @file Continuous flow: rows move along a vector field, and the density changes by its divergence.
 * Chen, Rubanova, Bettencourt & Duvenaud 2018, arXiv:1806.07366; Grathwohl et al. 2019, "FFJORD", arXiv:1810.01367
 */
import { concat, full, GenError, randomNormal, vjp, type Scope, type Shape, type Tensor } from "@gen/core";
import { Mlp, type Activation } from "@gen/core/nn";
import type { Mapped } from "@gen/core/prob";
import { jacobianOf, traceOf } from "./jacobian.js";
import { dormandPrince, MAX_STEPS, rungeKutta, type AdaptiveOptions, type Solve } from "./ode.js";
import { checkDim, checkRows, type At, type Bijection, type Unmapped } from "./transform.js";

export interface ContinuousOptions {
  readonly dim: number;
  /** Width of each hidden layer of the field. @default [64, 64] */
  readonly hidden?: readonly number[];
  /** Smooth, as the divergence is differentiated. @default "tanh" */
  readonly activation?: Activation;
  /** Steps of the fixed solver, the classical Runge–Kutta method of order 4. @default 16 */
  readonly steps?: number;
  /** In mode "eval" use the method of Dormand and Prince instead, whose steps adapt to each row. @default the fixed solver */
  readonly adaptive?: AdaptiveOptions;
  /** The divergence: from all its parts, D backward passes at once, or estimated by one normal vector. @default "exact" up to 8 dimensions */
  readonly trace?: "exact" | "hutchinson";
  /** @default 0 */
  readonly contextDim?: number;
}

/**
 *     dx/dt = f(x, t), t from 0 (data) to 1 (base)        log |det| = ∫ tr ∂f/∂x dt
 *
 * The inverse runs time backward. Both directions and the log-determinant are approximate: their error falls with the
 * fourth power of the step, or lies near the tolerance of the adaptive solver. A row that the adaptive solver does not
 * bring to its end within its steps becomes NaN, with its log-determinant: see {@link lostRows}.
 */
export class Continuous implements Bijection {
  readonly field: Mlp;
  readonly shape: Shape;
  readonly contextDim: number;
  /** For a field whose slope stays below about 3, with the steps of the default. */
  readonly tolerance: number;
  readonly unsolved?: string;
  readonly #solver: { readonly steps: number; readonly adaptive: AdaptiveOptions | undefined };
  readonly #trace: "exact" | "hutchinson";

  /** @throws GenError `range` for less than one step or dimension */
  constructor({
    dim,
    hidden = [64, 64],
    activation = "tanh",
    steps = 16,
    adaptive,
    trace = dim <= 8 ? "exact" : "hutchinson",
    contextDim = 0,
  }: ContinuousOptions) {
    if (!Number.isInteger(steps) || steps < 1)
      throw new GenError("range", `Continuous: expected steps ≥ 1, got ${steps}`);
    checkDim(dim, "Continuous");
    this.field = new Mlp({ inputs: dim + 1 + contextDim, hidden, outputs: dim, activation });
    this.shape = [dim];
    this.contextDim = contextDim;
    this.tolerance =
      adaptive === undefined ? 1e-4 * (16 / steps) ** 4 : Math.max(1e-6, 100 * (adaptive.tolerance ?? 1e-5));
    if (adaptive !== undefined)
      this.unsolved = `a row that the adaptive solver does not bring to its end, maxSteps ${adaptive.maxSteps ?? MAX_STEPS}`;
    this.#solver = { steps, adaptive };
    this.#trace = trace;
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(x: Tensor, at: At): Mapped {
    const { y, logDet } = this.#solve(x, at, { from: 0, to: 1 });
    return { y, logDet };
  }

  inverse(y: Tensor, at: At): Unmapped {
    const { y: x, logDet } = this.#solve(y, at, { from: 1, to: 0 });
    return { x, logDet };
  }

  #solve(x: Tensor, at: At, span: { readonly from: number; readonly to: number }): Mapped {
    checkRows(x, { shape: this.shape, context: at.context, contextDim: this.contextDim, where: "Continuous" });
    const { steps, adaptive } = this.#solver;
    const solve: Solve =
      adaptive !== undefined && at.scope.mode === "eval" ? dormandPrince(adaptive) : rungeKutta({ steps });
    const dim = this.shape[0]!;
    const probe = this.#trace === "exact" ? undefined : probeOf(x, at.scope);
    const start = concat([x, full([x.shape[0]!, 1], 0, x.dtype)], 1); //             [N, D + 1]
    const end = solve(start, span, (state, t) => {
      const rows = state.slice(1, 0, dim);
      const { velocity, divergence } = this.#change(rows, t, { at, probe });
      return concat([velocity, divergence.unsqueeze(1)], 1);
    });
    return { y: end.slice(1, 0, dim), logDet: end.slice(1, dim, dim + 1).squeeze(1) };
  }

  /** f(x, t) and its divergence. `t` is [N, 1]. */
  #change(
    x: Tensor,
    t: Tensor,
    { at, probe }: { readonly at: At; readonly probe: Tensor | undefined },
  ): { velocity: Tensor; divergence: Tensor } {
    const { context } = this.contextDim === 0 ? { context: undefined } : at;
    const velocity = this.#velocity(x, t, context);
    if (probe === undefined) {
      const jacobian = jacobianOf((rows, copies) => this.#velocity(rows, copies(t), context && copies(context)), x);
      return { velocity, divergence: traceOf(jacobian) };
    }
    const [along] = vjp([velocity], [probe], [x]) as [Tensor];
    return { velocity, divergence: along.mul(probe).sum(1) };
  }

  #velocity(x: Tensor, t: Tensor, context: Tensor | undefined): Tensor {
    return this.field.forward(concat(context === undefined ? [x, t] : [x, t, context], 1));
  }
}

/** One vector for the whole path, so that the estimate is of a smooth function. */
function probeOf(x: Tensor, scope: Scope): Tensor {
  return randomNormal(scope.nextKey(), x.shape).cast(x.dtype);
}
