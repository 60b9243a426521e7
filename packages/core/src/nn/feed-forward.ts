/** @file The two layers between attentions: a plain one (GELU) and a gated one (SwiGLU). */
import type { Scope } from "../program/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import { activationOf, type Activation } from "./activation.js";
import { torchUniform, type WeightInit } from "./init.js";
import type { Layer } from "./layer.js";
import { Linear } from "./linear.js";

export interface FeedForwardOptions {
  /** Extent of the last axis, in and out. */
  readonly features: number;
  /** Width between the layers. @default 4 · features; gated: 8/3 · features, rounded up to a multiple of 8 */
  readonly hidden?: number;
  /** @default "gelu"; gated: "silu" */
  readonly activation?: Activation;
  /** @default true; gated: false */
  readonly bias?: boolean;
  /** @default torchUniform */
  readonly init?: WeightInit;
  /** How the last layer's weight starts. @default init */
  readonly lastInit?: WeightInit;
}

/**
 * Two linear maps with an activation between them, at each position:
 *
 *     y = φ(x·W₁ + b₁)·W₂ + b₂
 *
 * @see Vaswani et al. 2017, "Attention is all you need", eq. 2. arXiv:1706.03762
 */
export class FeedForward implements Layer {
  readonly up: Linear;
  readonly down: Linear;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(options: FeedForwardOptions) {
    const { features, hidden = 4 * features, activation = "gelu", bias = true } = options;
    const { init = torchUniform, lastInit = init } = options;
    this.up = new Linear({ inputs: features, outputs: hidden, bias, init });
    this.down = new Linear({ inputs: hidden, outputs: features, bias, init: lastInit });
    this.#activation = activationOf(activation);
  }

  /** @param x [… features] @returns [… features] */
  forward(x: Tensor, scope?: Scope): Tensor {
    return this.down.forward(this.#activation(this.up.forward(x, scope)), scope);
  }
}

/**
 * A linear map whose result is weighed, number by number, by an activation of another; then a last one. With silu:
 * SwiGLU.
 *
 *     y = (φ(x·W_g) ∘ x·W_u)·W_d
 *
 * @see Shazeer 2020, "GLU variants improve transformer", eq. 6. arXiv:2002.05202
 */
export class GatedFeedForward implements Layer {
  readonly gate: Linear;
  readonly up: Linear;
  readonly down: Linear;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(options: FeedForwardOptions) {
    const { features, hidden = 8 * Math.ceil(features / 3), activation = "silu", bias = false } = options;
    const { init = torchUniform, lastInit = init } = options;
    this.gate = new Linear({ inputs: features, outputs: hidden, bias, init });
    this.up = new Linear({ inputs: features, outputs: hidden, bias, init });
    this.down = new Linear({ inputs: hidden, outputs: features, bias, init: lastInit });
    this.#activation = activationOf(activation);
  }

  /** @param x [… features] @returns [… features] */
  forward(x: Tensor, scope?: Scope): Tensor {
    const gate = this.#activation(this.gate.forward(x, scope)); //  [… hidden]
    return this.down.forward(gate.mul(this.up.forward(x, scope)), scope);
  }
}
