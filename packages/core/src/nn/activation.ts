/** @file Activations by name: functions from real numbers to real numbers, element by element. */
import { GenError } from "../error.js";
import { gelu, leakyRelu, silu, softplus } from "../tensor/math.js";
import { withGradient } from "../tensor/control.js";
import { scalar, type Tensor } from "../tensor/tensor.js";

const functions = {
  identity: (x: Tensor): Tensor => x,
  relu: (x: Tensor): Tensor => x.relu(),
  leakyRelu: (x: Tensor): Tensor => leakyRelu(x, 0.2),
  elu: (x: Tensor): Tensor => elu(x),
  gelu,
  geluTanh: (x: Tensor): Tensor => geluTanh(x),
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

/**
 * {@link gelu} nearly, by a hyperbolic tangent: what GPT-2 was trained with. As ½(1 + tanh z) = σ(2z), in
 * u = x/s with 2·√(2/π)·0.044715·s³ = 1 and k = 2·√(2/π)·s:
 *
 *     y = x·σ(2√(2/π)·(x + 0.044715 x³)) = u·σ(v) · s,  v = u·(u² + k)        y' = σ + u·σ·(1 − σ)·(3u² + k)
 *
 * Hendrycks & Gimpel 2016, arXiv:1606.08415 §2
 */
export function geluTanh(x: Tensor): Tensor {
  const s = 1 / Math.cbrt(2 * Math.sqrt(2 / Math.PI) * 0.044715);
  const k = 2 * Math.sqrt(2 / Math.PI) * s;
  const parts = (v: Tensor): { square: Tensor; share: Tensor; y: Tensor } => {
    const u = v.mul(1 / s);
    const square = u.square();
    const share = u.mul(square.add(k)).sigmoid();
    return { square, share, y: u.mul(share) };
  };
  return withGradient(
    [x],
    ([v]) => parts(v!).y.mul(s),
    ([v], _, g) => {
      const { square, share, y } = parts(v!);
      const slope = y.mul(scalar(1, v!.dtype).sub(share)).mul(square.mul(3).add(k));
      return [g.mul(slope.add(share))];
    },
  );
}
