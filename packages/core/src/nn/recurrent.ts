/** @file What recurrent layers share: a cell repeated over time, inside a scan or unrolled, or taken one step at a time. */
import { GenError } from "../error.js";
import { uniformInit } from "../ir/initializer.js";
import { sameShape, showShape } from "../shape.js";
import { scan } from "../tensor/control.js";
import { param } from "../tensor/inputs.js";
import { full, stack, type Tensor } from "../tensor/tensor.js";

export interface RecurrentOptions {
  /** Extent of the last axis of what comes in. */
  readonly inputs: number;
  /** Width H of the state. */
  readonly hidden: number;
  /**
   * Writes every time step out instead of a loop: a graph as long as the sequence, for providers that loop badly
   * (WebGPU) and for few steps. @default false
   */
  readonly unroll?: boolean;
}

/** What a recurrent layer hands from step to step: one or two [N, H]. */
export type Carry = readonly Tensor[];

export interface Recurrence {
  /** [N, T, H], or [N, H] of a single step. */
  readonly y: Tensor;
  readonly carry: Carry;
}

export interface RestartOptions {
  /** bool [N, T]: true where a row begins anew, from zeros, before the step. @default nowhere */
  readonly restart?: Tensor;
}

/** One step of a cell: `gates` is x·W + b, [N, …]. */
export type Cell = (gates: Tensor, carry: Carry) => Recurrence;

/** A recurrent layer's own: what it learns, and how it steps. */
export interface Recurrent {
  readonly inputWeight: Tensor;
  readonly bias: Tensor;
  readonly hidden: number;
  readonly unroll: boolean | undefined;
  readonly cell: Cell;
}

/** W, U and b of so many gates, from U(±1/√H). */
export function recurrentWeights(
  { inputs, hidden }: RecurrentOptions,
  gates: number,
): { inputWeight: Tensor; hiddenWeight: Tensor; bias: Tensor } {
  const limit = 1 / Math.sqrt(hidden);
  const made = (shape: number[]): Tensor => param(shape, uniformInit(-limit, limit));
  return {
    inputWeight: made([inputs, gates * hidden]),
    hiddenWeight: made([hidden, gates * hidden]),
    bias: made([gates * hidden]),
  };
}

interface Whole extends RestartOptions {
  readonly carry: Carry;
}

/** A whole sequence [N, T, inputs]. The products with x are made for all times at once, before the first step. */
export function overTime(
  { inputWeight, bias, cell, unroll = false }: Recurrent,
  x: Tensor,
  { carry, restart }: Whole,
): Recurrence {
  const gates = x.matmul(checked(x, inputWeight, 3)).add(bias); //           [N, T, …]
  const kept = restart === undefined ? [] : [keptOf(restart, x)]; //         [N, T, 1]
  const step = (row: Tensor, now: Carry, keep: Tensor | undefined): Recurrence =>
    cell(row, keep === undefined ? now : now.map((c) => c.mul(keep)));
  if (!unroll && x.shape[1]! > 1) {
    const xs = [gates, ...kept].map((v) => v.transpose([1, 0, 2]));
    const { carry: last, ys } = scan({ carry, xs }, (now, [row, keep]) => {
      const { y, carry: next } = step(row!, now, keep);
      return { carry: next, ys: [y] };
    });
    return { y: ys[0]!.transpose([1, 0, 2]), carry: last }; //               [T, N, H] → [N, T, H]
  }
  const ys: Tensor[] = [];
  let now = carry;
  for (let t = 0; t < x.shape[1]!; t++) {
    const [row, keep] = [gates, ...kept].map((v) => v.slice(1, t, t + 1).squeeze(1));
    const next = step(row!, now, keep);
    ys.push(next.y);
    now = next.carry;
  }
  return { y: stack(ys, 1), carry: now };
}

/** 1 where a row goes on, 0 where it begins anew: [N, T, 1]. */
function keptOf(restart: Tensor, x: Tensor): Tensor {
  const wanted = x.shape.slice(0, 2);
  if (restart.dtype !== "bool" || !sameShape(restart.shape, wanted)) {
    throw new GenError("shape", `recurrent: expected bool${showShape(wanted)} as restart, got ${restart.toString()}`);
  }
  return restart.not().cast(x.dtype).unsqueeze(2);
}

/** One step: x [N, inputs]. */
export function oneStep({ inputWeight, bias, cell }: Recurrent, x: Tensor, carry: Carry): Recurrence {
  return cell(x.matmul(checked(x, inputWeight, 2)).add(bias), carry);
}

/** So many zeros [N, H]. */
export function zeroCarry(count: number, n: number, hidden: number): Carry {
  return Array.from({ length: count }, () => full([n, hidden], 0));
}

/** The weight, once x fits it. */
function checked(x: Tensor, weight: Tensor, rank: number): Tensor {
  const inputs = weight.shape[0]!;
  if (x.rank !== rank || x.shape.at(-1) !== inputs || x.shape[1] === 0) {
    const wanted = `[N, ${rank === 3 ? "T ≥ 1, " : ""}${inputs}]`;
    throw new GenError("shape", `recurrent: expected ${wanted}, got ${showShape(x.shape)}`);
  }
  return weight;
}
