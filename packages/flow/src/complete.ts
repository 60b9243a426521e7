/** @file Filling in what a mask hides, approximately, by Langevin dynamics of codes. */
import {
  GenError,
  grad,
  inference,
  randomNormal,
  randomUniform,
  scalar,
  scan,
  splitKey,
  type Program,
  type Scope,
  type Tensor,
} from "@gen/core";
import type { Flow, FlowBatch } from "./flow.js";
import { conditionFields, type Feeds } from "./programs.js";
import { sumRows, type At } from "./transform.js";

export interface DynamicsOptions {
  /** Steps of Langevin dynamics. @default 500 */
  readonly steps?: number;
  /** How far, in the units of the first transform, a completed row may be from what is known: the last σ. @default 0.05 */
  readonly tolerance?: number;
  /** Step size, as a share of σ². @default 0.2 */
  readonly stepSize?: number;
}

export interface CompleteOptions extends DynamicsOptions {
  readonly n: number;
}

/** Rows of which a part is hidden. */
export interface MaskedBatch extends FlowBatch {
  /** [N, …shape], 1 where x is known and 0 where it is not. */
  readonly mask: Tensor;
}

/**
 * Fills in what a mask hides, approximately: Langevin dynamics in z, whose rows x(z) are held near what is known,
 *
 *     log π_σ(z) = log p_base(z) − ‖m ⊙ (x(z) − x)‖² / 2σ²
 *     z ← z + ½ ε ∇ log π_σ(z) + √ε ξ,   ξ ~ N(0, I),   ε = stepSize · σ²
 *
 * while σ falls from 1 to the tolerance; a step that detailed balance refuses is not taken. It becomes exact for a
 * tolerance → 0 and many steps. Feeds x [n, …shape] f32, whose hidden part may hold anything, and mask [n, …shape] f32, 1
 * where x is known and 0 where it is not; NaN is never known. A gap of a table is filled with a value.
 *
 * @returns output x [n, …shape], whose known part is that of the feed, to the bit
 * @throws GenError `range` for less than one step, or a tolerance or step size that is not above 0
 * @see Roberts & Tweedie 1996, "Exponential convergence of Langevin distributions and their discrete approximations", §1.4
 */
export function complete(flow: Flow, { n, ...dynamics }: CompleteOptions): Program {
  const shape = [n, ...flow.shape];
  const batch = { x: shape, mask: shape, ...conditionFields(flow, n) };
  return inference(flow, batch, (feeds: Feeds, scope) => ({
    x: completed(flow, feeds as Feeds & MaskedBatch, { ...dynamics, scope }),
  }));
}

interface CompletedOptions extends DynamicsOptions {
  readonly scope: Scope;
  /** The number of steps as a tensor of f32, for a file in which it is an input. */
  readonly count?: Tensor;
}

/** The same inside a graph. */
export function completed(
  flow: Flow,
  { x, mask, ...condition }: MaskedBatch,
  { steps = 500, tolerance = 0.05, stepSize = 0.2, count = scalar(steps), scope }: CompletedOptions,
): Tensor {
  if (!Number.isInteger(steps) || steps < 1) throw new GenError("range", `complete: expected steps ≥ 1, got ${steps}`);
  if (!(tolerance > 0 && tolerance <= 1) || !(stepSize > 0)) {
    throw new GenError(
      "range",
      `complete: expected a tolerance in (0, 1] and a step size above 0, got ${tolerance} and ${stepSize}`,
    );
  }
  const n = x.shape[0]!;
  const at = { scope, context: flow.contextOf(condition) };
  const { isGiven, known, isKnown, saysGap } = observed(flow, { x, mask }, at);
  const fall = count.sub(1).maximum(1).reciprocal().mul(Math.log(tolerance)).cast(known.dtype);
  const score = (z: Tensor): Point => {
    const { x: found } = flow.transform.inverse(z, at);
    const misfit = sumRows(isKnown.where(found.sub(known), 0).square()).mul(0.5); //    [N]
    const prior = flow.base.logProb(z, scope, at.context);
    const [up] = grad(prior.sum(), [z]) as [Tensor];
    const [away] = grad(misfit.sum(), [z]) as [Tensor];
    return [z, prior, misfit, up, away];
  };
  const sampled = flow.transform.inverse(flow.base.sample(n, scope, at.context), at).x;
  const start = flow.transform.forward(isKnown.where(known, sampled), at).y;
  const key = scope.nextKey();
  const { carry } = scan({ carry: [...score(start), scalar(0n, "u64")], length: steps }, (values) => {
    const [z, prior, misfit, up, away, i] = values as [...Point, Tensor];
    const point: Point = [z, prior, misfit, up, away];
    const precision = fall.mul(i.cast(known.dtype)).mul(-2).exp(); //                   1/σ²
    const epsilon = precision.reciprocal().mul(stepSize);
    const [ofKick, ofChoice] = [0n, 1n].map((which) => splitKey(splitKey(key, i), scalar(which, "u64"))) as [
      Tensor,
      Tensor,
    ];
    const kick = randomNormal(ofKick, z.shape).cast(known.dtype).mul(epsilon.sqrt());
    const next = score(drift(point, precision, epsilon).add(kick));
    const forth = sumRows(kick.square());
    const back = sumRows(z.sub(drift(next, precision, epsilon)).square());
    const gain = height(next, precision).sub(height(point, precision));
    const logRatio = gain.add(forth.sub(back).div(epsilon.mul(2)));
    const isTaken = randomUniform(ofChoice, [n]).cast(known.dtype).log().less(logRatio); // not where it is NaN
    const chosen = next.map((part, k) =>
      isTaken
        .reshape([n, ...part.shape.slice(1).map(() => 1)])
        .expand(part.shape)
        .where(part, point[k]!),
    );
    return { carry: [...chosen, i.add(scalar(1n, "u64"))] };
  });
  const found = isKnown.where(known, flow.transform.inverse(carry[0]!, at).x);
  if (flow.codec === undefined) return isGiven.where(x, found);
  const never = saysGap === undefined ? found : saysGap.not().where(found, -NEVER);
  return isGiven.where(x, flow.codec.decode(never.reshape([n, ...flow.codec.output])));
}

/** What a number that says that there is a gap is set to, so that it loses against any category. */
const NEVER = 1e6;

interface Observed {
  /** Numbers of x that stay: [N, …shape]. */
  readonly isGiven: Tensor;
  /** What is known as the first transform takes it, and where: [N, …transform.shape]. */
  readonly known: Tensor;
  readonly isKnown: Tensor;
  /** Numbers that say that there is a gap, of a codec that has some. */
  readonly saysGap?: Tensor;
}

function observed(flow: Flow, { x, mask }: Pick<MaskedBatch, "x" | "mask">, { scope }: At): Observed {
  const { codec } = flow;
  const rows = [x.shape[0]!, ...flow.transform.shape];
  const isGiven = mask.greater(0.5).and(x.equal(x));
  const safe = isGiven.where(x, 0.5); // NaN may hide where nobody looks
  const { y: known } = flow.coded(safe, scope, { dequantise: "middle" });
  const given = isGiven.cast("f32");
  const follows = (of: Tensor): Tensor => (codec?.known?.(of) ?? of).reshape(rows).greater(0.5);
  const isKnown = follows(given);
  return { isGiven, known, isKnown, ...(codec?.known && { saysGap: follows(given.mul(0)) }) };
}

/** A code, log p_base there, half the squared distance of its row from what is known, and the slopes of both. */
type Point = [z: Tensor, prior: Tensor, misfit: Tensor, up: Tensor, away: Tensor];

/** log π_σ of each code: [N] */
function height([, prior, misfit]: Point, precision: Tensor): Tensor {
  return prior.sub(misfit.mul(precision));
}

/** Where a code goes but for the kick. */
function drift([z, , , up, away]: Point, precision: Tensor, epsilon: Tensor): Tensor {
  return z.add(up.sub(away.mul(precision)).mul(epsilon.mul(0.5)));
}
