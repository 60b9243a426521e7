/** @file Permutations of the first axis of a row: they let couplings move what they kept before. */
import { constant, full, GenError, key, ndarray, permutation, withGradient, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { checkRows, type Bijection, type Unmapped } from "./transform.js";

export interface PermutationOptions {
  /** Shape of a row: [D] or [C, H, W]. */
  readonly shape: Shape;
  /** Where each feature or channel comes from: yᵢ = x_order[i]; a number is the seed of a random order. @default reversed */
  readonly order?: readonly number[] | number;
}

/** Puts features, or channels, in another order; volumes stay. */
export class Permutation implements Bijection {
  readonly shape: Shape;
  readonly contextDim = 0;
  readonly #order: readonly number[];
  readonly #back: readonly number[];

  /** @throws GenError `range` for an order that is not a permutation of the first axis */
  constructor({ shape, order }: PermutationOptions) {
    const extent = shape[0] ?? 0;
    const chosen =
      typeof order === "number"
        ? [...permutation(key(order), extent)]
        : (order ?? Array.from({ length: extent }, (_, i) => extent - 1 - i));
    if ([...chosen].sort((a, b) => a - b).some((place, i) => place !== i) || chosen.length !== extent) {
      throw new GenError(
        "range",
        `Permutation: expected an order of 0 … ${extent - 1}, each once, got [${chosen.join(", ")}]`,
      );
    }
    this.shape = shape;
    this.#order = chosen;
    this.#back = chosen.map((_, i) => chosen.indexOf(i));
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(x: Tensor): Mapped {
    checkRows(x, { shape: this.shape, where: "Permutation" });
    return { y: moved(x, { order: this.#order, back: this.#back }), logDet: full([x.shape[0]!], 0, x.dtype) };
  }

  inverse(y: Tensor): Unmapped {
    return { x: moved(y, { order: this.#back, back: this.#order }), logDet: full([y.shape[0]!], 0, y.dtype) };
  }
}

interface Order {
  /** Where each slice comes from. */
  readonly order: readonly number[];
  /** Where each went. */
  readonly back: readonly number[];
  /** @default 1 */
  readonly axis?: number;
}

/** `x` with its slices along an axis in another order. The gradient goes back by the inverse order, not by a scatter. */
export function moved(x: Tensor, { order, back, axis = 1 }: Order): Tensor {
  const pick = (v: Tensor, places: readonly number[]): Tensor =>
    v.gather(constant(ndarray([...places], [places.length], "i32")), axis);
  return withGradient(
    [x],
    ([v]) => pick(v!, order),
    (_inputs, _output, g) => [pick(g, back)],
  );
}
