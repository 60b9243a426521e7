/** @file Normalisation within one example: over features (LayerNorm, RmsNorm), groups of channels, or one channel. */
import { GenError } from "../error.js";
import { constantInit } from "../ir/initializer.js";
import type { Scope } from "../program/scope.js";
import { showShape } from "../shape.js";
import { param } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkChannels } from "./channels.js";
import type { Layer } from "./layer.js";
import { normalized } from "./normalized.js";

export interface LayerNormOptions {
  /** Extent of the last axis. */
  readonly features: number;
  /** Added to the variance. @default 1e-5 */
  readonly epsilon?: number;
  /** Whether scale and shift are learned. @default true */
  readonly affine?: boolean;
}

/**
 * Normalises the last axis of each position:
 *
 *     y = γ (x − μ) / √(σ² + ε) + β        μ, σ² over the last axis
 *
 * @see Ba, Kiros & Hinton 2016, "Layer Normalization", eq. 4. arXiv:1607.06450
 */
export class LayerNorm implements Layer {
  /** γ: [features] */
  readonly scale: Tensor | undefined;
  /** β: [features] */
  readonly shift: Tensor | undefined;
  readonly #epsilon: number;

  constructor({ features, epsilon = 1e-5, affine = true }: LayerNormOptions) {
    this.scale = affine ? param([features], constantInit(1)) : undefined;
    this.shift = affine ? param([features], constantInit(0)) : undefined;
    this.#epsilon = epsilon;
  }

  /**
   * @param x [… features]
   * @returns the same shape
   */
  forward(x: Tensor, scope?: Scope): Tensor;
  forward(x: Tensor): Tensor {
    if (this.scale !== undefined) checkFeatures(x, this.scale, "LayerNorm");
    const y = standardize(x, [-1], this.#epsilon);
    return this.scale === undefined || this.shift === undefined ? y : y.mul(this.scale).add(this.shift);
  }
}

export interface RmsNormOptions {
  /** Extent of the last axis. */
  readonly features: number;
  /** Added to the mean square. @default 1e-6 */
  readonly epsilon?: number;
}

/**
 * Scales the last axis of each position to a root mean square of 1, without moving its mean:
 *
 *     y = γ x / √(mean x² + ε)
 *
 * @see Zhang & Sennrich 2019, "Root Mean Square Layer Normalization", eq. 4. arXiv:1910.07467
 */
export class RmsNorm implements Layer {
  /** γ: [features] */
  readonly scale: Tensor;
  readonly #epsilon: number;

  constructor({ features, epsilon = 1e-6 }: RmsNormOptions) {
    this.scale = param([features], constantInit(1));
    this.#epsilon = epsilon;
  }

  /**
   * @param x [… features]
   * @returns the same shape
   */
  forward(x: Tensor, scope?: Scope): Tensor;
  forward(x: Tensor): Tensor {
    checkFeatures(x, this.scale, "RmsNorm");
    const meanSquare = x.square().mean(-1, { keepDims: true });
    return x.mul(meanSquare.add(this.#epsilon).sqrt().reciprocal()).mul(this.scale);
  }
}

export interface GroupNormOptions {
  readonly channels: number;
  /** Number of groups; divides the channels. 1 is a LayerNorm of pictures, `channels` an {@link InstanceNorm}. @default 32, or the channels if fewer */
  readonly groups?: number;
  /** Added to the variance. @default 1e-5 */
  readonly epsilon?: number;
}

/**
 * Normalises groups of channels of each example together:
 *
 *     y = γ (x − μ) / √(σ² + ε) + β        μ, σ² over a group's channels and all positions
 *
 * @see Wu & He 2018, "Group Normalization", eq. 1–3. arXiv:1803.08494
 */
export class GroupNorm implements Layer {
  /** γ: [channels] */
  readonly scale: Tensor;
  /** β: [channels] */
  readonly shift: Tensor;
  readonly #groups: number;
  readonly #epsilon: number;

  /** @throws GenError `option` if the groups do not divide the channels */
  constructor({ channels, groups = Math.min(32, channels), epsilon = 1e-5 }: GroupNormOptions) {
    if (channels % groups !== 0) {
      throw new GenError("option", `GroupNorm: expected groups that divide ${channels} channels, got ${groups}`);
    }
    this.scale = param([channels], constantInit(1));
    this.shift = param([channels], constantInit(0));
    this.#groups = groups;
    this.#epsilon = epsilon;
  }

  /**
   * @param x [N, channels, …]
   * @returns the same shape
   */
  forward(x: Tensor, scope?: Scope): Tensor;
  forward(x: Tensor): Tensor {
    checkChannels(x, this.scale.size, "GroupNorm");
    const grouped = [x.shape[0]!, this.#groups, x.shape[1]! / this.#groups];
    const together = (means: Tensor): Tensor =>
      means.reshape(grouped).mean(2, { keepDims: true }).expand(grouped).reshape(means.shape);
    const { scale, shift } = this;
    return normalized(x, { axes: positions(x), together, epsilon: this.#epsilon, scale, shift });
  }
}

export interface InstanceNormOptions {
  readonly channels: number;
  /** Added to the variance. @default 1e-5 */
  readonly epsilon?: number;
  /** Whether scale and shift are learned. @default false */
  readonly affine?: boolean;
}

/**
 * Normalises each channel of each example over its positions:
 *
 *     y = (x − μ) / √(σ² + ε)        and then γ y + β, if affine
 *
 * @see Ulyanov, Vedaldi & Lempitsky 2016, "Instance Normalization", eq. 2. arXiv:1607.08022
 */
export class InstanceNorm implements Layer {
  /** γ: [channels] */
  readonly scale: Tensor | undefined;
  /** β: [channels] */
  readonly shift: Tensor | undefined;
  readonly #channels: number;
  readonly #epsilon: number;

  constructor({ channels, epsilon = 1e-5, affine = false }: InstanceNormOptions) {
    this.scale = affine ? param([channels], constantInit(1)) : undefined;
    this.shift = affine ? param([channels], constantInit(0)) : undefined;
    this.#channels = channels;
    this.#epsilon = epsilon;
  }

  /**
   * @param x [N, channels, …]
   * @returns the same shape
   */
  forward(x: Tensor, scope?: Scope): Tensor;
  forward(x: Tensor): Tensor {
    checkChannels(x, this.#channels, "InstanceNorm");
    const { scale, shift } = this;
    return normalized(x, { axes: positions(x), epsilon: this.#epsilon, scale, shift });
  }
}

/** The axes after the channels. */
function positions(x: Tensor): number[] {
  return x.shape.slice(2).map((_, i) => i + 2);
}

function checkFeatures(x: Tensor, perFeature: Tensor, where: string): void {
  if (x.shape.at(-1) !== perFeature.size) {
    throw new GenError("shape", `${where}: expected [… ${perFeature.size}], got ${showShape(x.shape)}`);
  }
}

/** (x − μ) / √(σ² + ε), moments over some axes. */
export function standardize(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centred = x.sub(x.mean(axes, { keepDims: true }));
  const variance = centred.square().mean(axes, { keepDims: true });
  return centred.mul(variance.add(epsilon).sqrt().reciprocal());
}
