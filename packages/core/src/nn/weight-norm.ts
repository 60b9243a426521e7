/** @file Normalised weights: a length of its own for each output (weight norm), or a largest singular value of 1 (spectral norm). */
import { GenError } from "../error.js";
import { constantInit, normalInit, type Initializer } from "../ir/initializer.js";
import type { Scope } from "../program/scope.js";
import { sizeOf } from "../shape.js";
import { param, state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import { outputRows, type WeightMap, type WeightMapper, type WeightSpec } from "./weight-map.js";

/**
 * Splits a weight into direction and length, one length g for each output:
 *
 *     W′ₒ = gₒ Wₒ / ‖Wₒ‖
 *
 * g starts at the root mean square of ‖Wₒ‖ under the law that W starts from.
 *
 * @see Salimans & Kingma 2016, "Weight Normalization", eq. 2. arXiv:1602.07868
 */
export class WeightNorm implements WeightMap {
  /** g: [outputs] */
  readonly scale: Tensor;
  readonly #outputAxis: number;

  constructor({ shape, outputAxis, init }: WeightSpec) {
    const outputs = shape[outputAxis]!;
    this.scale = param([outputs], constantInit(Math.sqrt((sizeOf(shape) / outputs) * meanSquare(init))));
    this.#outputAxis = outputAxis;
  }

  apply(weight: Tensor): Tensor {
    const others = weight.shape.flatMap((_, axis) => (axis === this.#outputAxis ? [] : [axis]));
    const length = weight.square().sum(others, { keepDims: true }).sqrt(); //  1 but for the output axis
    return weight.mul(this.scale.reshape(length.shape).div(length));
  }
}

/** Weight normalisation as a layer's `weightMap`: see {@link WeightNorm}. */
export const weightNorm = (): WeightMapper => (spec) => new WeightNorm(spec);

export interface SpectralNormOptions {
  /** Steps of the power method at each use in training. @default 1 */
  readonly iterations?: number;
}

/** Below this a vector has no direction. */
const EPSILON = 1e-12;

/**
 * Divides a weight by an estimate of its largest singular value, so that the layer stretches nothing (as a matrix with
 * a row for each output; for a convolution that bounds the true norm only up to the kernel's size):
 *
 *     v ← Wᵀu / ‖Wᵀu‖      u ← W v / ‖W v‖      W′ = W / (uᵀ W v)
 *
 * u is a state, which each use in mode "train" improves; the gradient goes through W, not through u and v. In mode
 * "eval" u stays as it is.
 *
 * @see Miyato, Kataoka, Koyama & Yoshida 2018, "Spectral Normalization for GANs", algorithm 1. arXiv:1802.05957
 */
export class SpectralNorm implements WeightMap {
  /** u: [outputs], a state. */
  readonly u: Tensor;
  readonly #outputAxis: number;
  readonly #iterations: number;

  constructor({ shape, outputAxis }: WeightSpec, { iterations = 1 }: SpectralNormOptions = {}) {
    if (!Number.isInteger(iterations) || iterations < 1) {
      throw new GenError("option", `SpectralNorm: expected a whole number of iterations ≥ 1, got ${iterations}`);
    }
    this.u = state([shape[outputAxis]!], normalInit({ std: 1 }));
    this.#outputAxis = outputAxis;
    this.#iterations = iterations;
  }

  apply(weight: Tensor, scope: Scope | undefined): Tensor {
    if (scope === undefined) {
      throw new GenError("graph", "SpectralNorm: expected a scope, whose state it reads, got none", {
        fix: "hand the scope on: layer.forward(x, scope)",
      });
    }
    const rows = outputRows(weight, this.#outputAxis); //                      [O, I]
    const fixed = rows.stopGradient();
    let u = direction(scope.read(this.u).reshape([1, -1])); //                 [1, O]
    let v = direction(u.matmul(fixed)); //                                     [1, I]
    if (scope.mode === "train") {
      for (let i = 0; i < this.#iterations; i++) {
        v = i === 0 ? v : direction(u.matmul(fixed));
        u = direction(v.matmul(fixed.transpose()));
      }
      scope.write(this.u, u.reshape(this.u.shape));
    }
    const sigma = u.matmul(rows).mul(v).sum();
    return weight.div(sigma);
  }
}

/** Spectral normalisation as a layer's `weightMap`: see {@link SpectralNorm}. */
export const spectralNorm =
  (options: SpectralNormOptions = {}): WeightMapper =>
  (spec) =>
    new SpectralNorm(spec, options);

function direction(v: Tensor): Tensor {
  return v.div(v.square().sum().sqrt().maximum(EPSILON));
}

/** E[w²] of a number drawn as an initialiser says. */
function meanSquare(init: Initializer): number {
  switch (init.kind) {
    case "constant":
      return init.value ** 2;
    case "normal":
      return init.mean ** 2 + init.std ** 2;
    case "uniform":
      return (init.low ** 2 + init.low * init.high + init.high ** 2) / 3;
    case "array": {
      const values = Array.from(init.value.data, Number);
      return values.reduce((sum, w) => sum + w * w, 0) / values.length;
    }
  }
}
