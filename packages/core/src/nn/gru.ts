/** @file The gated recurrent unit. */
import { uniformInit } from "../ir/initializer.js";
import type { Scope } from "../program/scope.js";
import { param } from "../tensor/inputs.js";
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
  readonly #hidden: number;

  constructor({ inputs, hidden }: RecurrentOptions) {
    ({
      inputWeight: this.inputWeight,
      hiddenWeight: this.hiddenWeight,
      bias: this.bias,
    } = recurrentWeights(inputs, hidden, 3));
    this.resetBias = param([hidden], uniformInit(-1 / Math.sqrt(hidden), 1 / Math.sqrt(hidden)));
    this.#hidden = hidden;
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

  /** h before the first step: zeros [N, H]. */
  initialCarry(n: number): Carry {
    return [full([n, this.#hidden], 0)];
  }

  readonly #cell: Cell = (gates, [h]) => {
    const size = this.#hidden;
    const [r, z, n] = gates.split([size, size, size]) as [Tensor, Tensor, Tensor];
    const [hr, hz, hn] = h!.matmul(this.hiddenWeight).split([size, size, size]) as [Tensor, Tensor, Tensor];
    const candidate = n.add(r.add(hr).sigmoid().mul(hn.add(this.resetBias))).tanh();
    const next = candidate.add(z.add(hz).sigmoid().mul(h!.sub(candidate)));
    return { y: next, carry: [next] };
  };
}
