/** @file Activations by name: functions from real numbers to real numbers, element by element. */
import { GenError } from "../error.js";
import { gelu, geluTanh, leakyRelu, silu, softplus } from "../tensor/math.js";
import type { Tensor } from "../tensor/tensor.js";

const functions = {
  identity: (x: Tensor): Tensor => x,
  relu: (x: Tensor): Tensor => x.relu(),
  leakyRelu: (x: Tensor): Tensor => leakyRelu(x, 0.2),
  elu: (x: Tensor): Tensor => elu(x),
  gelu,
  geluTanh,
  silu,
  softplus,
  sigmoid: (x: Tensor): Tensor => x.sigmoid(),
  tanh: (x: Tensor): Tensor => x.tanh(),
} as const;

export type ActivationName = keyof typeof functions;

/** A name, or a function of one's own. `leakyRelu` has slope 0.2 below 0, as is usual in GANs. */
export type Activation = ActivationName | ((x: Tensor) => Tensor);

export const ACTIVATIONS = Object.keys(functions) as readonly ActivationName[];

/**
 * The function that an activation names.
 *
 * @throws GenError `option` for a name that is none
 */
export function activationOf(activation: Activation): (x: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  if (!Object.hasOwn(functions, activation)) {
    throw new GenError("option", `activation: expected one of ${ACTIVATIONS.join(", ")}, got "${activation}"`);
  }
  return functions[activation];
}

/** x where it is positive, eˣ − 1 elsewhere; its slope at 0 is 1. Clevert, Unterthiner & Hochreiter 2016, arXiv:1511.07289 */
export function elu(x: Tensor): Tensor {
  return x.less(0).where(x.minimum(0).exp().sub(1), x);
}
