/** @file What a model needs of a network, whichever it is. */
import { GenError, sameShape, showShape, type Scope, type Shape, type Tensor } from "@gen/core";

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

/**
 * Shape of the rows that a network is for, which may see the last estimate and give variances besides.
 *
 * @throws GenError `shape` for a network whose ends do not fit
 */
export function rowShapeOf(
  network: Network,
  { selfCondition, variance }: { readonly selfCondition: boolean; readonly variance: "fixed" | "learned" },
): Shape {
  const share = (shape: Shape, parts: number): Shape => [shape[0]! / parts, ...shape.slice(1)];
  const given = share(network.shape, selfCondition ? 2 : 1);
  const taken = share(network.outputShape, variance === "learned" ? 2 : 1);
  if (!sameShape(given, taken))
    throw new GenError(
      "shape",
      `Diffusion: expected a network from ${showShape(network.shape)} to a like shape${selfCondition ? ", half of what comes in being the last estimate" : ""}${variance === "learned" ? ", half of what comes out being variances" : ""}, got ${showShape(network.outputShape)}`,
      { fix: "selfCondition doubles the channels that go in, a learned variance those that come out" },
    );
  return given;
}
