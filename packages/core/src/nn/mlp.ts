/** @file A multilayer perceptron: linear maps with an activation between them. */
import type { Scope } from "../program/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import { activationOf, type Activation } from "./activation.js";
import { torchUniform, type WeightInit } from "./init.js";
import type { Layer } from "./layer.js";
import { Linear } from "./linear.js";

export interface MlpOptions {
  readonly inputs: number;
  /** Width of each hidden layer; none makes a linear map. */
  readonly hidden: readonly number[];
  readonly outputs: number;
  /** After each hidden layer. @default "relu" */
  readonly activation?: Activation;
  /** @default torchUniform */
  readonly init?: WeightInit;
  /** How the last layer's weight starts. @default init */
  readonly lastInit?: WeightInit;
}

/**
 * A multilayer perceptron over the last axis:
 *
 *     h₀ = x      hᵢ₊₁ = φ(hᵢ·Wᵢ + bᵢ)      y = h·W + b
 */
export class Mlp implements Layer {
  readonly layers: readonly Linear[];
  readonly #activation: (x: Tensor) => Tensor;

  constructor({ inputs, hidden, outputs, activation = "relu", init = torchUniform, lastInit = init }: MlpOptions) {
    const widths = [inputs, ...hidden, outputs];
    this.layers = widths.slice(1).map((width, i) => {
      const law = i === hidden.length ? lastInit : init;
      return new Linear({ inputs: widths[i]!, outputs: width, init: law });
    });
    this.#activation = activationOf(activation);
  }

  /**
   * @param x [… inputs]
   * @returns [… outputs], without an activation
   */
  forward(x: Tensor, scope?: Scope): Tensor;
  forward(x: Tensor): Tensor {
    return this.layers.reduce((h, layer, i) => layer.forward(i === 0 ? h : this.#activation(h)), x);
  }
}
