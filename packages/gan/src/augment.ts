/** @file Augmentations that are differentiable: the generator learns through them, and so never makes augmented rows. */
import type { Scope, Tensor } from "@gen/core";

/** Changes rows at random, each by itself. @param x [N, …shape] @returns the same shape */
export type Augment = (x: Tensor, scope: Scope) => Tensor;
