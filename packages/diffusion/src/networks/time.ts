/** @file How a network is told the time, and what rows are conditioned on. */
import { silu, type Tensor } from "@gen/core";
import { Linear, sinusoidalEmbedding } from "@gen/core/nn";
import type { NetworkInput } from "../network.js";

export interface TimeEmbeddingOptions {
  /** Width of the waves; even. */
  readonly waves: number;
  /** Width of what comes out. */
  readonly features: number;
  /** Width of the condition, 0 for none. */
  readonly conditionFeatures: number;
}

/**
 * Two layers over waves of the time, and the condition added:
 *
 *     e = W₂ silu(W₁ waves(t)) + W₃ c
 *
 * @see Ho et al. 2020, appendix B; Peebles & Xie 2023, §3.2. arXiv:2212.09748
 */
export class TimeEmbedding {
  readonly up: Linear;
  readonly out: Linear;
  readonly condition: Linear | undefined;
  readonly #waves: number;

  constructor({ waves, features, conditionFeatures }: TimeEmbeddingOptions) {
    this.up = new Linear({ inputs: waves, outputs: features });
    this.out = new Linear({ inputs: features, outputs: features });
    this.condition =
      conditionFeatures === 0 ? undefined : new Linear({ inputs: conditionFeatures, outputs: features, bias: false });
    this.#waves = waves;
  }

  /** @returns [N, features] */
  forward({ time, condition }: NetworkInput): Tensor {
    const waves = sinusoidalEmbedding(time, { features: this.#waves });
    const embedded = this.out.forward(silu(this.up.forward(waves)));
    return this.condition === undefined || condition === undefined
      ? embedded
      : embedded.add(this.condition.forward(condition));
  }
}
