/** @file Bijections of the real line, element by element, and what a distribution becomes through one. */
import { GenError } from "../error.js";
import { logSigmoid, softplus } from "../tensor/math.js";
import { scalar, type Operand, type Tensor } from "../tensor/tensor.js";
import { lift, sumEvent, type Law } from "./distribution.js";

/** A strictly monotone map y = f(x) of each element. */
export interface Bijection {
  forward(x: Tensor): Tensor;
  inverse(y: Tensor): Tensor;
  /** log |f'(x)|, at x and not at y; it broadcasts with x. */
  logSlope(x: Tensor): Tensor;
  /** Whether y lies in the range of f (bool); without it, every number does. */
  contains?(y: Tensor): Tensor;
}

/** y = shift + e^logScale · x. */
export function affineBijection({ shift, logScale }: { shift: Tensor; logScale: Operand }): Bijection {
  const logS = lift(logScale, shift);
  return {
    forward: (x) => x.mul(logS.exp()).add(shift),
    inverse: (y) => y.sub(shift).mul(logS.neg().exp()),
    logSlope: () => logS,
  };
}

/** y = eˣ, to (0, ∞). */
export const expBijection: Bijection = {
  forward: (x) => x.exp(),
  inverse: (y) => y.log(),
  logSlope: (x) => x,
  contains: (y) => y.greater(0),
};

/** y = σ(x), to (0, 1); log f' = log σ(x) + log σ(−x). */
export const sigmoidBijection: Bijection = {
  forward: (x) => x.sigmoid(),
  inverse: (y) => y.log().sub(y.neg().add(1).log()),
  logSlope: (x) => logSigmoid(x).add(logSigmoid(x.neg())),
  contains: (y) => y.greater(0).and(y.less(1)),
};

/** y = tanh x, to (−1, 1); log f' = 2 (log 2 − x − log(1 + e^(−2x))). */
export const tanhBijection: Bijection = {
  forward: (x) => x.tanh(),
  inverse: (y) => y.add(1).log().sub(y.neg().add(1).log()).mul(0.5),
  logSlope: (x) => {
    const distance = x.abs(); // f' is even
    return softplus(distance.mul(-2)).add(distance).sub(Math.LN2).mul(-2);
  },
  contains: (y) => y.abs().less(1),
};

/** y = log(1 + eˣ), to (0, ∞); x = y + log(1 − e^(−y)). */
export const softplusBijection: Bijection = {
  forward: softplus,
  inverse: (y) => y.neg().exp().neg().add(1).log().add(y),
  logSlope: logSigmoid,
  contains: (y) => y.greater(0),
};

/** Maps one after the other, the first one first. */
export function chainBijections(...parts: readonly Bijection[]): Bijection {
  const last = parts.at(-1);
  if (last === undefined) throw new GenError("option", "chainBijections: expected at least one bijection, got none");
  const before = parts.slice(0, -1);
  if (before.length === 0) return last;
  const inner = chainBijections(...before);
  return {
    forward: (x) => last.forward(inner.forward(x)),
    inverse: (y) => inner.inverse(last.inverse(y)),
    logSlope: (x) => inner.logSlope(x).add(last.logSlope(inner.forward(x))),
    contains: (y) => {
      const isInside = last.contains?.(y) ?? y.equal(y);
      return inner.contains === undefined ? isInside : isInside.and(inner.contains(last.inverse(y)));
    },
  };
}

/** The map backwards; it takes all numbers that `of` gives. */
export function invertBijection(of: Bijection): Bijection {
  return {
    forward: (x) => of.inverse(x),
    inverse: (y) => of.forward(y),
    logSlope: (x) => of.logSlope(of.inverse(x)).neg(),
  };
}

export interface Transformed extends Law {
  /** A draw and its log-density, without the way back, which loses digits where the map is flat. */
  sampleWithLogProb(key: Tensor): { readonly x: Tensor; readonly logProb: Tensor };
}

/**
 * The distribution of y = f(x), x from a base:
 *
 *     log p(y) = log p₀(f⁻¹(y)) − Σ log |f'(f⁻¹(y))|        −∞ outside of the range of f
 */
export function transformed({ base, bijection }: { readonly base: Law; readonly bijection: Bijection }): Transformed {
  const { eventDims } = base;
  const densityAt = (x: Tensor): Tensor =>
    base.logProb(x).sub(sumEvent(bijection.logSlope(x).expand(x.shape), eventDims));
  return {
    eventDims,
    sample: (key) => bijection.forward(base.sample(key)),
    sampleWithLogProb: (key) => {
      const x = base.sample(key);
      return { x: bijection.forward(x), logProb: densityAt(x) };
    },
    logProb: (y) => {
      if (bijection.contains === undefined) return densityAt(bijection.inverse(y));
      const isInside = bijection.contains(y);
      const somewhere = bijection.forward(scalar(0, y.dtype)); // in the range: what lies outside may have no inverse, nor a gradient
      const density = densityAt(bijection.inverse(isInside.where(y, somewhere.expand(y.shape))));
      const axes = Array.from({ length: eventDims }, (_, i) => i - eventDims);
      const isAll = eventDims === 0 ? isInside : isInside.not().cast(y.dtype).sum(axes).equal(0);
      return isAll.where(density, -Infinity);
    },
  };
}
