/** @file Batch normalisation: moments of the batch in training, running moments after. */
import { constantInit } from "../ir/initializer.js";
import type { Scope } from "../program/scope.js";
import { param, state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkChannels, perChannel } from "./channels.js";
import type { Layer } from "./layer.js";
import { moments, normalized } from "./normalized.js";

export interface BatchNormOptions {
  readonly channels: number;
  /** Weight of the newest batch in the running moments. @default 0.1 */
  readonly momentum?: number;
  /** Added to the variance. @default 1e-5 */
  readonly epsilon?: number;
}

/**
 * Normalises each channel over the batch and all positions:
 *
 *     y = γ (x − μ) / √(σ² + ε) + β
 *
 * In mode "train" μ and σ² are the batch's, and the running ones move toward them (the variance as estimated with
 * count − 1, as in PyTorch); in mode "eval" the running ones are used, so an example does not depend on its neighbours.
 *
 * @see Ioffe & Szegedy 2015, "Batch Normalization", algorithms 1 and 2. arXiv:1502.03167
 */
export class BatchNorm implements Layer {
  /** γ: [channels] */
  readonly scale: Tensor;
  /** β: [channels] */
  readonly shift: Tensor;
  /** [channels], a state. */
  readonly runningMean: Tensor;
  /** [channels], a state. */
  readonly runningVariance: Tensor;
  readonly #momentum: number;
  readonly #epsilon: number;

  constructor({ channels, momentum = 0.1, epsilon = 1e-5 }: BatchNormOptions) {
    this.scale = param([channels], constantInit(1));
    this.shift = param([channels], constantInit(0));
    this.runningMean = state([channels], constantInit(0));
    this.runningVariance = state([channels], constantInit(1));
    this.#momentum = momentum;
    this.#epsilon = epsilon;
  }

  /**
   * @param x [N, channels, …]
   * @returns the same shape
   */
  forward(x: Tensor, scope: Scope): Tensor {
    checkChannels(x, this.scale.size, "BatchNorm");
    return scope.mode === "train" ? this.#byBatch(x, scope) : this.#byRunning(x, scope);
  }

  #byBatch(x: Tensor, scope: Scope): Tensor {
    const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const { mean, variance } = moments(x, { axes });
    const count = x.size / this.scale.size;
    const move = (running: Tensor, now: Tensor): void => {
      const past = scope.read(running);
      scope.write(running, past.add(now.flatten(0).stopGradient().sub(past).mul(this.#momentum)));
    };
    move(this.runningMean, mean);
    move(this.runningVariance, variance.mul(count / Math.max(count - 1, 1)));
    return normalized(x, { axes, epsilon: this.#epsilon, scale: this.scale, shift: this.shift });
  }

  #byRunning(x: Tensor, scope: Scope): Tensor {
    const [mean, variance] = [scope.read(this.runningMean), scope.read(this.runningVariance)];
    const factor = variance.add(this.#epsilon).sqrt().reciprocal().mul(this.scale); // [C]
    return x.sub(perChannel(mean, x)).mul(perChannel(factor, x)).add(perChannel(this.shift, x));
  }
}
