/**
 * @file Residual quantization: each level quantizes what the levels before it left over, so L codebooks of K codes
 * describe a vector as finely as one of K^L would.
 * Zeghidour et al. 2021, "SoundStream", §III-C. arXiv:2107.03312; Lee et al. 2022, "Autoregressive Image Generation
 * using Residual Quantization", §3.1. arXiv:2203.01941
 */
import { concat, GenError, showShape, type Scope, type Tensor } from "@gen/core";
import { VectorQuantizer, type Quantized, type Quantizer, type VectorQuantizerOptions } from "./vq.js";

export interface ResidualQuantizerOptions extends VectorQuantizerOptions {
  /** L. @default 4 */
  readonly levels?: number;
}

/**
 * Codes of residuals, r₀ = h:
 *
 *     k_l = argmin_j ‖r_l − e_{l,j}‖²        r_{l+1} = r_l − e_{l,k_l}        y = Σ_l e_{l,k_l}
 *
 * The loss is the mean over the levels' losses.
 */
export class ResidualQuantizer implements Quantizer {
  readonly stages: readonly VectorQuantizer[];

  /** @throws GenError as {@link VectorQuantizer}, `range` for less than one level */
  constructor({ levels = 4, ...options }: ResidualQuantizerOptions = {}) {
    if (!Number.isInteger(levels) || levels < 1) {
      throw new GenError("range", `ResidualQuantizer: expected levels ≥ 1, got ${levels}`);
    }
    this.stages = Array.from({ length: levels }, () => new VectorQuantizer(options));
  }

  get features(): number {
    return this.stages[0]!.features;
  }
  get codes(): number {
    return this.stages[0]!.codes;
  }
  get levels(): number {
    return this.stages.length;
  }

  quantize(h: Tensor, scope: Scope): Quantized {
    const found: Quantized[] = [];
    let rest = h;
    for (const stage of this.stages) {
      const level = stage.quantize(rest, scope);
      found.push(level);
      rest = rest.sub(level.y.stopGradient());
    }
    const sum = found.map(({ y }) => y.stopGradient()).reduce((a, b) => a.add(b));
    return {
      y: sum.add(h.sub(h.stopGradient())),
      codes: concat(
        found.map(({ codes }) => codes),
        1,
      ),
      loss: found
        .map(({ loss }) => loss)
        .reduce((a, b) => a.add(b))
        .mul(1 / this.levels),
      perplexity: concat(
        found.map(({ perplexity }) => perplexity),
        0,
      ),
    };
  }

  /** @throws GenError `shape` unless codes are [N, l, …] with 1 ≤ l ≤ L */
  embed(codes: Tensor, scope: Scope): Tensor {
    const given = codes.shape[1] ?? 0;
    if (given < 1 || given > this.levels) {
      throw new GenError(
        "shape",
        `ResidualQuantizer: expected codes [N, 1 to ${this.levels}, …], got ${showShape(codes.shape)}`,
      );
    }
    return this.stages
      .slice(0, given)
      .map((stage, l) => stage.embed(codes.slice(1, l, l + 1), scope))
      .reduce((a, b) => a.add(b));
  }
}
