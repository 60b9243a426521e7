/** @file What recurrent layers share: a cell repeated over time by a scan, which can also be taken one step at a time. */
import { GenError } from "../error.js";
import { uniformInit } from "../ir/initializer.js";
import { showShape } from "../shape.js";
import { scan } from "../tensor/control.js";
import { param } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";

export interface RecurrentOptions {
  /** Extent of the last axis of what comes in. */
  readonly inputs: number;
  /** Width H of the state. */
  readonly hidden: number;
}

/** What a recurrent layer hands from step to step: one or two [N, H]. */
export type Carry = readonly Tensor[];

export interface Recurrence {
  /** [N, T, H], or [N, H] of a single step. */
  readonly y: Tensor;
  readonly carry: Carry;
}

/** One step of a cell: `gates` is x·W + b, [N, …]. */
export type Cell = (gates: Tensor, carry: Carry) => { y: Tensor; carry: Carry };

/** W, U and b of so many gates, from U(±1/√H). */
export function recurrentWeights(
  inputs: number,
  hidden: number,
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

/** The products with x are made for all times at once, before the scan. gates: [N, T, …] */
export function overTime(gates: Tensor, carry: Carry, cell: Cell): Recurrence {
  const { carry: last, ys } = scan({ carry, xs: [gates.transpose([1, 0, 2])] }, (now, [row]) => {
    const { y, carry: next } = cell(row!, now);
    return { carry: next, ys: [y] };
  });
  return { y: ys[0]!.transpose([1, 0, 2]), carry: last }; // [T, N, H] → [N, T, H]
}

/** The weight, once x fits it. */
export function checked(x: Tensor, weight: Tensor, rank: number): Tensor {
  const inputs = weight.shape[0]!;
  if (x.rank !== rank || x.shape.at(-1) !== inputs) {
    throw new GenError(
      "shape",
      `recurrent: expected [N, ${rank === 3 ? "T, " : ""}${inputs}], got ${showShape(x.shape)}`,
    );
  }
  return weight;
}
