/** @file The networks that decide how the moved half of a coupling moves: any function from what is kept to parameters. */
import { concat, GenError, sizeOf, type Model, type Shape, type Tensor } from "@gen/core";
import { Mlp, zeroWeights, type Activation } from "@gen/core/nn";
import type { At } from "./transform.js";

/** A model from what is kept, [N, …kept], to parameters [N, …moved, width]. */
export interface Conditioner extends Model {
  forward(kept: Tensor, at: At): Tensor;
}

/** What a conditioner is made for. */
export interface ConditionerSizes {
  /** Shape of a row of what is kept. */
  readonly kept: Shape;
  /** Shape of a row of what is moved. */
  readonly moved: Shape;
  /** Parameters of each moved element. */
  readonly width: number;
  readonly contextDim: number;
}

/** Makes the conditioner of one coupling: a function of sizes, so that every layer has its own. */
export type MakeConditioner = (sizes: ConditionerSizes) => Conditioner;

export interface DenseConditionerOptions {
  /** Width of each hidden layer. @default [64, 64] */
  readonly hidden?: readonly number[];
  /** @default "relu" */
  readonly activation?: Activation;
}

/** A perceptron over the flat rows and their context. Its last layer starts at 0, so that the flow starts near the identity. */
export function denseConditioner({
  hidden = [64, 64],
  activation = "relu",
}: DenseConditionerOptions = {}): MakeConditioner {
  return (sizes) => new DenseConditioner(sizes, { hidden, activation });
}

class DenseConditioner implements Conditioner {
  readonly net: Mlp;
  readonly #outputs: Shape;

  constructor(
    { kept, moved, width, contextDim }: ConditionerSizes,
    { hidden, activation }: Required<DenseConditionerOptions>,
  ) {
    if (hidden.some((units) => !Number.isInteger(units) || units < 1))
      throw new GenError("range", `denseConditioner: expected hidden widths ≥ 1, got [${hidden.join(", ")}]`);
    const inputs = sizeOf(kept) + contextDim;
    this.net = new Mlp({ inputs, hidden, outputs: width * sizeOf(moved), activation, lastInit: zeroWeights });
    this.#outputs = [...moved, width];
  }

  forward(kept: Tensor, { context }: At): Tensor {
    const rows = kept.flatten(); //                                                        [N, D]
    const h = this.net.forward(context === undefined ? rows : concat([rows, context], 1)); // [N, D' · width]
    return h.reshape([kept.shape[0]!, ...this.#outputs]);
  }
}
