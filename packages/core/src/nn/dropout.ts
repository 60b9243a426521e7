/** @file Dropout: in training, each element is left out by chance. */
import { GenError } from "../error.js";
import type { Scope } from "../program/scope.js";
import { randomUniform } from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Layer } from "./layer.js";

/**
 * In mode "train" sets each element to 0 with probability `rate` and divides the others by 1 − rate, so that the mean
 * stays; in mode "eval" the identity.
 *
 * @see Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, "Dropout", §4 and §10
 */
export class Dropout implements Layer {
  readonly #rate: number;

  /** @throws GenError `range` unless rate is in [0, 1) */
  constructor({ rate }: { readonly rate: number }) {
    if (!(rate >= 0 && rate < 1)) throw new GenError("range", `Dropout: expected a rate in [0, 1), got ${rate}`);
    this.#rate = rate;
  }

  forward(x: Tensor, scope: Scope): Tensor {
    if (scope.mode === "eval" || this.#rate === 0) return x;
    const isKept = randomUniform(scope.nextKey(), x.shape).greater(this.#rate);
    return isKept.where(x.mul(1 / (1 - this.#rate)), 0);
  }
}
