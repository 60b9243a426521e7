/** @file Composites: plain functions of primitives, which differentiate by themselves, and again. */
import { withGradient } from "./control.js";
import { iota, scalar, type Tensor } from "./tensor.js";
import type { DType } from "../dtype.js";

/** log(1 + eˣ), without overflow; its gradient is the sigmoid everywhere (max and abs would not give ½ at 0). */
export function softplus(x: Tensor): Tensor {
  return withGradient(
    [x],
    ([v]) => v!.relu().add(v!.abs().neg().exp().add(1).log()),
    ([v], _, g) => [g.mul(v!.sigmoid())],
  );
}

/** log σ(x) = −softplus(−x). */
export function logSigmoid(x: Tensor): Tensor {
  return softplus(x.neg()).neg();
}

/** x · σ(x), also called swish; its slope is σ + y (1 − σ). Ramachandran, Zoph & Le 2017, arXiv:1710.05941 */
export function silu(x: Tensor): Tensor {
  return withGradient(
    [x],
    ([v]) => v!.mul(v!.sigmoid()),
    ([v], y, g) => {
      const share = v!.sigmoid();
      return [g.mul(share.add(y.mul(share.neg().add(1))))];
    },
  );
}

/**
 * x · Φ(x), with the normal distribution function Φ. In u = x/√2 both it and its slope take few passes; the factors that
 * stand outside vanish in the products before and after:
 *
 *     y = u·(1 + erf u) · √½        y' = (1 + erf u + u·e^(ln(2/√π) − u²)) · ½
 *
 * Hendrycks & Gimpel 2016, arXiv:1606.08415
 */
export function gelu(x: Tensor): Tensor {
  const scaled = (v: Tensor): Tensor => v.mul(Math.SQRT1_2);
  return withGradient(
    [x],
    ([v]) => {
      const u = scaled(v!);
      return u.mul(u.erf().add(1)).mul(Math.SQRT1_2);
    },
    ([v], _, g) => {
      const u = scaled(v!);
      const bell = scalar(Math.log(2 / Math.sqrt(Math.PI)), u.dtype)
        .sub(u.square())
        .exp();
      return [g.mul(u.mul(bell).add(u.erf().add(1))).mul(0.5)];
    },
  );
}

/** What {@link geluTanh} scales by, and its k. */
export const GELU_TANH = (() => {
  const s = 1 / Math.cbrt(2 * Math.sqrt(2 / Math.PI) * 0.044715);
  return { s, k: 2 * Math.sqrt(2 / Math.PI) * s };
})();

/**
 * {@link gelu} nearly, by a hyperbolic tangent: what GPT-2 was trained with. As ½(1 + tanh z) = σ(2z), in
 * u = x/s with 2·√(2/π)·0.044715·s³ = 1 and k = 2·√(2/π)·s:
 *
 *     y = x·σ(2√(2/π)·(x + 0.044715 x³)) = u·σ(v) · s,  v = u·(u² + k)        y' = σ + u·σ·(1 − σ)·(3u² + k)
 *
 * Hendrycks & Gimpel 2016, arXiv:1606.08415 §2
 */
export function geluTanh(x: Tensor): Tensor {
  const { s, k } = GELU_TANH;
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

/** x where it is positive, `slope` · x elsewhere, which is also its slope at 0. */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  return withGradient(
    [x],
    ([v]) => (slope <= 1 ? v!.maximum(v!.mul(slope)) : v!.minimum(v!.mul(slope))),
    ([v], _, g) => {
      const isPositive = v!.greater(0).cast(v!.dtype);
      const either = slope >= 0 && slope <= 1 ? isPositive.maximum(slope) : isPositive.mul(1 - slope).add(slope);
      return [g.mul(either)];
    },
  );
}

/** log Σ eˣ along axes, without overflow. */
export function logSumExp(x: Tensor, axes: number | readonly number[] = -1, { keepDims = false } = {}): Tensor {
  const top = x.max(axes, { keepDims: true }).stopGradient();
  const total = x.sub(top).exp().sum(axes, { keepDims: true }).log().add(top);
  if (keepDims) return total;
  const flat = x.max(axes).shape;
  return total.reshape(flat);
}

/** x − log Σ eˣ: logarithms of probabilities along an axis. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return x.sub(logSumExp(x, axis, { keepDims: true }));
}

/** y = eˣ / Σ eˣ: probabilities along an axis. A cotangent g is pulled back to y · (g − Σ g·y). */
export function softmax(x: Tensor, axis = -1): Tensor {
  return withGradient(
    [x],
    ([v]) => {
      const e = v!.sub(v!.max(axis, { keepDims: true }).stopGradient()).exp();
      return e.div(e.sum(axis, { keepDims: true }));
    },
    (_, y, g) => [y.mul(g.sub(g.mul(y).sum(axis, { keepDims: true })))],
  );
}

/** A new last axis of `depth` with 1 at each index, 0 elsewhere. [… ] i32 → [… depth] */
export function oneHot(indices: Tensor, depth: number, dtype: DType = "f32"): Tensor {
  return indices.unsqueeze(-1).equal(iota(depth, indices.dtype)).cast(dtype);
}
