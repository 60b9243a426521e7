/** @file What a model needs of a network, whichever it is. */
import type { Scope, Shape, Tensor } from "@gen/core";

/** What a network is told beside x. */
export interface NetworkInput {
  /** [N]: the level of noise on a clock from 0 (clean) to 1000 (noise). */
  readonly time: Tensor;
  /** [N, conditionFeatures]: what rows are conditioned on. */
  readonly condition?: Tensor | undefined;
}

/** A function of noisy rows. What it learns is in its public fields. */
export interface Network {
  /** Of one row that goes in. */
  readonly shape: Shape;
  /** Of one row that comes out. */
  readonly outputShape: Shape;
  /** Width of the condition that it takes; 0 if it takes none. */
  readonly conditionFeatures: number;
  forward(x: Tensor, input: NetworkInput, scope: Scope): Tensor;
}
