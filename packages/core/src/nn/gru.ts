/** @file The gated recurrent unit. */
import { uniformInit } from "../ir/initializer.js";
import type { Scope } from "../program/scope.js";
import { param } from "../tensor/inputs.js";
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

/**
 * Gated recurrent unit:
 *
 *     r, z = σ(…) of x·W + h·U + b, in the order r z n      n = tanh(x·Wₙ + bₙ + r (h·Uₙ + b′))      h ← (1 − z) n + z h
 *
 * Weights start from U(±1/√H). The reset gate acts after the product, as in PyTorch and cuDNN.
 *
 * @see Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder". arXiv:1406.1078
 */
export class Gru implements Layer {
  /** W: [inputs, 3H] */
  readonly inputWeight: Tensor;
  /** U: [H, 3H] */
  readonly hiddenWeight: Tensor;
  /** b: [3H] */
  readonly bias: Tensor;
  /** b′: [H] */
  readonly resetBias: Tensor;
  readonly #own: Recurrent;

  constructor(options: RecurrentOptions) {
    const { hidden, unroll } = options;
    const { inputWeight, hiddenWeight, bias } = recurrentWeights(options, 3);
    [this.inputWeight, this.hiddenWeight, this.bias] = [inputWeight, hiddenWeight, bias];
    this.resetBias = param([hidden], uniformInit(-1 / Math.sqrt(hidden), 1 / Math.sqrt(hidden)));
    this.#own = { inputWeight, bias, hidden, unroll, cell: this.#cell };
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

  /** h before the first step: zeros [N, H]. */
  initialCarry(n: number): Carry {
    return zeroCarry(1, n, this.#own.hidden);
  }

  readonly #cell: Cell = (gates, [h]) => {
    const size = h!.shape[1]!;
    const [r, z, n] = gates.split([size, size, size]) as [Tensor, Tensor, Tensor];
    const [hr, hz, hn] = h!.matmul(this.hiddenWeight).split([size, size, size]) as [Tensor, Tensor, Tensor];
    const candidate = n.add(r.add(hr).sigmoid().mul(hn.add(this.resetBias))).tanh();
    const next = candidate.add(z.add(hz).sigmoid().mul(h!.sub(candidate)));
    return { y: next, carry: [next] };
  };
}
