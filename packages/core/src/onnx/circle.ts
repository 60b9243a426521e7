/**
 * @file Sine and cosine by arithmetic, for providers whose own are poor: WGSL asks for an error of 2⁻¹¹ only, near 0.
 * The argument is brought to [−π/2, π/2] by multiples of π in three parts (Cody & Waite 1980), then a Taylor polynomial
 * of degree 11, whose error is below 6e-8.
 */
import type { Tensor } from "../tensor/tensor.js";

/** π as a sum whose first parts have so few bits that their products with moderate whole numbers are exact. */
const PI = [3.140625, 9.67502593994140625e-4, 1.509957990978376e-7];
/** Of r¹¹, r⁹, … r³. */
const TAYLOR = [-1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6];

/** sin x = (−1)ᵏ sin(x − kπ). */
export function sin(x: Tensor): Tensor {
  const k = x
    .mul(1 / Math.PI)
    .add(0.5)
    .floor();
  return alternating(k).mul(near(x, k));
}

/** cos x = −(−1)ᵏ sin(x − (k + ½)π). */
export function cos(x: Tensor): Tensor {
  const k = x.mul(1 / Math.PI).floor();
  return alternating(k.add(1)).mul(near(x, k.add(0.5)));
}

/** (−1)ᵏ */
function alternating(k: Tensor): Tensor {
  const odd = k.sub(k.mul(0.5).floor().mul(2));
  return odd.mul(-2).add(1);
}

function near(x: Tensor, multiple: Tensor): Tensor {
  const r = PI.reduce((rest, part) => rest.sub(multiple.mul(part)), x);
  const square = r.mul(r);
  const [first, ...others] = TAYLOR as [number, ...number[]];
  const p = others.reduce((sum, c) => sum.mul(square).add(c), square.mul(first));
  return r.add(r.mul(square).mul(p));
}
