/** @file Mixtures: one of several distributions is drawn first, then a value from it. */
import { GenError } from "../error.js";
import { broadcastShapes, showShape } from "../shape.js";
import { logSoftmax, oneHot } from "../tensor/math.js";
import { splitKey } from "../tensor/random.js";
import { stack, type Tensor } from "../tensor/tensor.js";
import { categorical, choiceDistances } from "./categorical.js";
import type { Distribution, InvertedLaw, Law } from "./distribution.js";

export interface MixtureOptions<D extends Law> {
  /** [… K]: logarithms of the weights, up to a constant; the axes before broadcast with the components' batch. */
  readonly logits: Tensor;
  /** K distributions with the same draws, or one of a family whose last batch axis is K. */
  readonly components: D | readonly D[];
}

/**
 * A mixture of distributions over the same events.
 *
 *     log p(x) = log Σ_k w_k p_k(x)        mean = Σ_k w_k μ_k        σ² = Σ_k w_k (σ_k² + μ_k²) − mean²
 *
 * A draw takes one from every component and keeps that of the chosen one, so gradients reach the components but not the
 * weights; train these through `logProb`. Mean, deviation and `outside` are there where the components have theirs.
 *
 * @throws GenError `shape` if the components disagree with each other or with the weights
 */
export function mixture(options: MixtureOptions<Distribution & InvertedLaw>): Distribution & InvertedLaw;
export function mixture(options: MixtureOptions<Distribution>): Distribution;
export function mixture(options: MixtureOptions<Law>): Law;
export function mixture({ logits, components }: MixtureOptions<Law>): Law & Partial<Distribution & InvertedLaw> {
  const list = isList(components) ? components : undefined;
  const first = isList(components) ? components[0] : components;
  const K = logits.shape.at(-1);
  if (K === undefined || K < 1 || first === undefined || (list !== undefined && list.length !== K)) {
    const got = `${logits.toString()}${list === undefined ? "" : ` and ${list.length}`}`;
    throw new GenError("shape", `mixture: expected logits [… K] and K ≥ 1 components, got ${got}`);
  }
  const { eventDims } = first;
  if (list?.some((part) => part.eventDims !== eventDims) === true) {
    throw new GenError(
      "shape",
      `mixture: expected components with the same events, got eventDims ${showShape(list.map((part) => part.eventDims))}`,
    );
  }
  const logW = logSoftmax(logits);

  /** Values of all components, their axis before those of an event: [… K …event]. */
  const each = (of: (part: Law, k: number) => Tensor, dims: number): Tensor => {
    if (list === undefined) return of(first, 0);
    const values = list.map(of);
    const shape = values.map((v) => v.shape).reduce((a, b) => broadcastShapes(a, b, "mixture"));
    return stack(
      values.map((v) => v.expand(shape)),
      shape.length - dims,
    );
  };
  /** Σ_k w_k v_k. */
  const average = (values: Tensor): Tensor => {
    const weights = logW.exp().reshape([...logW.shape, ...new Array<number>(eventDims).fill(1)]);
    return weights.mul(values).sum(-1 - eventDims);
  };
  /** A value beside all components. */
  const spread = (x: Tensor): Tensor => (list === undefined ? x.unsqueeze(x.rank - eventDims) : x);
  const known = list ?? [first];
  const made: Law & Partial<InvertedLaw> = {
    eventDims,
    logProb: (x) => {
      const joint = each((part) => part.logProb(spread(x)), 0).add(logW); //              [… K]
      const top = joint.max(-1, { keepDims: true }).maximum(-1e38).stopGradient(); //  −∞ − (−∞) would be NaN
      return joint.sub(top).exp().sum(-1).log().add(top.squeeze(-1));
    },
    sample: (key) => {
      const draws = each((part, k) => part.sample(splitKey(key, k + 1)), eventDims); // [… K …event]
      const batch = draws.shape.slice(0, draws.rank - eventDims);
      const chosen = oneHot(categorical({ logits: logits.expand(batch) }).sample(splitKey(key, 0)), K, "bool");
      const mask = chosen.reshape([...batch, ...new Array<number>(eventDims).fill(1)]);
      return mask.where(draws, 0).sum(-1 - eventDims);
    },
    ...(known.every(isInverted) && {
      outside: (x, key) => {
        const values = each((part, k) => (part as InvertedLaw).outside(spread(x), splitKey(key, k + 1)), 0); // [… K]
        const choices = choiceDistances(logits.expand(values.shape), splitKey(key, 0));
        return values.maximum(choices).min(-1); // which component was drawn is not told: the nearest
      },
    }),
  };
  if (!known.every(hasMean)) return made;
  const mean = average(each((part) => stretched(part, "mean"), eventDims));
  if (!known.every((part) => part.std !== undefined)) return { ...made, mean };
  const square = each((part) => stretched(part, "mean").square().add(stretched(part, "std").square()), eventDims);
  return { ...made, mean, std: average(square).sub(mean.square()).maximum(0).sqrt() };
}

/** A component's mean or deviation. With K as a batch axis it must show it: a family may broadcast one mean over all. */
function stretched(part: Law, what: "mean" | "std"): Tensor {
  const { mean, std } = part as Distribution;
  const shape = std === undefined ? mean.shape : broadcastShapes(mean.shape, std.shape, "mixture");
  return (what === "mean" ? mean : std!).expand(shape);
}

function hasMean(part: Law): part is Distribution {
  return "mean" in part;
}

function isInverted(part: Law): part is InvertedLaw {
  return "outside" in part;
}

function isList<D>(components: D | readonly D[]): components is readonly D[] {
  return Array.isArray(components);
}
