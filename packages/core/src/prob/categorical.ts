/** @file Categorical distributions, from logits. */
import { GenError } from "../error.js";
import { logSoftmax, softmax } from "../tensor/math.js";
import { randomUniform } from "../tensor/random.js";
import { iota, type Tensor } from "../tensor/tensor.js";
import {
  checkEvent,
  distance,
  maxEvent,
  sumEvent,
  type Distribution,
  type EventOptions,
  type InvertedLaw,
} from "./distribution.js";

/** One of K categories, as an i32 index; `mean` has the probabilities, along a new last axis. */
export interface Categorical extends Distribution, InvertedLaw {
  readonly kind: "categorical";
  /** [… K] */
  readonly logits: Tensor;
  entropy(): Tensor;
}

export interface CategoricalOptions extends EventOptions {
  /** [… K]: logarithms of the probabilities, up to a constant for each element. */
  readonly logits: Tensor;
}

/**
 * Category k with probability e^(l_k) / Σ e^l, independent for each element; the category's axis is the logits' last
 * and is not counted in `eventDims`.
 *
 *     log p(k) = l_k − log Σ e^l        draw = the first k with Σ_{j ≤ k} p_j ≥ u, u uniform
 *
 * @throws GenError `shape` for logits without an axis of categories
 */
export function categorical({ logits, eventDims = 0 }: CategoricalOptions): Categorical {
  const classes = logits.shape.at(-1);
  if (classes === undefined || classes < 1) {
    throw new GenError("shape", `categorical: expected logits [… K] with K ≥ 1, got ${logits.toString()}`);
  }
  const shape = logits.shape.slice(0, -1);
  checkEvent(shape, eventDims, "categorical");
  const logP = logSoftmax(logits);
  const among = (x: Tensor, values: Tensor): Tensor =>
    // where, not a product: 0 · −∞ is NaN
    x.unsqueeze(-1).equal(iota(classes, x.dtype)).where(values, 0).sum(-1);
  return {
    kind: "categorical",
    eventDims,
    logits,
    mean: softmax(logits),
    logProb: (x) => sumEvent(among(x, logP), eventDims),
    sample: (key) => {
      const cumulative = logits
        .sub(logits.max(-1, { keepDims: true }))
        .exp()
        .cumSum(-1);
      const u = randomUniform(key, shape).cast(logits.dtype).unsqueeze(-1);
      const below = cumulative.less(cumulative.slice(-1, classes - 1).mul(u)); // the last is never below
      return below.cast("i32").sum(-1);
    },
    outside: (x, key) => maxEvent(among(x, choiceDistances(logits, key)), eventDims),
    entropy: () => sumEvent(softmax(logits).mul(logP).sum(-1).neg(), eventDims),
  };
}

/** For every category, how far the uniform number lies outside of the part of (0, 1) that is its own: [… K]. */
export function choiceDistances(logits: Tensor, key: Tensor): Tensor {
  const p = softmax(logits);
  const high = p.cumSum(-1);
  return distance(randomUniform(key, logits.shape.slice(0, -1)).cast(logits.dtype).unsqueeze(-1), high.sub(p), high);
}
