/** @file What an architecture is: two functions of sizes, which make the networks of the two players. One's own are welcome. */
import { concat, type Scope, type Shape, type Tensor } from "@gen/core";
import type { WeightMapper } from "@gen/core/nn";

/** From noise to rows as the model sees them, before they are squashed into their range. */
export interface GeneratorNetwork {
  /**
   * @param z [N, inputs]
   * @param condition [N, condition], if the sizes have one
   * @returns [N, …shape]
   */
  forward(z: Tensor, condition: Tensor | undefined, scope: Scope): Tensor;
}

/** From rows to features, which the heads of a discriminator read. */
export interface Trunk {
  /** Numbers for a row. */
  readonly features: number;
  /** How the weights of the heads are mapped: `spectralNorm()` where the trunk's are. */
  readonly headMap?: WeightMapper | undefined;
  /**
   * @param x [N, …shape]
   * @param condition [N, condition], if the sizes have one
   * @returns [N, features]
   */
  forward(x: Tensor, condition: Tensor | undefined, scope: Scope): Tensor;
}

export interface GeneratorSizes {
  /** Numbers of z. */
  readonly inputs: number;
  /** Width of the condition; 0 without one. */
  readonly condition: number;
  /** Of one row, as the model sees it. */
  readonly shape: Shape;
}

export interface TrunkSizes {
  readonly shape: Shape;
  /** Width of the condition; 0 without one, or where the heads see to it. */
  readonly condition: number;
}

export interface Architecture {
  generator(sizes: GeneratorSizes): GeneratorNetwork;
  trunk(sizes: TrunkSizes): Trunk;
}

/** The condition as further numbers of each row: [N, D] → [N, D + condition]. */
export function beside(x: Tensor, condition: Tensor | undefined): Tensor {
  return condition === undefined ? x : concat([x, condition], 1);
}

/** The condition as further channels, the same at each place: [N, C, …S] → [N, C + condition, …S]. */
export function onTop(x: Tensor, condition: Tensor | undefined): Tensor {
  if (condition === undefined) return x;
  const [n, , ...space] = x.shape;
  const width = condition.shape[1]!;
  return concat([x, condition.reshape([n!, width, ...space.map(() => 1)]).expand([n!, width, ...space])], 1);
}
