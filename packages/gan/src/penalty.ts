/** @file Regularisers: what is added to a player's loss. Each belongs to one side, and its states, if any, last there. */
import type { Scope, Tensor } from "@gen/core";
import type { Judged } from "./discriminator.js";

/** What a regulariser of the discriminator may look at. Rows are as the discriminator sees them: augmented, if anything augments. */
export interface DiscriminatorSite {
  /** [N, …shape] */
  readonly real: Tensor;
  /** [N, …shape], fixed: no gradient goes to the generator. */
  readonly fake: Tensor;
  readonly judgedReal: Judged;
  readonly judgedFake: Judged;
  /** Judges other rows, under the condition of the batch. */
  readonly judge: (x: Tensor) => Judged;
  readonly scope: Scope;
}

/** What a regulariser of the generator may look at. */
export interface GeneratorSite {
  /** [N, width] */
  readonly z: Tensor;
  /** What became of z, before it was augmented. [N, …shape] */
  readonly fake: Tensor;
  readonly judgedFake: Judged;
  /** Of the batch of real rows; asked for only if needed. */
  readonly judgedReal: () => Judged;
  readonly scope: Scope;
}

export interface DiscriminatorPenalty {
  readonly side: "discriminator";
  /** @returns a scalar, its weight included */
  penalty(site: DiscriminatorSite): Tensor;
}

export interface GeneratorPenalty {
  readonly side: "generator";
  /** @returns a scalar, its weight included */
  penalty(site: GeneratorSite): Tensor;
}

export type Penalty = DiscriminatorPenalty | GeneratorPenalty;
