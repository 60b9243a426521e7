/** @file Solvers of ordinary differential equations in graphs: a fixed step for training, an adaptive one for evaluation. */
import { full, GenError, scan, type Tensor } from "@gen/core";

/** dx/dt of rows. @param x [N, S], t [N, 1] @returns [N, S] */
export type Field = (x: Tensor, t: Tensor) => Tensor;

/** Brings rows from one time to another. */
export type Solve = (x: Tensor, span: Span, field: Field) => Tensor;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The classical Runge–Kutta method of order 4 with equal steps, as a scan. */
export function rungeKutta({ steps }: { readonly steps: number }): Solve {
  return (x, { from, to }, field) => {
    const h = (to - from) / steps;
    const start = full([x.shape[0]!, 1], from, x.dtype);
    const { carry } = scan({ carry: [x, start], length: steps }, ([state, t]) => {
      const k1 = field(state!, t!);
      const k2 = field(state!.add(k1.mul(h / 2)), t!.add(h / 2));
      const k3 = field(state!.add(k2.mul(h / 2)), t!.add(h / 2));
      const k4 = field(state!.add(k3.mul(h)), t!.add(h));
      const slope = k1.add(k2.mul(2)).add(k3.mul(2)).add(k4);
      return { carry: [state!.add(slope.mul(h / 6)), t!.add(h)] };
    });
    return carry[0]!;
  };
}

export interface AdaptiveOptions {
  /** Error of a step, relative to 1 + |x|, in the root mean square of a row. @default 1e-5 */
  readonly tolerance?: number;
  /** Steps, those that are rejected included, after which a row that has not arrived becomes NaN. @default 100 */
  readonly maxSteps?: number;
}

export const MAX_STEPS = 100;

// Dormand & Prince 1980, "A family of embedded Runge-Kutta formulae", table 2: RK5(4)7M.
const NODES = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1] as const;
const STAGES: readonly (readonly number[])[] = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** Weights of order 5 less those of order 4. */
const ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40] as const;
/** Share of the step that the error would allow, and how much a step may grow or shrink at once. */
const [SAFETY, SHRINK, GROW] = [0.9, 0.2, 5] as const;
const FIRST_STEP = 0.1;

/**
 * The method of Dormand and Prince of order 5 with an error estimate of order 4. Each row has a step of its own, so that
 * none depends on its neighbours; a row whose error is above the tolerance repeats the step with a shorter one. Rows that
 * have not arrived after `maxSteps` are NaN.
 *
 * @throws GenError `range` for a tolerance that is not above 0, or less than one step
 */
export function dormandPrince({ tolerance = 1e-5, maxSteps = MAX_STEPS }: AdaptiveOptions = {}): Solve {
  if (!(tolerance > 0)) throw new GenError("range", `dormandPrince: expected tolerance > 0, got ${tolerance}`);
  if (!Number.isInteger(maxSteps) || maxSteps < 1)
    throw new GenError("range", `dormandPrince: expected maxSteps ≥ 1, got ${maxSteps}`);
  return (x, { from, to }, field) => {
    const n = x.shape[0]!;
    const direction = Math.sign(to - from);
    const column = (value: number): Tensor => full([n, 1], value, x.dtype);
    const whole = Math.abs(to - from);
    const start = [x, column(0), column(Math.min(FIRST_STEP, whole))]; //            state, way done, step
    const { carry } = scan({ carry: start, length: maxSteps }, ([state, done, step]) => {
      const left = done!.neg().add(whole);
      const h = step!.minimum(left); //                                              0 where a row has arrived
      const signed = h.mul(direction);
      const t = done!.mul(direction).add(from);
      const k: Tensor[] = [];
      STAGES.forEach((row, i) => {
        const moved = row.length === 0 ? state! : state!.add(combined(k, row).mul(signed));
        k.push(field(moved, t.add(signed.mul(NODES[i]!))));
      });
      const next = state!.add(combined(k, STAGES[6]!).mul(signed));
      const scale = state!.abs().maximum(next.abs()).add(1).mul(tolerance);
      const error = combined(k, ERROR)
        .mul(signed)
        .div(scale)
        .square()
        .mean(1, { keepDims: true })
        .sqrt()
        .stopGradient(); //                                                           gradients go through the steps, not their choice
      const isGood = error.lessEqual(1);
      const factor = error.maximum(1e-8).log().mul(-0.2).exp().mul(SAFETY).clip(SHRINK, GROW);
      const isEnd = left.less(1e-6 * whole);
      return {
        carry: [
          isGood.expand(state!.shape).where(next, state!),
          isGood.where(done!.add(h), done!),
          isEnd.where(step!, h.mul(factor).maximum(1e-6 * whole)),
        ],
      };
    });
    const [state, done] = carry as [Tensor, Tensor];
    const hasArrived = done.greater((1 - 1e-5) * whole).expand(state.shape);
    return hasArrived.where(state, Number.NaN);
  };
}

function combined(k: readonly Tensor[], weights: readonly number[]): Tensor {
  return weights.flatMap((w, i) => (w === 0 ? [] : [k[i]!.mul(w)])).reduce((a, b) => a.add(b));
}
