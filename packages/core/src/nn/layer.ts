/** @file What a layer is: a record of what it learns, and a function of tensors. */
import type { Scope } from "../program/scope.js";
import type { Tensor } from "../tensor/tensor.js";

/** A function with parameters of its own. Layers that need no scope may be called without one. */
export interface Layer {
  forward(x: Tensor, scope: Scope): Tensor;
}
