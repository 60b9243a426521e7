/** @file Long short-term memory. */
import type { Scope } from "../program/scope.js";
import { full, type Tensor } from "../tensor/tensor.js";
import type { Layer } from "./layer.js";
import {
  checked,
  overTime,
  recurrentWeights,
  type Carry,
  type Cell,
  type Recurrence,
  type RecurrentOptions,
} from "./recurrent.js";

export interface LstmOptions extends RecurrentOptions {
  /** Added to the forget gate, so that the past is kept at first. @default 0 */
  readonly forgetBias?: number;
}

/**
 * Long short-term memory:
 *
 *     i, f, o = σ(…)   g = tanh(…)   of x·W + h·U + b, in the order i f g o
 *     c ← f c + i g        h ← o tanh c
 *
 * Weights start from U(±1/√H), as PyTorch's do; the forget gate's bias from there plus `forgetBias`.
 *
 * @see Hochreiter & Schmidhuber 1997; with the forget gate: Gers, Schmidhuber & Cummins 2000, "Learning to forget"
 */
export class Lstm implements Layer {
  /** W: [inputs, 4H] */
  readonly inputWeight: Tensor;
  /** U: [H, 4H] */
  readonly hiddenWeight: Tensor;
  /** b: [4H] */
  readonly bias: Tensor;
  readonly #hidden: number;
  readonly #forgetBias: number;

  constructor({ inputs, hidden, forgetBias = 0 }: LstmOptions) {
    ({
      inputWeight: this.inputWeight,
      hiddenWeight: this.hiddenWeight,
      bias: this.bias,
    } = recurrentWeights(inputs, hidden, 4));
    this.#hidden = hidden;
    this.#forgetBias = forgetBias;
  }

  /** @param x [N, T, inputs] @returns [N, T, H] */
  forward(x: Tensor, scope?: Scope): Tensor;
  forward(x: Tensor): Tensor {
    return this.run(x).y;
  }

  /** A whole sequence, from a carry: x [N, T, inputs]. */
  run(x: Tensor, carry: Carry = this.initialCarry(x.shape[0]!)): Recurrence {
    return overTime(x.matmul(checked(x, this.inputWeight, 3)).add(this.bias), carry, this.#cell);
  }

  /** One step: x [N, inputs]. */
  step(x: Tensor, carry: Carry): Recurrence {
    return this.#cell(x.matmul(checked(x, this.inputWeight, 2)).add(this.bias), carry);
  }

  /** h and c before the first step: zeros [N, H]. */
  initialCarry(n: number): Carry {
    return [full([n, this.#hidden], 0), full([n, this.#hidden], 0)];
  }

  readonly #cell: Cell = (gates, [h, c]) => {
    const size = this.#hidden;
    const [i, f, g, o] = gates.add(h!.matmul(this.hiddenWeight)).split([size, size, size, size]) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const forget = this.#forgetBias === 0 ? f : f.add(this.#forgetBias);
    const nextC = forget.sigmoid().mul(c!).add(i.sigmoid().mul(g.tanh()));
    const nextH = o.sigmoid().mul(nextC.tanh());
    return { y: nextH, carry: [nextH, nextC] };
  };
}
