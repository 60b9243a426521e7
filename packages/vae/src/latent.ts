/** @file What every latent-variable model of the family is to its programs: a posterior to draw from, a prior, a likelihood. */
import type { Scope, Shape, Tensor } from "@gen/core";
import type { Codec } from "@gen/core/codec";
import type { Density, Distribution } from "@gen/core/prob";
import type { Criterion } from "./objective.js";

/** Draws of z for each row, and how much likelier q(z|x) makes them than the prior does. */
export interface Draws {
  /** [K·N, Z], draw by draw: row i of draw k is at k·N + i. */
  readonly z: Tensor;
  /** log q(z|x) − log p(z) of each group of latents, which are summed: [K·N, G], in nats. */
  readonly gap: Tensor;
}

/** q(z|x) for a batch of rows. */
export interface Posterior {
  /** The code of each row, and its spread: [N, Z]. */
  readonly mean: Tensor;
  readonly std: Tensor;
  /** KL(q(z|x) ‖ p(z)) of each group of latents in closed form, [N, G], in nats; nothing where there is none. */
  readonly kl?: Tensor | undefined;
  /** `k` draws for each row. */
  draw(k: number, scope: Scope): Draws;
}

/** What a model has to offer to be measured, encoded, decoded, sampled, filled in and exported. */
export interface LatentModel {
  /** Between the user's rows and those that encoder and likelihood see. */
  readonly codec: Codec;
  /** Of one row as the user gives it, without the batch axis: `codec.input`. */
  readonly shape: Shape;
  /** Numbers in one x. */
  readonly dims: number;
  /** Numbers in one code z: Z, of all layers of latents together. */
  readonly latentDim: number;
  /** 0 for a model without classes. */
  readonly classes: number;
  /** What it is trained by. */
  readonly criterion: Criterion;
  /** p(z), over codes of shape [Z]. */
  readonly prior: Density;
  /** Training steps taken, for a schedule of β. */
  readonly steps: Tensor | undefined;
  /** Labels as the networks take them. */
  condition(label: Tensor | undefined): Tensor | undefined;
  /** q(z|x), from one pass through the encoder. @param x rows as the codec gives them */
  posterior(x: Tensor, condition: Tensor | undefined, scope: Scope): Posterior;
  /** p(x|z) of rows as the codec gives them, one event for each row. @param z [N, Z] */
  given(z: Tensor, condition: Tensor | undefined, scope: Scope): Distribution;
  /** The same with each element an event, for rows of which a part is hidden. */
  elements(z: Tensor, condition: Tensor | undefined, scope: Scope): Distribution;
}

/** The rows of a batch k times over: [N, …] → [K·N, …]. */
export function repeatRows(rows: Tensor, k: number): Tensor {
  if (k === 1) return rows;
  const [n, ...rest] = rows.shape as [number, ...number[]];
  return rows
    .unsqueeze(0)
    .expand([k, n, ...rest])
    .reshape([k * n, ...rest]);
}
