/** @file Layers one after the other. */
import type { Scope } from "../program/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Layer } from "./layer.js";

/** A layer, or a plain function of a tensor. */
export type Stage = Layer | ((x: Tensor) => Tensor);

/** Layers and functions one after the other; a layer's parameters are named by its place: `layers.0.weight`. */
export class Sequential implements Layer {
  readonly layers: readonly Stage[];

  constructor(layers: readonly Stage[]) {
    this.layers = [...layers];
  }

  forward(x: Tensor, scope: Scope): Tensor {
    return this.layers.reduce<Tensor>(
      (h, stage) => (typeof stage === "function" ? stage(h) : stage.forward(h, scope)),
      x,
    );
  }
}
