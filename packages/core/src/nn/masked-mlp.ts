/** @file A multilayer perceptron whose outputs see only the inputs before them: the network of MADE. */
import { GenError } from "../error.js";
import type { Scope } from "../program/scope.js";
import { showShape } from "../shape.js";
import { concat, type Tensor } from "../tensor/tensor.js";
import { activationOf, type Activation } from "./activation.js";
import { torchUniform, type WeightInit } from "./init.js";
import { Linear } from "./linear.js";
import { madeMasks, type MadeMaskOptions } from "./masks.js";
import { masked } from "./weight-map.js";

export interface MaskedMlpOptions extends MadeMaskOptions {
  /** After each hidden layer. @default "relu" */
  readonly activation?: Activation;
  /** @default torchUniform */
  readonly init?: WeightInit;
  /** How the last layer's weight starts. @default init */
  readonly lastInit?: WeightInit;
}

/**
 * A multilayer perceptron that gives P numbers for each of D inputs, a function of the inputs before it (and of a
 * context), so that one pass gives all conditionals of a chain rule:
 *
 *     y_d = f_d(x_{<d}, c)      d in the order that was chosen
 *
 * @see Germain, Gregor, Murray & Larochelle 2015, "MADE". arXiv:1502.03509
 */
export class MaskedMlp {
  readonly layers: readonly Linear[];
  readonly #activation: (x: Tensor) => Tensor;
  readonly #inputs: number;
  readonly #context: number;
  readonly #perInput: number;

  constructor({
    activation = "relu",
    init = torchUniform,
    lastInit = init,
    perInput = 1,
    context = 0,
    ...rest
  }: MaskedMlpOptions) {
    const masks = madeMasks({ ...rest, perInput, context });
    this.layers = masks.map((mask, i) => {
      const [inputs, outputs] = mask.shape as [number, number];
      const law = i === masks.length - 1 ? lastInit : init;
      return new Linear({ inputs, outputs, init: law, weightMap: masked(mask) });
    });
    this.#activation = activationOf(activation);
    [this.#inputs, this.#context, this.#perInput] = [rest.inputs, context, perInput];
  }

  /**
   * @param x [… D]
   * @param context [… C], if the network was made with one
   * @returns [… D, P]
   * @throws GenError `shape` for other extents, or a context too many or too few
   */
  forward(x: Tensor, scope?: Scope, context?: Tensor): Tensor {
    if (x.shape.at(-1) !== this.#inputs || (context?.shape.at(-1) ?? 0) !== this.#context) {
      const got = `${showShape(x.shape)} and ${context === undefined ? "none" : showShape(context.shape)}`;
      throw new GenError(
        "shape",
        `MaskedMlp: expected [… ${this.#inputs}] and a context [… ${this.#context}], got ${got}`,
      );
    }
    const given = context === undefined ? x : concat([x, context]); //                    [… D + C]
    const y = this.layers.reduce((h, layer, i) => layer.forward(i === 0 ? h : this.#activation(h), scope), given);
    return y.reshape([...x.shape, this.#perInput]); //                                    [… D, P]
  }
}
