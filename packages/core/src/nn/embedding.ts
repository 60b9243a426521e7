/** @file Embeddings: a vector for each of a number of things. */
import { GenError } from "../error.js";
import { normalInit } from "../ir/initializer.js";
import type { Scope } from "../program/scope.js";
import { param } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Layer } from "./layer.js";

export interface EmbeddingOptions {
  /** How many things there are. */
  readonly count: number;
  /** Extent of each vector. */
  readonly features: number;
  /** Standard deviation at the start. @default 1 */
  readonly std?: number;
}

/** Looks indices up in a table of vectors: y = W[x]. */
export class Embedding implements Layer {
  /** [count, features] */
  readonly weight: Tensor;

  constructor({ count, features, std = 1 }: EmbeddingOptions) {
    this.weight = param([count, features], normalInit({ std }));
  }

  /**
   * @param x […] i32 in [0, count)
   * @returns [… features]
   * @throws GenError `dtype` for what is not i32
   */
  forward(x: Tensor, scope?: Scope): Tensor;
  forward(x: Tensor): Tensor {
    if (x.dtype !== "i32") {
      throw new GenError("dtype", `Embedding: expected i32 indices, got ${x.toString()}`, { fix: 'x.cast("i32")' });
    }
    return this.weight.gather(x, 0);
  }
}
