/** @file Long short-term memory. */
import type { Scope } from "../program/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Layer } from "./layer.js";
import {
  oneStep,
  overTime,
  recurrentWeights,
  zeroCarry,
  type Carry,
  type Cell,
  type Recurrence,
  type Recurrent,
  type RecurrentOptions,
  type RestartOptions,
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
  readonly #own: Recurrent;
  readonly #forgetBias: number;

  constructor(options: LstmOptions) {
    const { hidden, unroll, forgetBias = 0 } = options;
    const { inputWeight, hiddenWeight, bias } = recurrentWeights(options, 4);
    [this.inputWeight, this.hiddenWeight, this.bias] = [inputWeight, hiddenWeight, bias];
    this.#own = { inputWeight, bias, hidden, unroll, cell: this.#cell };
    this.#forgetBias = forgetBias;
  }

  /** @param x [N, T, inputs] @returns [N, T, H] */
  forward(x: Tensor, scope?: Scope): Tensor;
  forward(x: Tensor): Tensor {
    return this.run(x).y;
  }

  /** A whole sequence, from a carry: x [N, T, inputs]. */
  run(x: Tensor, carry: Carry = this.initialCarry(x.shape[0]!), options: RestartOptions = {}): Recurrence {
    return overTime(this.#own, x, { carry, ...options });
  }

  /** One step: x [N, inputs]. */
  step(x: Tensor, carry: Carry): Recurrence {
    return oneStep(this.#own, x, carry);
  }

  /** h and c before the first step: zeros [N, H]. */
  initialCarry(n: number): Carry {
    return zeroCarry(2, n, this.#own.hidden);
  }

  readonly #cell: Cell = (gates, [h, c]) => {
    const size = h!.shape[1]!;
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
