/**
 * @file What a distribution is: a record of tensors that gives densities and draws, in nodes. Its last `eventDims` axes
 * are one event: logProb and entropy sum over them, the axes before are a batch.
 */
import { GenError } from "../error.js";
import { broadcastShapes, type Shape } from "../shape.js";
import { scalar, type Operand, type Tensor } from "../tensor/tensor.js";

/** What every distribution gives. */
export interface Law {
  /** Number of trailing axes that make one event. */
  readonly eventDims: number;
  /**
   * Logarithm of the density (or of the probability) of each event, in nats.
   *
   * @param x the batch's and the event's axes
   * @returns the batch's axes
   */
  logProb(x: Tensor): Tensor;
  /**
   * One draw for each element of the batch; differentiable in the parameters where the distribution is continuous.
   *
   * @param key u64 scalar that nobody else uses
   */
  sample(key: Tensor): Tensor;
}

/** A law that draws by inverting its distribution function, so that rounding alone can be told from another draw. */
export interface InvertedLaw extends Law {
  /**
   * How far the uniform numbers that `key` gives lie outside of the part of (0, 1) of which `sample(key)` makes `x`, the
   * largest of each event: 0 for what it draws, and what rounding is worth for a value beside it. Of a real number, or how
   * far it lies from the draw, of 1 + |draw|, where that is less: narrow laws make much of what rounding did to their mean.
   *
   * @param x the batch's and the event's axes
   * @returns the batch's axes
   */
  outside(x: Tensor, key: Tensor): Tensor;
}

/** A distribution whose mean is known; what else is known in closed form is there, what is not is absent. */
export interface Distribution extends Law {
  /** Mean of each element of an event. */
  readonly mean: Tensor;
  /** Standard deviation of each element of an event. */
  readonly std?: Tensor;
  /** Entropy of each event, in nats. */
  entropy?(): Tensor;
}

export interface EventOptions {
  /** Number of trailing axes that make one event. @default 0 */
  readonly eventDims?: number;
}

/** Sums over the axes of an event. `shape` is that of a draw: what depends on no draw is repeated to it first. */
export function sumEvent(x: Tensor, eventDims: number, shape: Shape = x.shape): Tensor {
  if (eventDims === 0) return x;
  const full = x.expand(broadcastShapes(x.shape, shape, "sumEvent"));
  return full.sum(Array.from({ length: eventDims }, (_, i) => i - eventDims));
}

/** The largest over the axes of an event. */
export function maxEvent(x: Tensor, eventDims: number): Tensor {
  return eventDims === 0 ? x : x.max(Array.from({ length: eventDims }, (_, i) => i - eventDims));
}

/** How far `u` lies outside of [low, high]. */
export function distance(u: Tensor, low: Tensor, high: Tensor): Tensor {
  return low.sub(u).maximum(u.sub(high)).maximum(0);
}

/** A parameter that may be given as a number, as a tensor of the type of another one. */
export function lift(value: Operand, { dtype }: Tensor): Tensor {
  return typeof value === "number" ? scalar(value, dtype) : value;
}

/** @throws GenError `range` if a draw of this shape has fewer axes than an event */
export function checkEvent(shape: Shape, eventDims: number, where: string): void {
  if (!Number.isInteger(eventDims) || eventDims < 0 || eventDims > shape.length) {
    throw new GenError("range", `${where}: expected eventDims in [0, ${shape.length}], got ${eventDims}`);
  }
}
